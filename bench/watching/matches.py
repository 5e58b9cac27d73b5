"""`python -m bench.watching.matches`: matches watched a second on one core, and the memory of quiet groups.

Parsed models in, models out, all in memory; the yardstick is parsing the same matches from their JSON. Prints a table
on stderr and one line of JSON on stdout. Medians of ROUNDS interleaved rounds of CPU seconds.
"""

from __future__ import annotations

import gc
import platform
import random
import tempfile
import time
import tracemalloc
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path

from bench.measuring import cpu_seconds, tell
from schemas import Alert, Match, Signal, Span, Tick, encode
from schemas.model import to_ms
from streams.store import MemoryStore
from streams.watching.rules import Rules, load_rules
from streams.watching.watcher import Watcher

ROUNDS = 3
KINDS = ("each", "count", "burst", "reversal")
START = datetime(2024, 3, 1, tzinfo=UTC)
RULES = """
rules:
  each: {when: {topic: sanctions}, group_by: [target], kind: each, severity: info, summary: "{{ stories }}"}
  count:
    {when: {topic: sanctions}, group_by: [target], kind: count, within: 1d, at_least: 3, severity: info,
     summary: "{{ group.target|name }}: {{ stories }} stories"}
  burst: {when: {topic: sanctions}, group_by: [target], kind: burst, severity: info, summary: "{{ stories }}"}
  reversal: {when: {topic: sanctions}, group_by: [target], kind: reversal, severity: info, summary: "{{ stories }}"}
"""


def rules() -> Rules:
    """One rule of each kind that looks at signals."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rules.yaml")
        path.write_text(RULES)
        return load_rules(path)


def stream(
    matches: int, *, groups: int, copies: int, each_ms: int, kinds: Sequence[str] = KINDS, seed: int = 7
) -> Iterator[Match]:
    """Stories of a Zipf-like choice of groups, each told `copies` times within the hours after it broke.

    A copy has its story's fingerprint with 0 to 6 of 64 values changed. One article every `each_ms`, a match for each
    of the rules in `kinds`.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    weights = [1 / (rank + 10) for rank in range(groups)]
    names = [f"country:{number:05}" for number in range(groups)]
    held: list[tuple[str, bytes]] = []
    for number in count():
        if held and chance.random() < 1 - 1 / copies:
            target, print_ = chance.choice(held[-500:])
            changed = bytearray(print_)
            for _ in range(chance.randrange(7)):
                changed[chance.randrange(64)] = chance.randrange(256)
            fingerprint = bytes(changed)
        else:
            (target,) = chance.choices(names, weights)
            fingerprint = chance.randbytes(64)
            held.append((target, fingerprint))
        received_at = START + timedelta(milliseconds=number * each_ms)
        direction = chance.choice((-1, 1, 1, 1))
        if number * len(kinds) >= matches:
            return
        for rule in kinds:
            yield Match(
                rule=rule,
                group={"target": target},
                article_id=f"article-{number:07}",
                title="The Union prolongs its measures",
                url=f"https://news.example/{number}",
                source=f"source-{chance.randrange(60)}",
                published_at=received_at - timedelta(seconds=chance.randrange(600)),
                received_at=received_at,
                fingerprint=b64encode(fingerprint).decode(),
                signals=(
                    Signal(
                        topic="sanctions",
                        action="impose",
                        modality="actual",
                        direction=direction,
                        initiator=("org:eu",),
                        target=(target,),
                        evidence=Span(start=0, end=60, text="The European Union imposed sanctions on banks on Friday."),
                        confidence=0.9,
                    ),
                ),
            )


def watch(rules: Rules, matches: list[Match], batch: int = 1 << 30) -> list[Alert]:
    """In calls of `batch` matches, each with a tick of its time: all in one as a backtest does, 500 as a worker."""
    watcher, store, alerts = Watcher(rules), MemoryStore(), list[Alert]()
    for start in range(0, len(matches), batch):
        part = matches[start : start + batch]
        with watcher.on(store) as work:
            for match in part:
                work.take(match)
            alerts += work.tick(Tick(partition=0, partitions=1, time_ms=to_ms(part[-1].received_at)))
    return alerts


def quiet_bytes(rules: Rules, groups: int) -> dict[str, int]:
    """By kind: allocated bytes a group, of groups that had one story, which is over but still remembered."""
    sizes: dict[str, int] = {}
    for match in stream(4, groups=1, copies=1, each_ms=1):
        tracemalloc.start()
        watcher, store = Watcher(rules), MemoryStore()
        for start in range(0, groups, 1000):
            with watcher.on(store) as work:
                for number in range(start, start + 1000):
                    at = START + timedelta(milliseconds=number)
                    new = {"group": {"target": f"country:{number:07}"}, "article_id": f"article-{number:07}"}
                    work.take(match.model_copy(update=new | {"received_at": at, "published_at": at}))
        with watcher.on(store) as work:
            work.tick(Tick(partition=0, partitions=1, time_ms=to_ms(START) + 2 * 86_400_000))
        assert sum(key.startswith(b"g/") for key in store.entries) == groups
        del watcher, work
        gc.collect()
        sizes[match.rule] = tracemalloc.get_traced_memory()[0] // groups
        tracemalloc.stop()
    return sizes


def war(rules: Rules, kind: str) -> dict[str, float]:
    """One group with 100,000 stories in a day, in 20 calls: how it slows, and what it holds at the end.

    `last_over_first`: CPU seconds of the last five calls over those of the second five.
    """
    watcher, store, times = Watcher(rules), MemoryStore(), list[float]()
    matches = stream(100_000, groups=1, copies=1, each_ms=864, kinds=(kind,))
    for _ in range(20):
        part = list(islice(matches, 5000))
        started = time.process_time()
        with watcher.on(store) as work:
            for match in part:
                work.take(match)
            work.tick(Tick(partition=0, partitions=1, time_ms=to_ms(part[-1].received_at)))
        times.append(time.process_time() - started)
    return {
        "matches_per_cpu_second": round(100_000 / sum(times)),
        "last_over_first": round(sum(times[-5:]) / sum(times[5:10]), 2),
        "state_kilobytes": round(sum(len(key) + len(value) for key, value in store.entries.items()) / 1000),
        "entries": len(store.entries),
    }


def main() -> None:
    """Print the figures."""
    loaded = rules()
    quiet = quiet_bytes(loaded, 20_000)
    dense = list(stream(100_000, groups=2000, copies=5, each_ms=1))
    sparse = list(stream(100_000, groups=2000, copies=5, each_ms=100))
    raw = [encode(match) for match in dense]
    work: dict[str, Callable[[], object]] = {
        "parse": lambda: [Match.model_validate_json(line) for line in raw],
        "dense": lambda: watch(loaded, dense),
        "sparse": lambda: watch(loaded, sparse),
        "worker": lambda: watch(loaded, dense, 500),
    }
    median = cpu_seconds(work, ROUNDS)
    result = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "matches": len(raw),
        "alerts": len(watch(loaded, dense)),
        "matches_per_cpu_second": {name: round(len(raw) / median[name]) for name in work},
        "watch_over_parse": round(median["dense"] / median["parse"], 2),
        "war": {kind: war(loaded, kind) for kind in KINDS},
        "bytes_a_quiet_group": quiet,
    }
    tell(result)


if __name__ == "__main__":
    main()
