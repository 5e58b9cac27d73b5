"""What other rules would do to what is held."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.watching.changes import Change, compare
from tests.watching.news import COUNT, EACH, rules_of


def changes(folder: Path, old: str, new: str) -> tuple[Change, ...]:
    before, after = folder / "before", folder / "after"
    before.mkdir()
    after.mkdir()
    return compare(rules_of(before, old), rules_of(after, new))


def test_the_same_rules_written_otherwise_change_nothing(tmp_path: Path) -> None:
    written = EACH.replace("action: impose", "action: [impose]").replace("rules:", "# a comment\nrules:")
    assert changes(tmp_path, EACH, written) == ()


@pytest.mark.parametrize(
    ("was", "becomes", "field"),
    [
        ("severity: warning", "severity: info", "severity"),
        ("severity: warning", "severity: warning\n    labels: {team: energy}", "labels"),
        ("New sanctions", "Sanctions", "summary"),
    ],
)
def test_how_an_alert_looks_drops_nothing(tmp_path: Path, was: str, becomes: str, field: str) -> None:
    (change,) = changes(tmp_path, EACH, EACH.replace(was, becomes))
    assert change == Change("imposed", "shown", (field,))
    assert not change.drops


@pytest.mark.parametrize(
    ("was", "becomes", "field"),
    [
        ("action: impose", "action: lift", "when"),
        ("action: impose", "action: {not: impose}", "when"),
        ("severity: warning", "hold: 48h\n    severity: warning", "hold"),
        ("severity: warning", "max_age: 1d\n    severity: warning", "max_age"),
    ],
)
def test_what_decides_when_it_rings_starts_groups_empty(tmp_path: Path, was: str, becomes: str, field: str) -> None:
    (change,) = changes(tmp_path, EACH, EACH.replace(was, becomes))
    assert change == Change("imposed", "logic", (field,))
    assert change.drops


def test_of_a_changed_logic_all_fields_that_differ_are_named(tmp_path: Path) -> None:
    new = COUNT.replace("7d", "3d").replace("at_least: 3", "at_least: 2").replace("critical", "info")
    (change,) = changes(tmp_path, COUNT, new)
    assert change.what == "logic"
    assert set(change.fields) == {"severity", "within", "at_least"}


def test_a_rule_of_another_kind_is_another_logic(tmp_path: Path) -> None:
    new = COUNT.replace("kind: count", "kind: each").replace("    within: 7d\n    at_least: 3\n", "")
    (change,) = changes(tmp_path, COUNT, new)
    assert change.what == "logic"
    assert "kind" in change.fields


def test_new_rules_drop_nothing_and_removed_ones_all_they_hold(tmp_path: Path) -> None:
    found = changes(tmp_path, EACH, COUNT)
    assert [(change.rule, change.what, change.drops) for change in found] == [
        ("pressure", "added", False),
        ("imposed", "removed", True),
    ]
