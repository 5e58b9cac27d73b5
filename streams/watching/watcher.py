"""From matches to alerts: rounds of one second, whatever way the matches came in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from hashlib import sha256
from heapq import heapify, heappop, heappush
from typing import Any

from schemas import Alert, Match, Tick
from schemas.model import to_ms
from streams.store import Store
from streams.watching import state
from streams.watching.alerts import compose, resolved
from streams.watching.burst import run_burst
from streams.watching.count import run_count
from streams.watching.each import run_each
from streams.watching.groups import Group
from streams.watching.matching import group_of, match_key, rule_name
from streams.watching.reversal import run_reversal
from streams.watching.rules import Rule, Rules
from streams.watching.shift import run_shift
from streams.watching.state import Arrival
from streams.watching.telling import Outcome
from streams.watching.working import Kept, WorkingSet

ROUND_MS = 1000
_END_OF_TIME_MS = 253_402_300_799_000
"""The last second of the year 9999, whose round would end in a year that a datetime does not have."""

_RUN: dict[str, Callable[[Any, Group, Sequence[Arrival], int], Outcome]] = {
    "each": run_each,
    "count": run_count,
    "burst": run_burst,
    "shift": run_shift,
    "reversal": run_reversal,
}
"""By kind: one round of one group."""


class Taken(StrEnum):
    """What became of a match."""

    WAITS = "waits"
    """It waits for its round."""
    LATE = "late"
    """Its round has run (the broker's clock stepped back, or it was retried): it waits for the next that will."""
    UNWANTED = "unwanted"
    """No rule has this name and these fields of a group (it was made by other rules), or its time ends: ignored."""


class Watcher:
    """Runs the rules over matches and ticks. All state is in the store that `on` is given."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.fields = {name: {field.name for field in rule.group_by} for name, rule in rules.by_name.items()}
        logic = json.dumps(sorted((name, rule.logic) for name, rule in rules.by_name.items()))
        self.version = sha256(logic.encode()).hexdigest()[:16].encode()
        self._kept = Kept()

    @contextmanager
    def on(self, store: Store) -> Iterator[Watch]:
        """What changed is in the store when the block ends. If that raises, the store has to be given up."""
        watch = Watch(self, store, self._kept)
        yield watch
        watch.write_back()


class Watch:
    """See `Watcher.on`.

    A round holds what was received in [end - 1 s, end). It runs when the clock has reached its end: for each group its
    matches by (event time, article id), then what is due at its end or before. Groups do not see each other. A round
    without matches runs where something is due in it. So only what a source partition sent, and in which order, decides
    what comes out: not how it was cut into batches, not when the ticks came.

    `counts`: (`forgotten_stories` or `unused_stories`, rule) → how many, so far.
    """

    clock_ms: int | None
    """The lowest time of all source partitions: all received before it is here. None: one has not sent any yet."""

    def __init__(self, watcher: Watcher, store: Store, kept: Kept) -> None:
        self._rules, self._fields, self._version = watcher.rules, watcher.fields, watcher.version
        self._store = store
        self._times = state.clock(store)
        self._times_changed = False
        self._set = WorkingSet(store, kept)
        self.clock_ms = lowest(self._times)
        self.counts: Counter[tuple[str, str]] = Counter()

    def take(self, match: Match) -> Taken:
        """Let a match wait for its round."""
        received_ms = to_ms(match.received_at)
        if not self._wanted(match) or received_ms >= _END_OF_TIME_MS:
            return Taken.UNWANTED
        end_ms = round_end(received_ms)
        late = self.clock_ms is not None and end_ms <= self.clock_ms
        if late:
            assert self.clock_ms is not None
            end_ms = round_end(self.clock_ms)
        self._set.wait(end_ms, match_key(match), match, received_ms)
        return Taken.LATE if late else Taken.WAITS

    def tick(self, tick: Tick) -> list[Alert]:
        """Move the clock of one source partition, and run all rounds that end at the clock of watch or before.

        Returns records in order of (updated_at, id): at most one for each alert and round.
        """
        self._advance(tick)
        clock_ms = self.clock_ms
        if clock_ms is None:
            return []
        self._meet_new_rules(clock_ms)
        agenda = self._set.take_waiting(clock_ms, self._wanted)
        # A timer may be due within a second that is not over: its round has not come yet.
        for due_ms, key in self._set.take_timers(clock_ms // ROUND_MS * ROUND_MS):
            agenda.setdefault(_due_round_end(due_ms), {}).setdefault(key, [])
        ends = list(agenda)
        heapify(ends)
        alerts: list[Alert] = []
        while ends:
            end_ms = heappop(ends)
            records: list[Alert] = []
            for key, arrivals in agenda.pop(end_ms).items():
                found, next_ms = self._run(key, arrivals, end_ms)
                records += found
                if next_ms is not None and (again_ms := _due_round_end(next_ms)) <= clock_ms:
                    if again_ms not in agenda:
                        heappush(ends, again_ms)
                    agenda.setdefault(again_ms, {}).setdefault(key, [])
            alerts += sorted(records, key=lambda alert: alert.id)
            if self._set.full:
                self._set.write_groups(end_ms)
        return alerts

    def write_back(self) -> None:
        """Bring the store up to date."""
        state.put_format(self._store)
        self._set.write_back(self.clock_ms or 0)
        if self._times_changed:
            state.put_clock(self._store, self._times)
            self._times_changed = False

    def _run(self, key: bytes, arrivals: list[Arrival], now_ms: int) -> tuple[list[Alert], int | None]:
        """One group in one round: its records, and when its timer is due then."""
        rule, group = self._rules.get(rule_name(key)), self._set.group(key)
        records: dict[str, Alert] = {}
        if group is not None and (rule is None or rule.logic != group.logic):
            for alert in self._set.open_alerts(key):
                records[alert.id] = resolved(alert, now_ms)
                self._set.save_alert(key, records[alert.id])
            self._set.drop(group)
            group = None
        if rule is None or (group is None and not arrivals):
            return list(records.values()), None
        group = group or Group(key, rule.logic)
        forgotten = group.forgotten
        outcome = _RUN[rule.kind](rule, group, arrivals, now_ms)
        for ring in outcome.rings:
            held = self._set.alert(key, ring.alert_id)
            alert = compose(rule, ring, held, group_of(key, rule), now_ms, records.get(ring.alert_id))
            records[alert.id] = alert
            if not ring.event:
                self._set.save_alert(key, alert)
        self._set.save(group, outcome.due_ms)
        self._count(rule, unused=outcome.unused, forgotten=group.forgotten - forgotten)
        return list(records.values()), outcome.due_ms

    def _wanted(self, match: Match) -> bool:
        return self._fields.get(match.rule) == match.group.keys()

    def _count(self, rule: Rule, *, unused: int, forgotten: int) -> None:
        if unused:
            self.counts["unused_stories", rule.name] += unused
        if forgotten:
            self.counts["forgotten_stories", rule.name] += forgotten

    def _advance(self, tick: Tick) -> None:
        times = self._times
        times += [None] * (max(tick.partitions, tick.partition + 1) - len(times))
        held = times[tick.partition]
        if held is None or held < tick.time_ms:
            times[tick.partition] = tick.time_ms
            self._times_changed = True
            self.clock_ms = lowest(times)

    def _meet_new_rules(self, clock_ms: int) -> None:
        """Have the next round look at each group whose rule decides otherwise than the one it was filled by."""
        if self._store.get(state.RULES) == self._version:
            return
        self._set.write_groups(clock_ms)
        for key, logic in state.groups(self._store):
            rule = self._rules.get(rule_name(key))
            group = self._set.group(key) if rule is None or rule.logic != logic else None
            if group is not None:
                self._set.save(group, round_end(clock_ms))
            if self._set.full:
                self._set.write_groups(clock_ms)
        self._store.put(state.RULES, self._version)


def lowest(times: list[int | None]) -> int | None:
    """The clock of watch, from the times of all source partitions; None: one has not sent any yet."""
    known = [time for time in times if time is not None]
    return min(known) if len(known) == len(times) else None


def round_end(ms: int) -> int:
    """The end of the round that holds this time."""
    return ms // ROUND_MS * ROUND_MS + ROUND_MS


def _due_round_end(due_ms: int) -> int:
    """The end of the round in which this is due."""
    return -(-due_ms // ROUND_MS) * ROUND_MS
