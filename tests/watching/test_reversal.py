from __future__ import annotations

from pathlib import Path

import pytest

from schemas import Alert, Report
from tests.watching.news import DAY, HOUR, Desk, at, report, rules_of, signal, span, stance

REVERSAL = """
rules:
  turned:
    kind: reversal
    when: {topic: sanctions}
    group_by: [initiator, target]
    within: 30d
    at_least: 2
    distinct: DISTINCT
    remember: 300d
    severity: critical
    summary: "{{ group.initiator|name }}: {{ first.text }} / {{ last.text }}"
"""


def desk_of(folder: Path, distinct: str = "sources", text: str = REVERSAL) -> Desk:
    return Desk(rules_of(folder, text.replace("DISTINCT", distinct)))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_of(tmp_path)


def told(
    article: str, day: float, sign: int, source: str = "", published: float | None = None, text: str | None = None
) -> Report:
    """Serbia on sanctions against Russia, for (+1) or against; each story from a source of its own by default."""
    says = signal(
        initiator=("country:RS",),
        target=("country:RU",),
        direction=sign,
        modality="actual" if sign > 0 else "refused",
        evidence=span("imposes" if sign > 0 else "never"),
    )
    when = None if published is None else published * DAY
    return report(article, day * DAY, when, source=source or article, signals=(says,), text=text)


def ring(desk: Desk, *reports: Report, until: float = 299) -> list[Alert]:
    desk.send(*reports)
    return desk.until(until * DAY)


def test_a_change_of_position_rings_once_with_the_words_before_and_after(desk: Desk) -> None:
    (alert,) = ring(desk, told("a", 0, -1), told("b", 1, -1), told("c", 100, 1), told("d", 101, 1))
    assert (alert.state, alert.revision, alert.resolved_at) == ("firing", 1, None)
    assert (alert.opened_at, alert.window.from_, alert.window.to) == (at(101 * DAY + 1), at(100 * DAY), at(101 * DAY))
    assert [evidence.article_id for evidence in alert.evidence] == ["a", "b", "c", "d"]
    assert (alert.stories, alert.observed, alert.sources) == (2, 2, ("c", "d"))
    assert alert.summary == "RS: never / imposes"


def test_it_never_resolves_and_further_stories_add_nothing(desk: Desk) -> None:
    change = [told("a", 0, -1), told("b", 1, -1), told("c", 2, 1), told("d", 3, 1)]
    more = [told(f"e{day}", day, 1) for day in range(4, 20)]
    assert len(ring(desk, *change, *more, until=2000)) == 1
    assert set(desk.store.entries) == {b"c", b"f", b"v"}


def test_the_first_position_rings_nothing(desk: Desk) -> None:
    assert ring(desk, told("a", 0, 1), told("b", 1, 1), told("c", 2, 1)) == []


def test_one_misreading_does_not_ring(desk: Desk) -> None:
    steady = [told(f"a{day}", day, -1) for day in range(10)]
    assert ring(desk, *steady, told("slip", 9.5, 1)) == []


def test_a_misreading_now_and_then_never_adds_up_while_the_position_is_told_again(desk: Desk) -> None:
    mixed = [told(f"a{day}", day, 1 if day % 3 == 2 else -1) for day in range(60)]
    assert ring(desk, *mixed) == []


def test_a_hundred_copies_of_one_story_confirm_nothing(desk: Desk) -> None:
    before = [told("a", 0, -1), told("b", 1, -1)]
    copies = [told(f"c{number}", 2 + number / 100, 1, f"s{number % 40}", text="same") for number in range(100)]
    assert ring(desk, *before, *copies) == []
    assert len(ring(desk, told("d", 299.5, 1), until=300)) == 0, "the copies are older than `within`"


