from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas import Tick
from schemas.model import to_ms
from streams.store import MemoryStore
from streams.watching.rules import Rules
from streams.watching.watcher import Taken, Watcher
from tests.watching.news import COUNT, DAY, EACH, HOUR, Desk, at, report, rules_of, signal

BOTH = EACH + COUNT.replace("rules:\n", "")
START_MS = to_ms(at(0))


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return rules_of(tmp_path, BOTH)


def tick(partition: int, seconds: float, partitions: int = 2) -> Tick:
    return Tick(partition=partition, partitions=partitions, time_ms=START_MS + int(seconds * 1000))


def test_the_clock_is_the_lowest_of_all_source_partitions(rules: Rules) -> None:
    desk = Desk(rules)
    assert desk.clock_ms is None
    desk.tick(tick(1, 10))
    assert desk.clock_ms is None
    desk.tick(tick(0, 7))
    assert desk.clock_ms == START_MS + 7000
    desk.tick(tick(0, 12))
    assert desk.clock_ms == START_MS + 10_000


def test_a_tick_that_is_doubled_or_steps_back_changes_nothing(rules: Rules) -> None:
    desk = Desk(rules)
    desk.tick(tick(0, 5, partitions=1))
    before = dict(desk.store.entries)
    desk.tick(tick(0, 5, partitions=1))
    desk.tick(tick(0, 3, partitions=1))
    assert dict(desk.store.entries) == before


def test_nothing_rings_while_a_source_partition_is_stuck(rules: Rules) -> None:
    desk = Desk(rules)
    desk.send(report("a", 0))
    assert desk.tick(tick(0, 100)) == []
    assert desk.tick(tick(1, 0.999)) == []
    assert len(desk.tick(tick(1, 1))) == 1


def test_a_match_whose_round_has_run_is_told_late_and_put_in_the_next(rules: Rules) -> None:
    desk = Desk(rules)
    assert desk.send(report("a", 5)) == [Taken.WAITS, Taken.WAITS]
    desk.until(7.3)
    assert desk.send(report("b", 6.9)) == [Taken.LATE, Taken.LATE]
    assert desk.send(report("c", 7.1)) == [Taken.WAITS, Taken.WAITS]
    assert [alert.opened_at for alert in desk.until(8)] == [at(8)] * 3


