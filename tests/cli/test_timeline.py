"""Matches and alerts over time, as wide as the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas import Alert, Match
from streams.archive.backtest import Backtest
from streams.cli.timeline import timeline
from streams.watching.rules import Rules
from tests.watching.news import COUNT, DAY, EACH, report, rules_of


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return rules_of(tmp_path, EACH + COUNT.replace("rules:\n", "").lstrip("\n"))


def past(rules: Rules, *days: float) -> tuple[list[Match], list[Alert]]:
    test = Backtest(rules)
    for number, day in enumerate(days):
        test.add(report(f"a{number}", day * DAY))
    return test.matches, test.alerts()


@pytest.mark.parametrize("width", [50, 60, 80, 120, 200])
def test_it_is_as_wide_as_the_terminal_and_no_wider(rules: Rules, width: int) -> None:
    lines = [line.plain for line in timeline(*past(rules, 0, 1, 2, 400), rules, width)]
    assert {len(line) for line in lines if "▲" not in line} == {width}
    assert max(map(len, lines)) == width


def test_each_rule_that_matched_has_a_row_with_its_counts_in_the_order_of_the_file(rules: Rules) -> None:
    lines = [line.plain.split() for line in timeline(*past(rules, 0, 1, 2, 400), rules, 80)]
    rows = [(words[0], words[-2:]) for words in lines if words[0] in rules.by_name]
    assert rows == [("imposed", ["4", "4"]), ("pressure", ["4", "1"])]
    assert lines[0] == ["2024-03-01", "2024-09-17", "2025-04-05", "matches", "alerts"]


def test_bars_stand_where_it_matched_and_marks_where_an_alert_opened(rules: Rules) -> None:
    _, bars, marks, *_ = (line.plain for line in timeline(*past(rules, 0, 0, 0, 0, 100), rules, 80))
    first, last = len("pressure") + 2, 80 - len("  matches  alerts") - 1
    assert (bars[first], bars[last]) == ("▃", "▁")  # four, one
    assert set(bars[first + 1 : last]) == {" "}
    assert [column for column, mark in enumerate(marks) if mark == "▲"] == [first, last]


def test_a_step_of_a_bar_is_twice_as_many_and_the_highest_has_no_end(rules: Rules) -> None:
    moments = [second / 86_400 for second in range(300)]
    bars = [timeline(*past(rules, *moments[:count], 100), rules, 80)[1].plain[10] for count in (1, 2, 3, 4, 100, 300)]
    assert bars == ["▁", "▂", "▂", "▃", "▇", "█"]


def test_within_a_day_the_hours_are_shown(rules: Rules) -> None:
    head = timeline(*past(rules, 0, 0.25), rules, 80)[0].plain
    assert head.split()[:3] == ["12:00", "15:00", "18:00"]


def test_one_moment_alone_can_be_drawn(rules: Rules) -> None:
    assert len(timeline(*past(rules, 0), rules, 80)) == 4  # a head, a row with marks, a row without


def test_where_nothing_matched_nothing_is_drawn(rules: Rules) -> None:
    assert timeline([], [], rules, 80) == []
