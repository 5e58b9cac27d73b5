"""Runs rule tests: what is told is read, matched and watched as live, and the alerts compared with those expected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from schemas import Alert
from schemas.model import to_ms
from streams.archive.backtest import Backtest
from streams.archive.rule_test_file import END, ExpectedAlert, RuleTest, RuleTests
from streams.archive.rule_test_log import log_of
from streams.archive.rule_test_terms import Moment
from streams.errors import KnowledgeError
from streams.reading import Reader
from streams.watching.rules import Rules
from streams.watching.vocabulary import suggestion
from streams.watching.watcher import round_end


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not as expected: an alert that is `missing`, `unexpected`, or `differs` in some `fields`.

    `at`: the time, as the test has it. `fields`: (expected, found) by name. `where`: `file:line:column`.
    """

    what: Literal["missing", "unexpected", "differs"]
    where: str
    at: str
    rule: str
    group: Mapping[str, str]
    summary: str = ""
    fields: Mapping[str, tuple[object, object]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One test. It holds if there are no differences."""

    name: str
    where: str
    differences: tuple[Difference, ...]


def run_rule_tests(
    tests: RuleTests, reader: Reader, rules: Callable[[Path | None], Rules], max_text_bytes: int
) -> Iterator[Verdict]:
    """One after the other. `rules` gives those of a file; of None, the default ones.

    Raises KnowledgeError where a test names a rule or a file that is not there, InputError for a line of such a file.
    """
    for number, test in enumerate(tests.tests):
        written = test.rules or tests.rules
        loaded = rules(tests.folder / written if written else None)
        _check_names(tests, number, test, loaded)
        backtest = Backtest(loaded)
        for report in log_of(tests, number, test, reader, max_text_bytes):
            backtest.add(report)
        yield Verdict(test.name, tests.place("tests", number), tuple(_differences(tests, number, test, backtest)))


def _check_names(tests: RuleTests, number: int, test: RuleTest, rules: Rules) -> None:
    named: list[tuple[str, tuple[str | int, ...]]] = [(rule, ("only", at)) for at, rule in enumerate(test.only)]
    for written, alerts in test.expect.items():
        named += [(alert.rule, ("expect", written, at, "rule")) for at, alert in enumerate(alerts)]
    for rule, location in named:
        if rule not in rules.by_name:
            near = suggestion(rule, rules.by_name.keys())
            raise KnowledgeError(tests.place("tests", number, *location), f"there is no rule {rule!r}{near}")


def _differences(tests: RuleTests, number: int, test: RuleTest, backtest: Backtest) -> Iterator[Difference]:
    ends = {at: _end_ms(test, at, backtest) for at in test.expect}
    records = [one for one in backtest.alerts(max(ends.values())) if not test.only or one.rule in test.only]
    for at, expected in test.expect.items():
        latest = {record.id: record for record in records if to_ms(record.updated_at) <= ends[at]}
        for one, alert in pair(expected, list(latest.values())):
            unlike = unlikeness(expected[one], alert) if one is not None and alert is not None else {}
            if one is None or alert is None or unlike:
                place = tests.place("tests", number, "expect", at, *([] if one is None else [one]))
                yield _difference(None if one is None else expected[one], alert, place, at, unlike)


def _end_ms(test: RuleTest, at: str, backtest: Backtest) -> int:
    """The end of the round that holds this time of the test: all that is received then has been seen."""
    moment = test.until if at == END else Moment.read(at)
    return backtest.end_ms if moment is None else round_end(to_ms(moment.resolve(test.start)))


def _difference(
    expected: ExpectedAlert | None,
    alert: Alert | None,
    place: str,
    at: str,
    unlike: Mapping[str, tuple[object, object]],
) -> Difference:
    told = alert or expected
    assert told is not None
    what: Literal["missing", "unexpected", "differs"] = "differs"
    if alert is None or expected is None:
        what = "missing" if alert is None else "unexpected"
    return Difference(what, place, at, told.rule, told.group, told.summary or "", unlike)


def pair(expected: Sequence[ExpectedAlert], alerts: Sequence[Alert]) -> list[tuple[int | None, Alert | None]]:
    """Which alert each expectation (by index) is of; None: none, and then what nobody expected.

    As many as possible are as expected (augmenting paths, Kuhn 1955); an expectation that is left over goes with the
    alert of its rule that differs least.
    """
    fits = [[n for n, alert in enumerate(alerts) if not unlikeness(one, alert)] for one in expected]
    owner: dict[int, int] = {}

    def place(one: int, tried: set[int]) -> bool:
        for n in fits[one]:
            if n not in tried:
                tried.add(n)
                if n not in owner or place(owner[n], tried):
                    owner[n] = one
                    return True
        return False

    left = [one for one in range(len(expected)) if not place(one, set())]
    pairs: dict[int, int] = {one: n for n, one in owner.items()}
    for one in left:
        near = [n for n, alert in enumerate(alerts) if n not in owner and alert.rule == expected[one].rule]
        if near:
            pairs[one] = min(near, key=lambda n: _distance(expected[one], alerts[n]))
            owner[pairs[one]] = one
    told = [(one, alerts[pairs[one]] if one in pairs else None) for one in range(len(expected))]
    return [*told, *((None, alert) for n, alert in enumerate(alerts) if n not in owner)]


def _distance(expected: ExpectedAlert, alert: Alert) -> tuple[bool, int]:
    unlike = unlikeness(expected, alert)
    return "group" in unlike, len(unlike)


def unlikeness(expected: ExpectedAlert, alert: Alert) -> dict[str, tuple[object, object]]:
    """The fields in which an alert is not as expected: (expected, found) by name."""
    found: dict[str, object] = {name: getattr(alert, name) for name in _COMPARED}
    found["group"] = {name: alert.group.get(name) for name in expected.group}
    found["labels"] = {name: alert.labels.get(name) for name in expected.labels}
    wanted: dict[str, object] = {name: getattr(expected, name) for name in _COMPARED}
    if isinstance(expected.sources, tuple):
        wanted["sources"] = tuple(sorted(expected.sources))
    else:
        found["sources"] = len(alert.sources)
    return {name: (wanted[name], found[name]) for name in _COMPARED if wanted[name] not in (None, found[name])}


_COMPARED = tuple(ExpectedAlert.model_fields)
