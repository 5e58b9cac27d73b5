"""What one call of watching has in hand: read from the store when first touched, written back when the call ends.

A match that comes and is taken within one call is never written, a group that a hundred rounds touch is written once.
Groups written back stay parsed for the next call, as long as the store holds the very bytes that were written.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from heapq import heappop, heappush

from schemas import Alert, Match
from schemas.model import to_ms
from streams.store import Store
from streams.watching import state
from streams.watching.groups import Group
from streams.watching.state import Arrival, Memo, Order, event_ms

_ROOM = 150_000
"""Stories in hand, and stories kept parsed between calls: about 1 kB each."""


@dataclass
class Kept:
    """What is not parsed twice. It never decides anything: where the store differs, the store is read."""

    matches: Memo[Match] = field(default_factory=lambda: Memo(Match))
    alerts: Memo[Alert] = field(default_factory=lambda: Memo(Alert))
    groups: OrderedDict[bytes, tuple[bytes, Group]] = field(default_factory=OrderedDict)
    stories: int = 0

    def take(self, key: bytes, value: bytes) -> Group | None:
        """The group, if it was last written as these bytes. It is the caller's own then."""
        held, group = self.groups.pop(key, (b"", None))
        if group is None:
            return None
        self.stories -= len(group.stories)
        return group if held == value else None

    def give(self, group: Group, value: bytes) -> None:
        """Keep a group as written; those touched longest ago have to go."""
        self.take(group.key, b"")  # a batch that was given up may have left one of which the store does not know
        self.groups[group.key] = value, group
        self.stories += len(group.stories)
        while self.stories > _ROOM or len(self.groups) > _ROOM:
            _, (_, oldest) = self.groups.popitem(last=False)
            self.stories -= len(oldest.stories)