def test_stories_of_one_source_are_one_source(desk: Desk, tmp_path: Path) -> None:
    log = [told("a", 0, -1), told("b", 1, -1), told("c", 2, 1, "wire"), told("d", 3, 1, "wire")]
    assert ring(desk, *log) == []
    (tmp_path / "stories").mkdir()
    (alert,) = ring(desk_of(tmp_path / "stories", "stories"), *log)
    assert (alert.observed, alert.sources) == (2, ("wire",))


def test_stories_further_apart_than_within_confirm_nothing(desk: Desk) -> None:
    assert ring(desk, told("a", 0, -1), told("b", 1, -1), told("c", 50, 1), told("d", 81, 1)) == []


def test_turning_back_is_another_reversal(desk: Desk) -> None:
    signs = [-1, -1, 1, 1, -1, -1]
    alerts = ring(desk, *(told(f"a{day}", day, sign) for day, sign in enumerate(signs)))
    assert [alert.evidence[-1].text for alert in alerts] == ["imposes", "never"]
    assert [alert.evidence[0].text for alert in alerts] == ["never", "imposes"]
    assert len({alert.id for alert in alerts}) == 2


def test_what_is_older_than_the_position_cannot_speak_against_it(desk: Desk) -> None:
    now = [told("a", 20, 1), told("b", 21, 1)]
    old = [told("c", 22, -1, published=18), told("d", 23, -1, published=19)]
    desk.send(*now, *old)
    with desk.watcher.on(desk.store) as watch:
        from schemas import Tick
        from schemas.model import to_ms

        assert watch.tick(Tick(partition=0, partitions=1, time_ms=to_ms(at(30 * DAY)))) == []
        assert watch.counts == {("unused_stories", "turned"): 2}


def test_a_story_that_comes_late_is_put_where_it_happened(desk: Desk) -> None:
    before = [told("a", 0, -1), told("b", 1, -1)]
    # For, against (late, but between them), for: no two in a row.
    assert (
        ring(
            desk, *before, told("c", 2, 1), told("e", 2.6, -1, published=2.4), told("d", 2.7, 1, published=2.5), until=3
        )
        == []
    )
    assert len(ring(desk, told("f", 4, 1), until=5)) == 1


def test_an_article_that_says_both_takes_no_side(desk: Desk) -> None:
    both = told("x", 2, 1).model_copy(update={"signals": told("x", 2, 1).signals + told("x", 2, -1).signals})
    assert ring(desk, told("a", 0, -1), told("b", 1, -1), both, told("c", 3, 1)) == []


def test_a_position_that_nobody_affirms_is_forgotten(desk: Desk) -> None:
    old = [told("a", 0, -1), told("b", 1, -1)]
    assert ring(desk, *old, told("c", 302, 1), told("d", 303, 1), until=400) == []


def test_a_position_that_is_affirmed_stays(desk: Desk) -> None:
    old = [told("a", 0, -1), told("b", 1, -1), told("again", 200, -1)]
    assert len(ring(desk, *old, told("c", 302, 1), told("d", 303, 1), until=400)) == 1


def test_each_group_has_a_position_of_its_own(desk: Desk) -> None:
    on_belarus = [
        each.model_copy(update={"signals": (signal(initiator=("country:RS",), target=("country:BY",), direction=1),)})
        for each in (told("c", 2, 1), told("d", 3, 1))
    ]
    assert ring(desk, told("a", 0, -1), told("b", 1, -1), *on_belarus) == []


def test_what_a_state_thinks_can_turn_as_well(tmp_path: Path) -> None:
    text = REVERSAL.replace("{topic: sanctions}", '{stance: {holder: "country:*"}}').replace("initiator", "holder")
    desk = desk_of(tmp_path, text=text)
    signs = {"a": 1, "b": 1, "c": -1, "d": -1}
    log = [
        report(name, hour * HOUR, source=name, signals=(), stances=(stance("country:RS", "org:eu", sign),))
        for hour, (name, sign) in enumerate(signs.items())
    ]
    (alert,) = ring(desk, *log)
    assert [evidence.article_id for evidence in alert.evidence] == list("abcd")
