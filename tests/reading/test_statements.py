"""Sentences of the news: each with all that is read in it, by whom and to whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from schemas import Report

Read = Callable[..., Report]
Row = tuple[str, str, str, str, str]
# text → (topic, action, modality, initiators, targets); a text before "||" is a headline
STATEMENTS: list[tuple[str, list[Row]]] = [
    (
        "Serbia will not impose sanctions on Russia, President Vucic said.",
        [("sanctions", "impose", "refused", "RS", "RU")],
    ),
    (
        "Norway will not impose sanctions on Iran, Norway's foreign minister said.",
        [("sanctions", "impose", "refused", "NO", "IR")],
    ),
    ("Norway and the United States lifted sanctions on Iran.", [("sanctions", "lift", "actual", "NO US", "IR")]),
    ("The US, the EU and Canada imposed sanctions on Belarus.", [("sanctions", "impose", "actual", "US eu CA", "BY")]),
    (
        "Serbia respects the borders of Ukraine but will not impose sanctions on Russia.",
        [("sanctions", "impose", "refused", "RS", "RU")],
    ),
    (
        "Norway has adopted the sanctions that the EU imposed on Iran, the government in Oslo said.",
        [("sanctions", "impose", "actual", "NO", "IR")],
    ),
    (
        "President Joe Biden signed a law on Monday that imposes new sanctions on Iran.",
        [("sanctions", "impose", "actual", "US", "IR")],
    ),
    ("Sanctions on Iran Lifted After Talks||", [("sanctions", "lift", "actual", "", "IR")]),
    ("EU to lift sanctions on Syria||", [("sanctions", "lift", "intended", "eu", "SY")]),
    ("Norway called for sanctions on Belarus.", [("sanctions", "impose", "urged", "", "BY")]),
    ("Belarus rejected the sanctions as illegal.", [("sanctions", "lift", "urged", "", "")]),
    ("US sanctions on NIS took effect on Monday.", [("sanctions", "impose", "actual", "US", "nis")]),
    ("Norway Moves Against Evasion of Sanctions||", [("sanctions", "circumvent", "actual", "NO", "")]),
    ("Work on South Stream was suspended on Friday.", [("energy", "halt", "actual", "", "south-stream")]),
    ("Gazprom Stops Work on South Stream||", [("energy", "halt", "actual", "gazprom", "south-stream")]),
    ("South Stream was damaged by an explosion.", [("energy", "cut", "actual", "", "south-stream")]),
    (
        "Norway rejected the claim that it had blocked South Stream.",
        [("energy", "halt", "refused", "NO", "south-stream")],
    ),
    ("Norway denied that Russia had used gas as a weapon.", [("energy", "cut", "refused", "RU", "")]),
    ("Russia threatened to cut gas supplies to Poland.", [("energy", "cut", "urged", "RU", "PL")]),
    ("Oil deliveries to Hungary were interrupted after an attack.", [("energy", "cut", "actual", "", "HU")]),
    ("Croatia stopped oil deliveries to the refinery.", [("energy", "cut", "actual", "HR", "")]),
    (
        "Gazprom will not resume gas deliveries through South Stream, the company said.",
        [("energy", "supply", "refused", "gazprom", "")],
    ),
    ("Norway will double its gas deliveries to Poland.", [("energy", "supply", "intended", "NO", "PL")]),
    ("Lithuania started to import gas through the terminal.", [("energy", "supply", "actual", "LT", "")]),
    ("Bulgaria no longer depends on Gazprom.", [("energy", "supply", "actual", "BG", "")]),
    (
        "Russia has suspended negotiations with Turkey on the Turkish Stream pipeline.",
        [("energy", "halt", "actual", "RU", "turkstream")],
    ),
    ("Iran has oil. Iran threatened to enrich more uranium.", []),
    ("The EU accepted the membership application of Albania.", [("eu_accession", "advance", "actual", "eu", "AL")]),
    (
        "The European Commission recommended that accession negotiations with Ukraine and Moldova be opened.",
        [("eu_accession", "advance", "actual", "european-commission", "UA MD")],
    ),
    (
        "France blocked the start of accession talks with Albania and Serbia.",
        [("eu_accession", "stall", "actual", "FR", "AL RS")],
    ),
    (
        "Austria has demanded for months that the accession talks with Turkey be suspended.",
        [("eu_accession", "stall", "urged", "", "TR")],
    ),
    ("Albania Suspends Accession Talks Until 2028||", [("eu_accession", "stall", "actual", "AL", "")]),
    ("Norway wants the EU to reform its enlargement procedure.", [("eu_accession", "condition", "urged", "", "eu")]),
    (
        "Serbia must normalise relations with Kosovo before it can join the EU.",
        [("eu_accession", "condition", "actual", "", "RS")],
    ),
    ("The presidents of Serbia and Bulgaria opened the gas pipeline.", [("energy", "build", "actual", "RS BG", "")]),
    ("Montenegro joined NATO. Russia had warned against the accession.", []),
    ("The officials may no longer enter the European Union.", []),
]


@pytest.mark.parametrize(("text", "expected"), STATEMENTS, ids=[text[:60] for text, _ in STATEMENTS])
def test_what_a_statement_says(read: Read, text: str, expected: list[Row]) -> None:
    title, _, body = text.rpartition("||")
    told = [
        (
            signal.topic,
            signal.action,
            signal.modality,
            " ".join(actor.split(":")[1] for actor in signal.initiator),
            " ".join(actor.split(":")[1] for actor in signal.target),
        )
        for signal in read(body, title=title).signals
    ]
    assert told == expected


def test_who_asks_is_the_speaker_and_not_who_would_do_it(read: Read) -> None:
    (signal,) = read("The European Parliament called for sanctions on Belarus.").signals
    assert (signal.speaker, signal.initiator) == ("org:european-parliament", ())


def test_the_government_that_speaks_after_its_clause_is_the_one_the_clause_is_about(read: Read) -> None:
    (signal,) = read(
        "Norway has adopted the sanctions that the EU imposed on Iran, the government in Oslo said."
    ).signals
    assert signal.speaker == "country:NO"


def test_a_person_who_merely_speaks_is_not_whom_it_is_done_to(read: Read) -> None:
    report = read("Serbia will not impose sanctions on Russia, President Vucic said.")
    assert [(s.holder, s.target, s.polarity) for s in report.stances] == [("country:RS", "country:RU", 1)]


def test_only_loose_signs_have_less_confidence_than_rules_ring_for(read: Read) -> None:
    texts = [text.rpartition("||") for text, _ in STATEMENTS]
    assert all(s.confidence >= 0.2 for title, _, body in texts for s in read(body, title=title).signals)
    (loose,) = read("The accession talks with Turkey go on.").signals
    assert loose.confidence < 0.2


def test_what_is_said_is_no_object_of_the_verb_before_it(read: Read) -> None:
    text = (
        "Prime Minister Aleksandar Vucic welcomed the vote and said membership of the European Union remained a goal."
    )
    (signal,) = read(text).signals
    assert (signal.action, signal.speaker) == ("commit", "person:aleksandar-vucic")
