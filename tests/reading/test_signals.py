from __future__ import annotations

from collections.abc import Callable

import pytest

from schemas import Report, Signal

Read = Callable[..., Report]


def only(report: Report) -> Signal:
    (signal,) = report.signals
    return signal


def short(report: Report) -> list[tuple[str, str, str, int]]:
    return [(s.topic, s.action, s.modality, s.direction) for s in report.signals]


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Norway imposed sanctions on Belarus.", ("sanctions", "impose", "actual", 1)),
        ("Norway froze the assets of 40 Belarusian officials.", ("sanctions", "impose", "actual", 1)),
        ("Norway extended its sanctions against Belarus by a year.", ("sanctions", "extend", "actual", 1)),
        ("Norway lifted the arms embargo against Belarus.", ("sanctions", "lift", "actual", -1)),
        ("Norway opposes the lifting of sanctions on Belarus.", ("sanctions", "lift", "refused", 1)),
        ("Belarusian firms evaded the sanctions through Norway.", ("sanctions", "circumvent", "actual", 0)),
        ("The sanctions remain a burden for Belarus.", ("sanctions", "mention", "actual", 0)),
        ("Norway will build a gas pipeline to Poland.", ("energy", "build", "intended", 1)),
        ("Norway cancelled the gas pipeline to Poland.", ("energy", "halt", "actual", -1)),
        ("Norway resumed gas deliveries to Poland.", ("energy", "supply", "actual", 1)),
        ("Norway cut off gas supplies to Poland.", ("energy", "cut", "actual", -1)),
        ("Missiles hit a Ukrainian power plant; attacks on the power grid go on.", ("energy", "cut", "actual", -1)),
        ("Gas prices rose in Poland.", ("energy", "price", "actual", 0)),
        ("The EU opened accession talks with Albania.", ("eu_accession", "advance", "actual", 1)),
        ("Bulgaria vetoed the accession talks with Albania.", ("eu_accession", "stall", "actual", -1)),
        ("Albania wants to join the European Union.", ("eu_accession", "commit", "actual", 1)),
        ("Bulgaria opposes Albania's EU membership.", ("eu_accession", "oppose", "actual", -1)),
        ("There can be no enlargement without reforms.", ("eu_accession", "condition", "actual", 0)),
    ],
)
def test_each_action_is_read(read: Read, text: str, signal: tuple[str, str, str, int]) -> None:
    assert signal in short(read(text))


@pytest.mark.parametrize(
    "text",
    [
        "The club faces sporting sanctions over unpaid wages.",
        "An energy drink maker sponsors the race in Poland.",
        "He gave an energetic speech in Warsaw.",
        "Finland's NATO accession was ratified in Ankara.",
        "The oil of the olives of Crete is famous.",
        "China's accession to the WTO took fifteen years.",
        "The minister for energy of Poland turned 50.",
    ],
)
def test_words_of_a_topic_without_policy_carry_no_signal(read: Read, text: str) -> None:
    assert read(text).signals == ()


def test_who_and_to_whom_are_told(read: Read) -> None:
    signal = only(read("Norway imposed sanctions on Belarus and Russia."))
    assert (signal.initiator, signal.target) == (("country:NO",), ("country:BY", "country:RU"))


def test_a_passive_names_the_doer_after_by(read: Read) -> None:
    signal = only(read("New sanctions were imposed on Belarus by Norway."))
    assert (signal.initiator, signal.target) == (("country:NO",), ("country:BY",))


def test_a_person_acts_for_the_state_represented(read: Read) -> None:
    signal = only(read("Belarusian President Alexander Lukashenko imposed an embargo on Norway."))
    assert (signal.initiator, signal.target) == (("country:BY",), ("country:NO",))


def test_the_country_is_that_of_the_speaker(read: Read) -> None:
    signal = only(
        read("Hungarian Prime Minister Viktor Orban said the country would never impose sanctions on Russia.")
    )
    assert (signal.initiator, signal.target, signal.speaker) == (
        ("country:HU",),
        ("country:RU",),
        "person:viktor-orban",
    )


def test_the_one_called_upon_would_do_it(read: Read) -> None:
    signal = only(read("Poland urged the European Union to impose sanctions on Belarus."))
    assert (signal.modality, signal.initiator, signal.target) == ("urged", ("org:eu",), ("country:BY",))
    assert signal.speaker == "country:PL"


def test_the_same_action_twice_in_a_sentence_is_one_signal(read: Read) -> None:
    signal = only(read("Norway imposed sanctions on Belarus and it imposed sanctions on Iran."))
    assert signal.target == ("country:BY", "country:IR")


def test_a_mention_gives_way_to_any_other_action(read: Read) -> None:
    assert short(read("Despite the sanctions, Norway lifted the arms embargo against Belarus.")) == [
        ("sanctions", "lift", "actual", -1)
    ]


def test_the_evidence_is_the_sentence(read: Read) -> None:
    text = "It rained. Norway imposed sanctions on Belarus. It rained again."
    evidence = only(read(text)).evidence
    assert evidence.text == text[evidence.start : evidence.end] == "Norway imposed sanctions on Belarus."


def test_a_headline_is_read_as_one(read: Read) -> None:
    signal = only(read("", title="Sanctions on Belarus lifted"))
    assert (signal.action, signal.evidence.in_) == ("lift", "title")


def test_a_project_is_halted_though_its_topic_is_told_by_a_neighbour(read: Read) -> None:
    report = read("Gas is dear. Bulgaria scrapped South Stream. Nobody wept.")
    halt = next(s for s in report.signals if s.action == "halt")
    assert (halt.initiator, halt.target) == (("country:BG",), ("project:south-stream",))


def test_the_only_other_state_is_the_target(read: Read) -> None:
    signal = only(read("To punish Belarus for the hijacking, Norway adopted new sanctions."))
    assert (signal.initiator, signal.target) == (("country:NO",), ("country:BY",))


def test_we_in_an_official_release_is_whose_release_it_is(read: Read) -> None:
    signal = only(read("We imposed sanctions on Belarus.", source="The White House"))
    assert (signal.initiator, signal.target) == (("country:US",), ("country:BY",))