class WorkingSet:
    """Matches, groups, timers and alerts of one store. `write_back` before anybody else looks at it."""

    def __init__(self, store: Store, kept: Kept) -> None:
        self._store = store
        self._kept = kept
        self._waiting: dict[int, dict[bytes, dict[Order, Match]]] = {}
        self._groups: dict[bytes, Group] = {}
        self._timers: list[tuple[int, bytes]] = []
        self._gone_off: set[bytes] = set()
        self._alerts: dict[bytes, Alert | None] = {}
        self._stories = 0

    def wait(self, end_ms: int, group: bytes, match: Match, received_ms: int) -> None:
        """Keep a match for the round that ends then. Of two in one place the smaller stays, in whatever order."""
        matches = self._waiting.setdefault(end_ms, {}).setdefault(group, {})
        order = event_ms(match), match.article_id, received_ms
        held = matches.get(order)
        if held is None or (held != match and self._kept.matches.write(match) < self._kept.matches.write(held)):
            matches[order] = match

    def take_waiting(self, clock_ms: int, wanted: Callable[[Match], bool]) -> dict[int, dict[bytes, list[Arrival]]]:
        """What arrived in all rounds that end at the clock or before, by round and group, in order; it is gone then.

        `wanted` is asked of what lay in the store: it may have been put there under other rules.
        """
        for end_ms, group, key in state.waiting(self._store, clock_ms):
            value = self._store.get(key)
            assert value is not None
            match = self._kept.matches.read(value)
            if wanted(match):
                self.wait(end_ms, group, match, to_ms(match.received_at))
            self._store.delete(key)
        return {
            end_ms: {
                group: [Arrival(order[0], held[order]) for order in sorted(held)] for group, held in groups.items()
            }
            for end_ms in [end_ms for end_ms in self._waiting if end_ms <= clock_ms]
            for groups in [self._waiting.pop(end_ms)]
        }

    def take_timers(self, clock_ms: int) -> Iterator[tuple[int, bytes]]:
        """(due, group) of all timers due at the clock or before."""
        for due_ms, key in state.timers(self._store, clock_ms):
            self._store.delete(state.timer_key(due_ms, key))
            group = self._groups.get(key)
            if group is None:
                self._gone_off.add(key)
                yield due_ms, key
            else:
                group.timer_ms = None
                if group.due_ms == due_ms:  # else what is due now lies in `_timers`
                    yield due_ms, key
        while self._timers and self._timers[0][0] <= clock_ms:
            due_ms, key = heappop(self._timers)
            group = self._groups.get(key)
            if group is not None and group.due_ms == due_ms:
                yield due_ms, key

    def group(self, key: bytes) -> Group | None:
        """The group, or None. Changes to it need a `save` or a `drop`."""
        group = self._groups.get(key)
        if group is not None:
            return group
        value = self._store.get(state.group_key(key))
        if value is None:
            return None
        group = self._kept.take(key, value)
        if group is None:
            group = Group.of(key, value)
            group.restore(state.stories(self._store, key))
        if key in self._gone_off:
            self._gone_off.discard(key)
            group.timer_ms = None
        self._groups[key] = group
        self._stories += len(group.stories)
        return group

    def save(self, group: Group, due_ms: int | None) -> None:
        """`due_ms`: when it has to be looked at again; None: it is empty and goes."""
        if due_ms is None:
            self.drop(group)
            return
        if group.due_ms != due_ms:
            group.due_ms = due_ms
            heappush(self._timers, (due_ms, group.key))
        self._groups[group.key] = group
        self._stories += 1  # about: most rounds open a story or none

    def drop(self, group: Group) -> None:
        """Forget all of it but its open alerts."""
        self._groups.pop(group.key, None)
        if group.timer_ms is not None:
            self._store.delete(state.timer_key(group.timer_ms, group.key))
        for number in (*group.gone, *group.stories):
            self._store.delete(state.story_key(group.key, number))
        self._store.delete(state.group_key(group.key))

    def alert(self, group: bytes, alert_id: str) -> Alert | None:
        """The open alert as it was last sent, or None."""
        key = state.alert_key(group, alert_id)
        if key in self._alerts:
            return self._alerts[key]
        value = self._store.get(key)
        return None if value is None else self._kept.alerts.read(value)

    def save_alert(self, group: bytes, alert: Alert) -> None:
        """Keep it while it fires."""
        self._alerts[state.alert_key(group, alert.id)] = alert if alert.state == "firing" else None

    def open_alerts(self, group: bytes) -> list[Alert]:
        """All alerts of the group that fire."""
        self._write_alerts()
        values = [self._store.get(key) for key in state.alert_keys(self._store, group)]
        return [self._kept.alerts.read(value) for value in values if value is not None]

    @property
    def full(self) -> bool:
        """Whether it is time to write back, lest too much lies in memory."""
        return self._stories > _ROOM or len(self._groups) > _ROOM

    def write_back(self, now_ms: int) -> None:
        """Write all that changed. `now_ms`: the clock."""
        for end_ms, groups in self._waiting.items():
            for key, matches in groups.items():
                for order, match in matches.items():
                    self._write_waiting(state.waiting_key(end_ms, key, order), match)
        self._waiting.clear()
        self.write_groups(now_ms)

    def write_groups(self, now_ms: int) -> None:
        """Write all but the matches that wait.

        A timer that is early stays: it costs one look, while to set it anew costs two writes for every copy.
        """
        for group in self._groups.values():
            self._write(group, now_ms)
        self._groups.clear()
        self._timers.clear()
        self._stories = 0
        self._write_alerts()

    def _write_waiting(self, key: bytes, match: Match) -> None:
        value, held = self._kept.matches.write(match), self._store.get(key)
        if held is None or value < held:
            self._store.put(key, value)

    def _write(self, group: Group, now_ms: int) -> None:
        store, stamp = self._store, blake2b(group.stamp.encode(), digest_size=8)
        for number in group.gone:
            store.delete(state.story_key(group.key, number))
        for story in group.changed.values():
            store.put(state.story_key(group.key, story.number), value := story.dump())
            stamp.update(value)
        group.gone.clear()
        group.changed.clear()
        assert group.due_ms is not None
        if group.timer_ms is None or not now_ms < group.timer_ms <= group.due_ms:
            if group.timer_ms is not None:
                store.delete(state.timer_key(group.timer_ms, group.key))
            store.put(state.timer_key(group.due_ms, group.key), b"1")
            group.timer_ms = group.due_ms
        stamp.update(b"%d %d" % (group.timer_ms, now_ms))
        group.stamp, group.due_ms = stamp.hexdigest(), group.timer_ms
        store.put(state.group_key(group.key), value := group.dump())
        self._kept.give(group, value)

    def _write_alerts(self) -> None:
        for key, alert in self._alerts.items():
            if alert is None:
                self._store.delete(key)
            else:
                self._store.put(key, self._kept.alerts.write(alert))
        self._alerts.clear()
