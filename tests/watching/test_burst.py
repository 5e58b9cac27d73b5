from __future__ import annotations

from pathlib import Path

import pytest

from schemas import Alert, Report, Tick
from schemas.model import to_ms
from streams.watching.burst import SLOT_MS
from streams.watching.telling import MAX_STORIES
from tests.watching.news import DAY, HOUR, Desk, at, report, rules_of

BURST = """
rules:
  crowd:
    kind: burst
    when: {topic: sanctions}
    group_by: [target]
    distinct: DISTINCT
    severity: warning
    summary: "{{ observed }} where {{ expected|round(1) }} are usual"
"""
QUIET_DAYS = 20


def desk_of(folder: Path, distinct: str = "stories", more: str = "") -> Desk:
    return Desk(rules_of(folder, BURST.replace("DISTINCT", distinct + more)))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_of(tmp_path)


def told(article: str, day: float, source: str = "", text: str | None = None, published: float | None = None) -> Report:
    when = None if published is None else published * DAY
    return report(article, day * DAY, when, source=source or article, text=text)


def usual() -> list[Report]:
    """A story every other day."""
    return [told(f"u{day}", day + 0.3) for day in range(0, QUIET_DAYS, 2)]


def crowd(start: float, stories: int = 20, hours: float = 2, prefix: str = "c") -> list[Report]:
    return [told(f"{prefix}{number}", start + number * hours / stories / 24) for number in range(stories)]


def fired(alerts: list[Alert]) -> list[Alert]:
    return [alert for alert in alerts if alert.revision == 1]


def test_a_crowd_after_quiet_weeks_rings_once_and_resolves(desk: Desk) -> None:
    desk.send(*usual(), *crowd(QUIET_DAYS))
    alerts = desk.until((QUIET_DAYS + 10) * DAY)
    assert len({alert.id for alert in alerts}) == 1
    first, last = alerts[0], alerts[-1]
    assert (first.state, last.state) == ("firing", "resolved")
    assert first.p_value is not None
    assert first.p_value < 1e-3
    assert first.expected is not None
    assert first.observed > 3 * first.expected
    assert first.summary == f"{first.observed} where {round(first.expected, 1)} are usual"
    assert last.stories >= 20
    assert last.p_value is not None
    assert last.p_value <= first.p_value
    assert {evidence.article_id for evidence in last.evidence} >= {f"c{number}" for number in range(10)}


def test_a_slot_is_judged_at_its_end_and_lateness(desk: Desk) -> None:
    desk.send(*usual(), *crowd(QUIET_DAYS, hours=0.2))
    first = desk.until((QUIET_DAYS + 1) * DAY)[0]
    assert first.opened_at == at(QUIET_DAYS * DAY + SLOT_MS / 1000 + HOUR)


def test_it_is_silent_while_cold(desk: Desk) -> None:
    desk.send(*crowd(0), *crowd(1, prefix="d"))
    assert desk.until(QUIET_DAYS * DAY) == []


def test_the_usual_rings_nothing(desk: Desk) -> None:
    desk.send(*(told(f"a{hour}", hour / 24) for hour in range(0, 24 * 30, 5)))
    assert desk.until(40 * DAY) == []


def test_copies_are_no_crowd(desk: Desk) -> None:
    copies = [told(f"c{number}", QUIET_DAYS + number / 1000, text="same") for number in range(100)]
    desk.send(*usual(), *copies)
    assert desk.until((QUIET_DAYS + 10) * DAY) == []


def test_where_sources_count_one_source_is_no_crowd(tmp_path: Path) -> None:
    one = [told(f"c{number}", QUIET_DAYS + number / 1000, source="wire") for number in range(30)]
    many = [told(f"c{number}", QUIET_DAYS + number / 1000) for number in range(30)]
    for stories, rings in ((one, False), (many, True)):
        desk = desk_of(tmp_path, "sources")
        desk.send(*usual(), *stories)
        assert bool(desk.until((QUIET_DAYS + 10) * DAY)) is rings


def test_what_comes_after_its_slot_was_judged_is_counted_and_unused(desk: Desk) -> None:
    late = [told(f"c{number}", QUIET_DAYS + 0.5, published=QUIET_DAYS + number / 1000) for number in range(30)]
    desk.send(*usual(), *late)
    with desk.watcher.on(desk.store) as watch:
        end_ms = to_ms(at((QUIET_DAYS + 10) * DAY))
        assert watch.tick(Tick(partition=0, partitions=1, time_ms=end_ms)) == []
        assert watch.counts == {("unused_stories", "crowd"): 30}


def test_backfill_is_ignored(desk: Desk) -> None:
    desk.send(*usual(), *crowd(QUIET_DAYS), backfill=True)
    assert desk.until((QUIET_DAYS + 10) * DAY) == []


def test_more_stories_join_the_open_alert(desk: Desk) -> None:
    desk.send(*usual(), *crowd(QUIET_DAYS, hours=0.2), *crowd(QUIET_DAYS + 0.1, 7, prefix="more"))
    alerts = desk.until((QUIET_DAYS + 10) * DAY)
    assert len(fired(alerts)) == 1
    assert [alert.revision for alert in alerts] == list(range(1, len(alerts) + 1))
    assert alerts[-1].stories >= 27
    assert {"more0", "more6"} <= set(alerts[-1].sources)


def test_a_crowd_of_thousands_is_counted_whole_though_not_all_are_remembered(desk: Desk) -> None:
    desk.send(*usual(), *crowd(QUIET_DAYS, MAX_STORIES + 700, hours=1.5))
    last = desk.until((QUIET_DAYS + 10) * DAY)[-1]
    assert last.stories >= MAX_STORIES + 700


def test_a_quiet_group_is_remembered_in_one_small_entry_and_gone_in_the_end(desk: Desk) -> None:
    desk.send(*usual(), *crowd(QUIET_DAYS))
    desk.until((QUIET_DAYS + 60) * DAY)
    (own,) = [value for key, value in desk.store.entries.items() if key.startswith(b"g/")]
    assert len(own) < 500
    assert not any(key.startswith(b"s/") for key in desk.store.entries)
    desk.until((QUIET_DAYS + 410) * DAY)
    assert set(desk.store.entries) == {b"c", b"f", b"v"}


def test_after_months_of_silence_a_group_is_not_cold(desk: Desk) -> None:
    desk.send(*usual(), *crowd(200))
    assert len(fired(desk.until(210 * DAY))) == 1


def test_another_crowd_later_rings_again(desk: Desk) -> None:
    desk.send(*usual(), *crowd(QUIET_DAYS), *crowd(QUIET_DAYS + 30, prefix="d"))
    alerts = desk.until((QUIET_DAYS + 40) * DAY)
    assert len(fired(alerts)) == 2
    assert [alert.state for alert in alerts].count("resolved") == 2