def test_a_match_made_by_other_rules_is_ignored(rules: Rules, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = rules_of(tmp_path / "other", EACH.replace("imposed:", "renamed:"))
    regrouped = rules_of(tmp_path / "other", EACH.replace("[target]", "[target, initiator]"))
    with Watcher(rules).on(MemoryStore()) as watch:
        for made in (other, regrouped):
            (found,) = Desk(made).matches(report("a", 0))
            assert watch.take(found) == Taken.UNWANTED
        assert watch.tick(tick(0, 5, partitions=1)) == []


def test_records_of_one_round_are_in_the_order_of_their_ids(rules: Rules) -> None:
    desk = Desk(rules)
    desk.send(*(report(f"a{number}", 0, signals=(signal(target=(f"country:{number:02}",)),)) for number in range(20)))
    ids = [alert.id for alert in desk.until(1)]
    assert ids == sorted(ids)
    assert len(ids) == 20


def test_a_timer_goes_off_in_a_batch_that_had_its_group_in_hand_before(rules: Rules) -> None:
    desk = Desk(rules)
    desk.send(report("a", 0))
    desk.until(1)
    with desk.watcher.on(desk.store) as watch:
        assert watch.take(desk.matches(report("a", 10))[0]) is Taken.WAITS
        assert watch.tick(tick(0, 20, partitions=1)) == []
        (over,) = watch.tick(tick(0, 2 * DAY, partitions=1))
    assert (over.state, over.updated_at) == ("resolved", at(DAY + 1))


def test_an_article_from_the_end_of_time_is_ignored(rules: Rules) -> None:
    desk = Desk(rules)
    (found,) = desk.matches(report("a", 0))[:1]
    with desk.watcher.on(desk.store) as watch:
        assert watch.take(found.model_copy(update={"received_at": datetime.max.replace(tzinfo=UTC)})) is Taken.UNWANTED


def test_one_late_tick_gives_what_many_would_have(rules: Rules) -> None:
    reports = [report(f"a{number}", number * 1000.7) for number in range(20)]
    once, often = Desk(rules), Desk(rules)
    once.send(*reports)
    expected = once.until(40 * DAY)
    given = []
    for told in reports:
        given += often.until((told.received_at - at(0)).total_seconds())
        often.send(told)
    for hour in range(960):
        given += often.until(20_000 + hour * HOUR)
    assert given == expected


def test_a_round_without_matches_runs_where_something_is_due(rules: Rules) -> None:
    desk = Desk(rules)
    desk.send(report("a", 0))
    assert [(alert.state, alert.updated_at) for alert in desk.until(90 * DAY)] == [
        ("firing", at(1)),
        ("resolved", at(DAY + 1)),
    ]


def test_a_quiet_watcher_holds_nothing(rules: Rules) -> None:
    desk = Desk(rules)
    desk.send(*(report(f"a{number}", number) for number in range(10)))
    desk.until(90 * DAY)
    assert set(desk.store.entries) == {b"c", b"f", b"v"}


def test_a_change_of_logic_resolves_what_is_open_and_starts_empty(rules: Rules, tmp_path: Path) -> None:
    desk = Desk(rules)
    desk.send(*(report(name, number) for number, name in enumerate("abc")))
    fired = {alert.id for alert in desk.until(3)}
    assert len(fired) == 4
    text = BOTH.replace("within: 7d", "within: 6d").replace("kind: each", "kind: each\n    hold: 5h")
    changed = Desk(rules_of(tmp_path, text), desk.store)
    over = changed.until(4) + changed.until(5)
    assert {alert.id for alert in over} == fired
    assert {(alert.state, alert.resolved_at) for alert in over} == {("resolved", at(5))}
    assert set(desk.store.entries) == {b"c", b"f", b"v"}
    changed.send(report("d", 6), report("a", 6))
    again = changed.until(7)
    assert [alert.rule for alert in again] == ["imposed", "imposed"]


def test_the_alerts_of_a_rule_that_is_gone_resolve(rules: Rules, tmp_path: Path) -> None:
    desk = Desk(rules)
    desk.send(*(report(name, number) for number, name in enumerate("abc")))
    desk.until(3)
    left = Desk(rules_of(tmp_path, EACH), desk.store)
    left.until(4)
    (over,) = left.until(5)
    assert (over.rule, over.state, over.revision, over.summary) == ("pressure", "resolved", 2, "3 stories about RU")


def test_severity_labels_and_summary_of_changed_rules_apply_to_the_next_record(rules: Rules, tmp_path: Path) -> None:
    desk = Desk(rules)
    desk.send(report("a", 0))
    (first,) = desk.until(1)
    text = EACH.replace("severity: warning", "severity: info\n    labels: {team: x}").replace("New sanctions", "Fresh")
    changed = Desk(rules_of(tmp_path, text), desk.store)
    assert changed.until(10) == []
    (over,) = changed.until(DAY + 1)
    assert (over.id, over.severity, over.labels) == (first.id, "info", {"team": "x"})
    assert over.summary == "Fresh on RU"


def test_an_article_told_again_right_after_a_change_of_rules_goes_on_with_its_alert(
    rules: Rules, tmp_path: Path
) -> None:
    desk = Desk(rules)
    desk.send(report("a", 0))
    desk.until(1)
    changed = Desk(rules_of(tmp_path, EACH.replace("kind: each", "kind: each\n    hold: 5h")), desk.store)
    changed.send(report("a", 1.5, 0))
    (alert,) = changed.until(2)
    assert (alert.state, alert.revision, alert.opened_at) == ("firing", 3, at(2))


def test_articles_from_before_1970_and_odd_ids_are_taken(rules: Rules) -> None:
    desk = Desk(rules)
    desk.send(report("a/|%\n é", 0, -60 * 365 * DAY), report("", 0, -2000 * 365 * DAY), backfill=True)
    assert len(desk.until(1)) == 2
