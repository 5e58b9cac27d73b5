"""The past in memory: what live would have given, from articles or from reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Report, encode
from streams.archive.backtest import Backtest, Received, parse
from streams.errors import InputError
from streams.watching.log import run_log
from streams.watching.rules import Rules
from tests.watching.news import COUNT, DAY, EACH, HOUR, report, rules_of, signal

ARTICLE = {"id": "a", "text": "Norway imposed sanctions on Iran.", "published_at": "2024-03-01T12:00:00Z"}
LIMIT = 1 << 20


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    return rules_of(tmp_path_factory.mktemp("rules"), EACH + COUNT.replace("rules:\n", "").lstrip("\n"))


def article(**fields: Any) -> bytes:
    return json.dumps(ARTICLE | fields).encode()


reports = st.builds(
    report,
    st.sampled_from("abcdefgh"),
    st.integers(-40 * DAY, 40 * DAY),
    source=st.sampled_from(["a", "b"]),
    text=st.sampled_from(["", "one", "two"]),
    signals=st.sampled_from([(), (signal(),), (signal(target=("country:IR",)), signal(action="lift"))]),
)


@settings(max_examples=60, deadline=None)
@given(log=st.lists(reports, max_size=30), shuffled=st.randoms(use_true_random=False))
def test_reports_in_any_order_give_the_alerts_of_the_oracle(rules: Rules, log: list[Report], shuffled: Any) -> None:
    mixed = list(log)
    shuffled.shuffle(mixed)
    test = Backtest(rules)
    for each in mixed:
        test.add(each)
    expected = run_log([(each, False) for each in log], rules)
    assert [encode(alert) for alert in test.alerts()] == [encode(alert) for alert in expected]


def test_the_clock_ends_with_the_last_report_or_where_it_is_told_to(rules: Rules) -> None:
    test = Backtest(rules)
    test.add(report("a", 0))
    assert [alert.state for alert in test.alerts()] == ["firing"]
    assert [alert.state for alert in test.alerts(test.end_ms + 2 * DAY * 1000)] == ["firing", "resolved"]
    assert test.alerts(test.end_ms - 1000) == []


def test_matches_and_what_was_too_old_are_counted(rules: Rules) -> None:
    test = Backtest(rules)
    test.add(report("a", 0, published=-2 * HOUR))
    test.add(report("b", 0, published=-30 * DAY))
    test.add(report("c", 0, signals=()))
    assert test.reports == 3
    assert [(found.rule, found.article_id) for found in test.matches] == [("imposed", "a"), ("pressure", "a")]
    assert test.too_old == {"imposed": 1, "pressure": 1}


def test_no_reports_give_no_alerts(rules: Rules) -> None:
    assert Backtest(rules).alerts() == []


def test_an_article_was_received_when_it_says_so_or_when_it_was_published() -> None:
    plain, stamped = parse("f:1", article(), LIMIT), parse("f:1", article(received_at="2024-03-02T00:00:00Z"), LIMIT)
    assert isinstance(plain, Received)
    assert isinstance(stamped, Received)
    assert plain.received_at == plain.article.published_at
    assert f"{stamped.received_at:%Y-%m-%d}" == "2024-03-02"


def test_a_report_is_told_from_an_article() -> None:
    told = report("a", 0)
    assert parse("f:1", encode(told), LIMIT) == told


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{", "JSON"),
        (b"[]", "object"),
        (b"\xff{}", "f:7"),
        (b'{"article_id": "a", "signals": []}', "published_at"),
        (article(published_at="soon"), "published_at"),
        (article(received_at=17), "received_at"),
        (article(text=" "), "empty"),
        (article(text="x" * (LIMIT + 1)), "bytes"),
        (article(published_at="2024-03-09T12:00:00Z", received_at="2024-03-01T00:00:00Z"), "24 h"),
        (article(published_at="9999-12-31T23:59:59Z"), "year 9999"),
        (encode(report("a", 0)).replace(b"2024-03-01T12:00:00Z", b"9999-12-31T23:59:59Z"), "year 9999"),
        (b'{"published_at": "2024-03-01T12:00:00Z", "text": "x"}', "id"),
    ],
)
def test_what_a_worker_would_refuse_is_refused_with_its_place(line: bytes, problem: str) -> None:
    with pytest.raises(InputError, match=r"^f:7: ") as raised:
        parse("f:7", line, LIMIT)
    assert problem in str(raised.value)


def test_what_is_matched_is_held_and_not_what_was_read(tmp_path: Path, rules: Rules) -> None:
    test = Backtest(rules)
    for number in range(100):
        test.add(report(f"a{number}", number, signals=()))
    assert test.matches == []
    assert test.reports == 100
