"""A runner of the engine's contract as its tests see it, and how what came of a run is checked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Protocol

from schemas import DeadLetter, Headers
from streams.engine.contract import Effects, Output, Record, Step
from streams.engine.work import Limits, letters, work
from streams.store import MemoryStore
from tests.engine.counting_worker import FROM

PARTITIONS = 4
EVERY = frozenset(range(PARTITIONS))


class Member(Protocol):
    """One process of a group, or what stands for it."""

    @property
    def shares(self) -> frozenset[int]:
        """The partitions that the group gave it last."""

    async def in_transaction(self) -> None:
        """Let time pass until it has worked on a batch and not yet committed it."""

    def kill(self) -> None:
        """At once, without a word to anybody."""

    def suspend(self) -> None:
        """Freeze it as it is. The group will miss it and give its partitions to others; it will not hear of that."""

    def wake(self) -> None:
        """Let it go on where it stood."""

    async def stop(self) -> int:
        """Ask it to end; its exit code."""

    async def ended(self) -> int:
        """Let time pass until it ends by itself; its exit code."""


class Runner(Protocol):
    """A group of members that `Count` what is in topic `in`; to `out`, `dead` and `state`, all below a prefix."""

    @property
    def prefix(self) -> str: ...

    @property
    def refused(self) -> int:
        """How many commits of members that had been replaced were refused."""

    def start(self, *, slow_seconds: float = 0.0, mended: bool = False, open_seconds: float = 0.0) -> Member:
        """One more member; `open_seconds`: where time is real, it holds each transaction open for so long."""

    async def put(self, inputs: Sequence[Output]) -> None:
        """Write to topics below the prefix."""

    async def read(self, name: str) -> list[Record]:
        """What is committed to a topic, each partition in order."""

    async def until(self, done: Callable[[], Awaitable[bool]]) -> None:
        """Let time pass. Raises AssertionError where it would pass in vain."""

    def close(self) -> None:
        """Leave nothing running."""


NewRunner = Callable[[], Coroutine[None, None, Runner]]


@dataclass(frozen=True)
class Topics:
    """All that stands in the topics of one stage."""

    source: list[Record]
    out: list[Record]
    dead: list[Record]
    state: list[Record]


async def everything(runner: Runner) -> Topics:
    return Topics(*[await runner.read(name) for name in ("in", "out", "dead", "state")])


def plain_loop(step: Step, bounds: Limits, source: Sequence[Record]) -> tuple[Effects, dict[bytes, bytes]]:
    """The effects and the last state of a step over a log, one partition after the other, where nothing goes wrong."""
    effects, state, waiting = Effects(), dict[bytes, bytes](), defaultdict[int, list[Record]](list)
    for record in source:
        waiting[record.partition].append(record)
    for records in waiting.values():
        store = MemoryStore()
        while records:
            done = work(step, records, store, bounds)
            store.apply(done.changes)
            effects.add(done.effects)
            del records[: done.used]
        state |= store.entries
    return effects, state


def check(step: Step, bounds: Limits, topics: Topics) -> None:
    """The effects are those of the plain loop over the same log, in its order, and so is the state."""
    effects, state = plain_loop(step, bounds, topics.source)
    assert contents(topics.out) == contents(effects.outputs)
    assert contents(topics.dead) == contents(letters(effects, bounds))
    assert latest(topics.state) == state
    origins = [(record, dict(record.headers)[FROM].decode()) for record in topics.out if FROM in dict(record.headers)]
    for record in topics.dead:
        letter = DeadLetter.from_headers(record.headers)
        origins.append((record, f"{letter.topic}/{letter.partition}/{letter.offset}"))
    order = defaultdict[tuple[str, int, str], list[int]](list)
    for record, place in origins:
        partition, _, offset = place.rpartition("/")
        order[record.topic, record.partition, partition].append(int(offset))
    assert all(offsets == sorted(offsets) for offsets in order.values())


def contents(records: Sequence[Record | Output]) -> Counter[tuple[bytes | None, bytes | None, Headers]]:
    return Counter((record.key, record.value, record.headers) for record in records)


def latest(changelog: Sequence[Record]) -> dict[bytes | None, bytes]:
    """The state that a changelog tells."""
    last = {record.key: record.value for record in changelog}
    return {key: value for key, value in last.items() if value is not None}
