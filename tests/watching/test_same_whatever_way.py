"""The promise: only what each source partition sent, and in which order, decides what comes out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from schemas import Alert, Match, Report, Tick, encode
from schemas.model import to_ms
from streams.store import MemoryStore
from streams.watching import count, telling, working
from streams.watching.log import run_log
from streams.watching.matching import match, match_key
from streams.watching.rules import Rules
from streams.watching.watcher import Watcher
from tests.watching.news import DAY, HOUR, report, rules_of, signal, stance

RULES = """
rules:
  each-target:
    kind: each
    when: {topic: sanctions}
    group_by: [target]
    hold: 2h
    severity: info
    summary: "{{ group.target|name }} {{ stories }} {{ sources }}"
  two-stories:
    kind: count
    when: {topic: sanctions}
    group_by: [initiator?, target]
    within: 3h
    at_least: 2
    lateness: 30m
    max_age: 30d
    severity: warning
    summary: "{{ stories }} by {{ group.initiator|name }}"
  two-sources:
    kind: count
    when: {topic: sanctions, target: country:RU}
    distinct: sources
    within: 1d
    at_least: 2
    severity: critical
    summary: "{{ observed }}"
  more-than-usual:
    kind: burst
    when: {topic: sanctions}
    at_least: 2
    p_below: 0.1
    refractory: 6h
    lateness: 15m
    severity: info
    summary: "{{ observed }} {{ expected|round(3) }} {{ p_value|round(3) }}"
  sources-more-than-usual:
    kind: burst
    distinct: sources
    when: {topic: sanctions}
    group_by: [target]
    at_least: 1
    p_below: 0.1
    severity: info
    summary: "{{ observed }}"
  other-mind:
    kind: shift
    when: {stance: {holder: "country:*"}}
    group_by: [holder]
    within: 2d
    by: 0.5
    at_least: 1
    severity: info
    summary: "{{ observed }} {{ expected }}"
  other-tone:
    kind: shift
    when: {source: [a, b]}
    within: 90m
    by: 0.3
    at_least: 2
    lateness: 10m
    severity: info
    summary: "{{ observed }} {{ expected }}"
  other-side:
    kind: reversal
    when: {topic: sanctions}
    group_by: [target]
    at_least: 2
    distinct: stories
    remember: 20d
    severity: critical
    summary: "{{ first.signal.direction }} {{ last.signal.direction }}"
"""
PARTITIONS = 3
TARGETS = ("country:RU", "country:BY", "country:IR")


@pytest.fixture(scope="module", params=["roomy", "cramped"])
def rules(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rules]:
    """Once as it is, and once where few stories fit in memory, in a group and in an alert."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "cramped":
            patch.setattr(working, "_ROOM", 2)
            patch.setattr(telling, "MAX_STORIES", 4)
            patch.setattr(count, "MAX_EPISODES", 2)
        yield rules_of(tmp_path_factory.mktemp("rules"), RULES)


@st.composite
def logs(draw: st.DrawFn) -> list[tuple[Report, bool]]:
    """Up to 40 reports, close together or hours apart, some told twice, some of long ago."""
    received = 0.0
    log = []
    for number in range(draw(st.integers(0, 40))):
        received += draw(st.sampled_from([0, 0, 0.2, 0.5, 1, 60, HOUR, 3 * HOUR, 2 * DAY]))
        age = draw(st.sampled_from([0, 0, 60, HOUR, 3 * HOUR, 5 * DAY, 20 * DAY, 400 * DAY, -HOUR]))
        article = draw(st.sampled_from([f"a{number}", f"a{number}", f"a{number}", "again", f"a/{max(0, number - 3)}"]))
        targets = tuple(draw(st.lists(st.sampled_from(TARGETS), min_size=1, max_size=2, unique=True)))
        told = report(
            article,
            received,
            received - age,
            text=draw(st.sampled_from(["", "one", "two", f"only {number}", f"only {number}"])),
            source=draw(st.sampled_from(["a", "b", "c"])),
            signals=(
                signal(
                    target=targets,
                    initiator=draw(st.sampled_from([(), ("org:eu",)])),
                    direction=draw(st.sampled_from([-1, 1])),
                ),
            ),
            stances=(stance("country:RS", "org:eu", draw(st.sampled_from([-1, 1]))),),
        ).model_copy(update={"tone": draw(st.sampled_from([-0.4, 0.0, 0.1, 0.5]))})
        log.append((told, draw(st.booleans())))
    return log


def partition_of(article: str) -> int:
    return crc32(article.encode()) % PARTITIONS


def saved_and_restored(store: MemoryStore) -> MemoryStore:
    pairs = [(key.hex(), value.hex()) for key, value in store.entries.items()]
    return MemoryStore({bytes.fromhex(key): bytes.fromhex(value) for key, value in json.loads(json.dumps(pairs))})


