from __future__ import annotations

from collections.abc import Callable

import pytest

from schemas import Report

Read = Callable[..., Report]


def rows(report: Report) -> list[tuple[str, str, int, str | None]]:
    return [(s.holder, s.target, s.polarity, s.via) for s in report.stances]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Moscow welcomed the decision of Serbia.", ("country:RU", "country:RS", 1, None)),
        ("Poland condemned Belarus.", ("country:PL", "country:BY", -1, None)),
        ("Poland did not condemn Belarus.", ("country:PL", "country:BY", 1, None)),
        ("Norway imposed sanctions on Belarus.", ("country:NO", "country:BY", -1, None)),
        ("Norway will never impose sanctions on Belarus.", ("country:NO", "country:BY", 1, None)),
        ("Norway lifted its sanctions on Belarus.", ("country:NO", "country:BY", 1, None)),
        ("The reckless policy of Belarus harms trade.", ("author", "country:BY", -1, None)),
    ],
)
def test_an_attitude_has_holder_and_target(read: Read, text: str, row: tuple[str, str, int, str | None]) -> None:
    assert row in rows(read(text))


def test_what_a_spokesman_thinks_is_passed_on_to_the_state_for_which_he_speaks(read: Read) -> None:
    text = 'Hungarian Prime Minister Viktor Orban said: "The destructive actions of the European Commission must end."'
    found = rows(read(text))
    assert ("person:viktor-orban", "org:european-commission", -1, None) in found
    assert ("country:HU", "org:european-commission", -1, "person:viktor-orban") in found


def test_non_turns_an_adjective_round(read: Read) -> None:
    text = (
        'Hungarian Prime Minister Viktor Orban said: "Such non-constructive actions of the European Commission hurt."'
    )
    assert ("person:viktor-orban", "org:european-commission", -1, None) in rows(read(text))


def test_a_signal_decides_where_it_names_both(read: Read) -> None:
    text = "A cold welcome: Norway praised Belarus; Norway imposed sanctions on Belarus."
    assert [row[2] for row in rows(read(text)) if row[:2] == ("country:NO", "country:BY")] == [-1]


def test_a_neutral_sentence_has_no_stance_and_no_tone(read: Read) -> None:
    report = read("Trade between Norway and Belarus was worth 3 million euros.")
    assert (report.stances, report.tone) == ((), 0)


def test_the_tone_is_the_mean_without_what_is_passed_on(read: Read) -> None:
    assert read("Poland condemned Belarus. Poland condemned Russia.").tone == -1
    assert read("Poland condemned Belarus. Poland praised Norway.").tone == 0
