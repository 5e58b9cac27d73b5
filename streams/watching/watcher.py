"""From matches to alerts: rounds of one second, whatever way the matches came in."""

from __future__ import annotations

import json
from enum import StrEnum
from hashlib import sha256
from heapq import heapify, heappop, heappush

from schemas import Alert, Match, Tick
from schemas.model import to_ms
from streams.store import Store
from streams.watching import state
from streams.watching.alerts import compose, resolved
from streams.watching.count import run_count
from streams.watching.each import run_each
from streams.watching.groups import Group, Groups, drop_group, put_group, set_timer, without_stories
from streams.watching.matching import group_of, match_key, rule_name
from streams.watching.rules import Each, Rule, Rules

ROUND_MS = 1000


class Taken(StrEnum):
    """What became of a match."""

    WAITS = "waits"
    """It waits for its round."""
    LATE = "late"
    """Its round has run (the broker's clock stepped back): it waits for the next that will."""
    UNWANTED = "unwanted"
    """No rule has this name and these fields of a group: it was made by other rules, and is ignored."""


class Watcher:
    """Runs the rules over matches and ticks. All state is in the store that each call is given.

    A round holds what was received in [end - 1 s, end). It runs when the clock has reached its end: for each group its
    matches by (event time, article id), then what is due at its end or before. Groups do not see each other. A round
    without matches runs where something is due in it. So only what a source partition sent, and in which order, decides
    what comes out: not how it was cut into batches, not when the ticks came.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._groups = Groups()
        self._memos = state.Memos()
        logic = json.dumps(sorted((name, rule.logic) for name, rule in rules.by_name.items()))
        self._version = sha256(logic.encode()).hexdigest()[:16].encode()

    def clock_ms(self, store: Store) -> int | None:
        """The lowest time of all source partitions: all received before it is here. None: one has not sent any yet."""
        times = _times(store)
        known = [time for time in times if time is not None]
        return min(known) if len(known) == len(times) else None

    def take(self, store: Store, match: Match) -> Taken:
        """Let a match wait for its round."""
        if self._rule_of(match) is None:
            return Taken.UNWANTED
        clock_ms = self.clock_ms(store)
        end_ms = _next_round_end(to_ms(match.received_at))
        late = clock_ms is not None and end_ms <= clock_ms
        if late:
            assert clock_ms is not None
            end_ms = _next_round_end(clock_ms)
        state.wait(store, self._memos, end_ms, match_key(match), match)
        return Taken.LATE if late else Taken.WAITS

    def tick(self, store: Store, tick: Tick) -> list[Alert]:
        """Move the clock of one source partition, and run all rounds that end at the clock of watch or before.

        Returns records in order of (updated_at, id): at most one for each alert and round.
        """
        _advance(store, tick)
        clock_ms = self.clock_ms(store)
        if clock_ms is None:
            return []
        self._meet_new_rules(store, clock_ms)
        agenda: dict[int, dict[bytes, list[bytes]]] = {}
        for end_ms, group, key in state.waiting(store, clock_ms):
            agenda.setdefault(end_ms, {}).setdefault(group, []).append(key)
        for timer_ms, group in state.timers(store, clock_ms):
            agenda.setdefault(_round_end(timer_ms), {}).setdefault(group, [])
        ends = list(agenda)
        heapify(ends)
        alerts: list[Alert] = []
        while ends:
            end_ms = heappop(ends)
            records: list[Alert] = []
            for group, keys in agenda.pop(end_ms).items():
                found, due_ms = self._run(store, group, keys, end_ms)
                records += found
                if due_ms is not None and (again_ms := _round_end(due_ms)) <= clock_ms:
                    if again_ms not in agenda:
                        heappush(ends, again_ms)
                    agenda.setdefault(again_ms, {}).setdefault(group, [])
            alerts += sorted(records, key=lambda alert: alert.id)
        return alerts

    def _run(self, store: Store, key: bytes, keys: list[bytes], now_ms: int) -> tuple[list[Alert], int | None]:
        """One group in one round: its records, and when its timer is due then."""
        rule = self._rules.get(rule_name(key))
        group = self._groups.load(store, key)
        matches = [match for match in state.take_waiting(store, self._memos, keys) if self._rule_of(match) is not None]
        records: dict[str, Alert] = {}
        if group is not None and (rule is None or rule.logic != group.logic):
            for alert in state.open_alerts(store, self._memos, key):
                records[alert.id] = resolved(alert, now_ms)
                state.save_alert(store, self._memos, key, records[alert.id])
            drop_group(store, group)
            group = None
        if rule is None or (group is None and not matches):
            return list(records.values()), None
        group = group or Group(key, rule.logic)
        rings, due_ms = (
            run_each(rule, group, matches, now_ms)
            if isinstance(rule, Each)
            else run_count(rule, group, matches, now_ms)
        )
        for ring in rings:
            held = state.load_alert(store, self._memos, key, ring.alert_id)
            alert = compose(rule, ring, held, group_of(key, rule), now_ms, records.get(ring.alert_id))
            records[alert.id] = alert
            state.save_alert(store, self._memos, key, alert)
        self._groups.save(store, group, due_ms, now_ms)
        return list(records.values()), group.due_ms

    def _rule_of(self, match: Match) -> Rule | None:
        rule = self._rules.get(match.rule)
        return rule if rule is not None and match.group.keys() == {field.name for field in rule.group_by} else None

    def _meet_new_rules(self, store: Store, clock_ms: int) -> None:
        """Have the next round look at each group whose rule decides otherwise than the one it was filled by."""
        if store.get(state.RULES) == self._version:
            return
        for group in without_stories(store):
            rule = self._rules.get(rule_name(group.key))
            if rule is None or rule.logic != group.logic:
                set_timer(store, group, _next_round_end(clock_ms))
                put_group(store, group)
        store.put(state.RULES, self._version)


def _times(store: Store) -> list[int | None]:
    value = store.get(state.CLOCK)
    times: list[int | None] = json.loads(value) if value else [None]
    return times


def _advance(store: Store, tick: Tick) -> None:
    times = _times(store)
    times += [None] * (max(tick.partitions, tick.partition + 1) - len(times))
    held = times[tick.partition]
    if held is None or held < tick.time_ms:
        times[tick.partition] = tick.time_ms
        store.put(state.CLOCK, json.dumps(times, separators=(",", ":")).encode())


def _next_round_end(ms: int) -> int:
    """The end of the round that holds this time."""
    return ms // ROUND_MS * ROUND_MS + ROUND_MS


def _round_end(due_ms: int) -> int:
    """The end of the round in which this is due."""
    return -(-due_ms // ROUND_MS) * ROUND_MS