class Cluster:
    """Source partitions at their own pace, two watch partitions, and all that can go wrong between them."""

    def __init__(self, log: list[tuple[Report, bool]], rules: Rules, until_ms: int) -> None:
        self.rules = rules
        self.until_ms = until_ms
        self.watcher = Watcher(rules)
        self.stores = [MemoryStore(), MemoryStore()]
        self.alerts: list[Alert] = []
        self.queues: list[list[tuple[int, tuple[Match, ...]]]] = [[] for _ in range(PARTITIONS)]
        for told, backfill in sorted(log, key=lambda entry: entry[0].received_at):
            found = match(told, rules, backfill=backfill).matches
            self.queues[partition_of(told.article_id)].append((to_ms(told.received_at), found))

    def work(self, partition: int, batch: int, early_ms: int, data: st.DataObject) -> None:
        """One batch on each watch partition: matches, and after some of them a tick of what was sent until then."""
        queue = self.queues[partition]
        sent = [queue.pop(0) for _ in range(min(batch, len(queue)))]
        # No tick may be later than what its partition has still to send.
        ends = [received_ms for received_ms, _ in sent[1:]] + [queue[0][0] if queue else self.until_ms]
        ticks = [end_ms - early_ms if data.draw(st.booleans()) else None for end_ms in ends]
        for number, store in enumerate(self.stores):
            if data.draw(st.booleans()):  # a batch that is given up after all was done, and worked on again
                self.batch(saved_and_restored(store), number, partition, sent, [*ticks[:-1], (ticks[-1] or 0) + 1000])
            self.alerts += self.batch(store, number, partition, sent, ticks)
            if data.draw(st.booleans()):  # a crash
                self.stores[number] = saved_and_restored(store)
                self.watcher = Watcher(self.rules)

    def batch(
        self,
        store: MemoryStore,
        number: int,
        partition: int,
        sent: list[tuple[int, tuple[Match, ...]]],
        ticks: list[int | None],
    ) -> list[Alert]:
        alerts = []
        with self.watcher.on(store) as watch:
            for at, time_ms in enumerate(ticks):
                for found in sent[at][1] if at < len(sent) else ():
                    if crc32(match_key(found)) % 2 == number:
                        watch.take(found)
                if time_ms is not None:
                    alerts += watch.tick(Tick(partition=partition, partitions=PARTITIONS, time_ms=time_ms))
        return alerts


def live(log: list[tuple[Report, bool]], rules: Rules, until_ms: int, data: st.DataObject) -> list[Alert]:
    """Run the log as a cluster might."""
    cluster = Cluster(log, rules, until_ms)
    while ready := [number for number, queue in enumerate(cluster.queues) if queue]:
        partition, batch = data.draw(st.sampled_from(ready)), data.draw(st.integers(1, 8))
        cluster.work(partition, batch, data.draw(st.sampled_from([0, 0, 1, 500, 7000])), data)
    for partition in range(PARTITIONS):
        final = Tick(partition=partition, partitions=PARTITIONS, time_ms=until_ms)
        for store in cluster.stores:
            with cluster.watcher.on(store) as watch:
                cluster.alerts += watch.tick(final)
    return sorted(cluster.alerts, key=lambda alert: (alert.updated_at, alert.id, alert.revision))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(log=logs(), more=st.sampled_from([0, 1, HOUR, 2 * DAY, 30 * DAY]), data=st.data())
def test_any_batches_interleaving_ticks_and_crashes_give_the_oracles_alerts(
    rules: Rules, log: list[tuple[Report, bool]], more: int, data: st.DataObject
) -> None:
    last_ms = max((to_ms(told.received_at) for told, _ in log), default=0)
    until_ms = (last_ms // 1000 + 1 + more) * 1000
    expected = run_log(log, rules, until_ms)
    assert list(map(encode, live(log, rules, until_ms, data))) == list(map(encode, expected))
    seen = {(alert.id, alert.updated_at) for alert in expected}
    assert len(seen) == len(expected), "more than one record of an alert in a round"
    for alert in expected:
        event(alert.rule)


@settings(max_examples=50, deadline=None)
@given(log=logs())
def test_everything_resolves_and_the_state_ends_empty(rules: Rules, log: list[tuple[Report, bool]]) -> None:
    store, last = MemoryStore(), dict[str, Any]()
    with Watcher(rules).on(store) as watch:
        for told, backfill in log:
            for found in match(told, rules, backfill=backfill).matches:
                watch.take(found)
        alerts = watch.tick(Tick(partition=0, partitions=1, time_ms=4_000_000_000_000))
    for alert in alerts:
        before = last.get(alert.id)
        again = before is not None and before.state == "resolved" and alert.revision == 1  # forgotten, and told again
        assert again or alert.revision == (before.revision if before else 0) + 1
        last[alert.id] = alert
    assert {alert.state for alert in last.values() if alert.rule != "other-side"} <= {"resolved"}
    assert {key[:1] for key in store.entries} <= {b"c", b"f", b"v"}
