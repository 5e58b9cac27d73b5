"""State stored once is read or refused: the files under states/ are only added to, never changed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from schemas import Report
from streams.errors import InputError
from streams.store import MemoryStore
from streams.watching import state
from streams.watching.rules import Rules
from tests.watching.news import COUNT, DAY, EACH, Desk, report, rules_of, signal

STATES = Path(__file__).parent / "states"
REVERSAL = """
  turned:
    kind: reversal
    when: {topic: sanctions}
    group_by: [target]
    within: 30d
    at_least: 3
    severity: info
    summary: "turned"
"""
FORMATS = [1, 2]
BY = ("country:BY",)


def reports() -> list[Report]:
    """Four stories on one target, the first told twice, and two on another."""
    of_two = [report(f"b{number}", number, signals=(signal(target=BY),)) for number in range(2)]
    return [
        *(report(f"a{number}", number, source=f"wire {number}") for number in range(4)),
        report("copy", 4, text="a0", source="mirror"),
        *of_two,
    ]


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return rules_of(tmp_path, EACH + COUNT.replace("\nrules:\n", "") + REVERSAL)


def stored(number: int) -> MemoryStore:
    """What watch held when the sample was written: alerts open, a story in none yet, a match that waits."""
    entries = json.loads((STATES / f"format-{number}.json").read_bytes())
    return MemoryStore({key.encode(): value.encode() for key, value in entries.items()})


def open_alerts(store: MemoryStore) -> set[str]:
    return {key.rpartition(b"|")[2].decode() for key in store.keys(b"a/", b"a0")}


def test_what_is_written_now_is_the_stored_sample_of_the_present_format(rules: Rules) -> None:
    """Where this fails, the layout has changed: raise state.FORMAT, read or refuse the old one, and add a sample."""
    desk = Desk(rules)
    desk.send(*reports())
    desk.until(5)
    desk.send(report("late", 6))
    assert desk.store.entries == stored(state.FORMAT).entries


def test_there_is_a_sample_of_each_format_and_none_was_edited() -> None:
    digests = {
        1: "c310d453f9fbcc4ce26f6660650ee77b117c53baa77e51498ed0f3d330e8e71c",
        2: "be3832d8b25398054354479081736cbee1820a05788e7504825b6907ddaf12a7",
    }
    files = [STATES / f"format-{number}.json" for number in FORMATS]
    assert sorted(STATES.iterdir()) == files
    assert FORMATS[-1] == state.FORMAT
    for number, file in zip(FORMATS, files, strict=True):
        assert hashlib.sha256(file.read_bytes()).hexdigest() == digests[number]


@pytest.mark.parametrize("number", FORMATS)
def test_state_of_a_known_format_is_accepted_and_then_says_the_present_one(number: int, rules: Rules) -> None:
    store = stored(number)
    state.check_format(store)
    Desk(rules, store).until(10)
    assert store.get(b"f") == b"%d" % state.FORMAT
    state.check_format(store)


def test_state_of_the_present_format_goes_on_where_it_stood(rules: Rules) -> None:
    store = stored(state.FORMAT)
    held, desk = open_alerts(store), Desk(rules, store)
    fresh = desk.until(7)  # what waited
    assert {(alert.rule, alert.revision, alert.stories) for alert in fresh} == {("imposed", 1, 1), ("pressure", 3, 5)}
    assert held < open_alerts(store)
    desk.send(report("b2", 8, signals=(signal(target=BY),)))
    (pressure,) = [alert for alert in desk.until(9) if alert.rule == "pressure"]
    assert [evidence.article_id for evidence in pressure.evidence] == ["b0", "b1", "b2"]  # two were in the store


def test_state_without_a_mark_of_the_present_format_goes_on_as_well(rules: Rules) -> None:
    marked, unmarked = Desk(rules, stored(state.FORMAT)), Desk(rules, stored(state.FORMAT))
    unmarked.store.delete(b"f")
    state.check_format(unmarked.store)
    assert unmarked.until(9) == marked.until(9)
    assert unmarked.store.entries == marked.store.entries


def test_groups_of_the_first_format_start_empty_and_their_alerts_resolve_but_what_waited_is_watched(
    rules: Rules,
) -> None:
    store = stored(1)
    held, desk = open_alerts(store), Desk(rules, store)
    assert desk.until(6) == []  # other rules are met, and the next round looks at each group
    told = desk.until(7)
    assert held == {alert.id for alert in told if alert.state == "resolved"}
    (fresh,) = [alert for alert in told if alert.state == "firing"]
    assert (fresh.rule, fresh.stories, fresh.evidence[0].article_id) == ("imposed", 1, "late")
    assert [key.rpartition(b"|")[0] for key in store.keys(b"s/", b"s0")] == [
        b"s/%b/country:RU" % rule for rule in (b"imposed", b"pressure")
    ]
    desk.until(90 * DAY)
    assert set(store.entries) == {b"c", b"f", b"v"}


def test_an_empty_state_is_accepted_and_marked_by_the_first_write(rules: Rules) -> None:
    desk = Desk(rules)
    state.check_format(desk.store)
    desk.send(report("a", 0))
    assert desk.store.get(b"f") == b"%d" % state.FORMAT


@pytest.mark.parametrize("mark", [b"%d" % (state.FORMAT + 1), b"10000", b"", b"two", b"\xff", "２".encode()])
def test_state_of_a_newer_format_is_refused_with_what_to_do(mark: bytes) -> None:
    store = stored(state.FORMAT)
    store.put(b"f", mark)
    with pytest.raises(InputError, match="tocsin state reset --all") as refusal:
        state.check_format(store)
    assert refusal.value.exit_code == 2
