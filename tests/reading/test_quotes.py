from __future__ import annotations

from collections.abc import Callable

import pytest

from schemas import Report

Read = Callable[..., Report]
STATE = "Hungarian Prime Minister Viktor Orban arrived. "


def said(report: Report, text: str) -> list[tuple[str | None, bool, str]]:
    return [(q.speaker, q.direct, text[q.start : q.end]) for q in report.quotes]


def check(read: Read, text: str, speaker: str, words: str, *, direct: bool) -> None:
    assert (speaker, direct, words) in said(read(text), text)


def test_direct_speech_has_the_speaker_after_it(read: Read) -> None:
    text = '"We shall pay for the gas," Hungarian Prime Minister Viktor Orban said on Monday.'
    check(read, text, "person:viktor-orban", "We shall pay for the gas,", direct=True)


def test_direct_speech_has_the_speaker_before_it(read: Read) -> None:
    text = "Hungarian Prime Minister Viktor Orban told reporters: “We shall pay for the gas.”"
    check(read, text, "person:viktor-orban", "We shall pay for the gas.", direct=True)


def test_the_order_may_be_turned_round(read: Read) -> None:
    text = STATE + '"We shall pay for the gas," said Orban.'
    check(read, text, "person:viktor-orban", "We shall pay for the gas,", direct=True)


def test_an_interrupted_quotation_goes_on_with_its_speaker(read: Read) -> None:
    text = STATE + '"We shall pay," Orban said. "But not in roubles."'
    check(read, text, "person:viktor-orban", "But not in roubles.", direct=True)


def test_a_quotation_over_paragraphs_is_one(read: Read) -> None:
    text = STATE + "“We shall pay.\n“It will take a year,” Orban said."
    check(read, text, "person:viktor-orban", "We shall pay.\n“It will take a year,", direct=True)


def test_pronouns_and_offices_are_who_spoke_before(read: Read) -> None:
    text = (
        'Russian Foreign Ministry spokeswoman Maria Zakharova spoke. "It is late now," the spokeswoman noted. '
        '"It is cold as well," she added.'
    )
    check(read, text, "person:maria-zakharova", "It is late now,", direct=True)
    check(read, text, "person:maria-zakharova", "It is cold as well,", direct=True)


def test_reported_speech_is_the_clause_after_the_verb(read: Read) -> None:
    text = "Hungarian Prime Minister Viktor Orban said that Budapest would pay for the gas."
    check(read, text, "person:viktor-orban", "Budapest would pay for the gas", direct=False)


def test_reported_speech_needs_no_that(read: Read) -> None:
    text = "Hungarian Prime Minister Viktor Orban said the country would pay for the gas."
    check(read, text, "person:viktor-orban", "the country would pay for the gas", direct=False)


def test_reported_speech_may_come_first(read: Read) -> None:
    text = "Budapest would pay for the gas, Hungarian Prime Minister Viktor Orban said on Monday."
    check(read, text, "person:viktor-orban", "Budapest would pay for the gas", direct=False)


def test_according_to_names_a_speaker(read: Read) -> None:
    text = "According to the European Commission, prices will fall next year."
    check(read, text, "org:european-commission", "prices will fall next year", direct=False)


def test_a_name_between_commas_is_the_one_who_speaks(read: Read) -> None:
    text = "The Hungarian ambassador to Russia, Norbert Konkoly, said that trade had grown."
    check(read, text, "person:norbert-konkoly", "trade had grown", direct=False)


def test_a_state_can_speak(read: Read) -> None:
    text = "Moscow said that the pipeline was safe."
    check(read, text, "country:RU", "the pipeline was safe", direct=False)


def test_words_in_marks_that_nobody_says_are_no_quote(read: Read) -> None:
    assert read('The "Druzhba" line was shut.').quotes == ()


def test_speech_in_a_title_is_told_too(read: Read) -> None:
    report = read("", title="Orban says Hungary will not join the embargo")
    assert [q.in_ for q in report.quotes] in ([], ["title"])


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (
            '"Norway will help Poland," Jonas Store said. "It is ready," the minister went on.',
            "person:jonas-gahr-stoere",
        ),
        ("Jonas Store pointed out that Norway had helped Poland.", "person:jonas-gahr-stoere"),
        ("Gazprom will sell no gas to Poland, the company said.", "org:gazprom"),
        ("Norway will sell gas to Poland, the government in Oslo said.", "country:NO"),
    ],
)
def test_who_goes_on_points_out_or_is_called_by_kind_is_the_speaker(read: Read, text: str, speaker: str) -> None:
    assert {quote.speaker for quote in read(text).quotes} == {speaker}


def test_a_place_before_the_comma_is_not_who_speaks_behind_it(read: Read) -> None:
    for tail in (
        "an envoy said",
        "five people were told",
        "minister number 3 said",
        "a source close to the talks said",
    ):
        (signal,) = read(f"Norway imposed sanctions on Iran on Monday, {tail}.").signals
        assert signal.speaker is None, tail
        assert signal.target == ("country:IR",), tail
