from __future__ import annotations

from pathlib import Path

import pytest

from schemas import encode
from schemas.model import to_ms
from streams.watching.log import run_log
from streams.watching.rules import Rules
from tests.watching.news import DAY, EACH, at, report, rules_of


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return rules_of(tmp_path, EACH)


def test_nothing_gives_nothing(rules: Rules) -> None:
    assert run_log([], rules) == []


def test_it_ends_with_the_round_of_the_last_report(rules: Rules) -> None:
    log = [(report("a", 0), False), (report("b", DAY + 0.9), False)]
    first, *last = run_log(log, rules)
    assert (first.state, first.updated_at) == ("firing", at(1))
    assert {(alert.state, alert.updated_at) for alert in last} == {("resolved", at(DAY + 1)), ("firing", at(DAY + 1))}
    assert last == sorted(last, key=lambda alert: alert.id)


def test_it_can_end_earlier_or_later(rules: Rules) -> None:
    log = [(report("a", 0), False), (report("b", 10), False)]
    assert [alert.state for alert in run_log(log, rules, to_ms(at(5)))] == ["firing"]
    assert [alert.state for alert in run_log(log, rules, to_ms(at(5 * DAY)))] == ["firing"] * 2 + ["resolved"] * 2


def test_the_order_of_what_it_is_given_does_not_matter(rules: Rules) -> None:
    log = [(report(f"a{number}", number * 0.4), False) for number in range(30)]
    assert list(map(encode, run_log(log, rules))) == list(map(encode, run_log(log[::-1], rules)))


def test_backfill_is_believed_and_a_late_article_is_not(rules: Rules) -> None:
    old = report("a", 0, -300 * DAY)
    assert run_log([(old, False)], rules) == []
    (alert,) = run_log([(old, True)], rules)
    assert alert.window.from_ == at(-300 * DAY)
