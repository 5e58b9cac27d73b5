"""What is held, group by group, and what is said last of the alerts of one that is dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas import Alert
from streams.watching import state
from streams.watching.held import Held, contents, held, keys_by_group, last_words, named
from tests.watching.news import COUNT, DAY, EACH, Desk, report, rules_of, signal


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A group of each rule, in which three stories are told, and a match that waits."""
    desk = Desk(rules_of(tmp_path, EACH + COUNT.replace("\nrules:\n", "")))
    desk.send(*(report(f"a{number}", number) for number in range(3)))
    desk.until(4)
    desk.send(report("late", 5))
    return desk


def test_every_entry_is_of_a_group_but_for_the_clock_the_rules_and_the_format(desk: Desk) -> None:
    found = keys_by_group(desk.store)
    assert list(found) == [b"imposed/country:RU", b"pressure/country:RU"]
    of_groups = {key for keys in found.values() for key in keys}
    assert desk.store.entries.keys() - of_groups == {b"c", b"f", b"v"}
    assert {key[:2] for key in found[b"pressure/country:RU"]} == {b"a/", b"g/", b"p/", b"s/", b"t/"}


def test_entries_that_nobody_knows_are_of_no_group() -> None:
    assert [state.group_in(key) for key in (b"", b"c", b"x/a", b"g", b"gg/a")] == [None] * 5


def test_a_group_is_told_with_how_much_is_held_of_it(desk: Desk) -> None:
    imposed, pressure = held(desk.store)
    logic = {rule.name: rule.logic for rule in desk.rules.by_name.values()}
    assert imposed == Held(b"imposed/country:RU", logic["imposed"], 3, 3, 1, imposed.due_ms)
    assert pressure == Held(b"pressure/country:RU", logic["pressure"], 3, 1, 1, pressure.due_ms)
    assert {due for due, _ in state.timers(desk.store, 10**14)} == {imposed.due_ms, pressure.due_ms}


def test_a_group_of_which_only_matches_wait_has_no_logic_yet(desk: Desk) -> None:
    desk.send(report("new", 5, signals=(signal(target=("country:BY",)),)))
    assert Held(b"imposed/country:BY", "", 0, 0, 1, None) in held(desk.store)
    found = contents(desk.store, b"imposed/country:BY")
    assert found is not None
    assert (found.group, found.alerts, [match.article_id for match in found.waiting]) == (None, (), ["new"])


def test_the_contents_of_a_group_are_what_watch_goes_on_from(desk: Desk) -> None:
    found = contents(desk.store, b"pressure/country:RU")
    assert found is not None
    assert found.group is not None
    assert [story.articles for story in found.group.stories.values()] == [["a0"], ["a1"], ["a2"]]
    assert [(alert.rule, alert.stories) for alert in found.alerts] == [("pressure", 3)]
    assert [match.article_id for match in found.waiting] == ["late"]
    assert contents(desk.store, b"pressure/country:R") is None


def test_a_group_is_named_by_its_values_which_may_be_anything() -> None:
    assert named(b"rule/country:RU/a%2Fb%20%7C") == ("rule", "country:RU/a%2Fb%20%7C", ("country:RU", "a/b |"))
    assert named(b"rule") == ("rule", "", ("",))


def test_the_last_words_are_those_that_watch_says_when_the_rule_is_gone(desk: Desk, tmp_path: Path) -> None:
    words = last_words(desk.store, keys_by_group(desk.store)[b"pressure/country:RU"])
    left = Desk(rules_of(tmp_path, EACH), desk.store)
    left.until(4)
    assert list(words.values()) == [alert for alert in left.until(5) if alert.rule == "pressure"]


def test_words_that_cannot_be_read_are_none_and_without_a_clock_an_alert_ends_after_its_last_record(
    desk: Desk,
) -> None:
    keys = [key for key in desk.store.entries if key[:2] == b"a/"]
    desk.store.put(keys[0], b"{}")
    desk.store.delete(b"c")
    words = last_words(desk.store, keys)
    assert words[keys[0]] is None
    for key in keys[1:]:
        alert, held_alert = words[key], Alert.model_validate_json(desk.store.get(key) or b"")
        assert alert is not None
        assert (alert.updated_at - held_alert.updated_at).total_seconds() == 1
    desk.store.put(b"c", b'{"in": "another layout"}')
    assert set(last_words(desk.store, keys).values()) == {None}


def test_a_quiet_watcher_holds_no_group(desk: Desk) -> None:
    desk.until(90 * DAY)
    assert held(desk.store) == []
