"""The contract in memory: what Kafka promises of offsets, fences and transactions, and members that rely on no more.

Time passes where a test lets it: a member's turn yields wherever, on Kafka, other processes may act in between. A crash
is a member that is never resumed, a zombie one that is resumed late.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Set
from dataclasses import dataclass, field
from typing import Literal

from aiokafka.partitioner import DefaultPartitioner

from streams.engine.contract import Output, Record, Step
from streams.engine.limits import StopLimit, Tolerance
from streams.engine.work import Limits, letters, work
from streams.store import MemoryStore

_partition_of = DefaultPartitioner()


Moment = Literal["fenced", "offset read", "worked"]
"""What a turn has just done where it lets others act."""


class FencedError(Exception):
    """Another producer has been started under this one's name since."""


@dataclass(frozen=True)
class Position:
    """Where a group stands in a partition of its input: what its commits move."""

    group: str
    topic: str
    partition: int


@dataclass
class MemoryLog:
    """Topics, committed offsets and producers' epochs. `now_ms` is the stamp that the next record gets."""

    partitions: int
    now_ms: int = 0
    _records: dict[tuple[str, int], list[Record]] = field(default_factory=lambda: defaultdict(list))
    _ends: Counter[tuple[str, int]] = field(default_factory=Counter)
    _committed: Counter[Position] = field(default_factory=Counter)
    _epochs: Counter[Position] = field(default_factory=Counter)

    def append(self, output: Output) -> Record:
        """Write one record where Kafka's clients would."""
        partition = output.partition
        if partition is None:
            numbers = list(range(self.partitions))
            partition = _partition_of(output.key, numbers, numbers) if output.key is not None else 0
        place = output.topic, partition
        record = Record(*place, self._ends[place], self.now_ms, output.key, output.value, output.headers)
        self._records[place].append(record)
        self._ends[place] += 1
        return record

    def read(self, topic: str, partition: int, start: int = 0) -> list[Record]:
        """All records of one partition from an offset on."""
        records = self._records[topic, partition]
        return records[bisect_left(records, start, key=lambda record: record.offset) :]

    def topic(self, name: str) -> list[Record]:
        """All records of a topic, partition by partition."""
        return [record for partition in range(self.partitions) for record in self.read(name, partition)]

    def fence(self, position: Position) -> int:
        """Start the producer that moves a position; returns its epoch. No older one can commit any more."""
        self._epochs[position] += 1
        return self._epochs[position]

    def committed(self, position: Position) -> int:
        """The first offset that no commit covers."""
        return self._committed[position]

    def commit(self, position: Position, epoch: int, outputs: Iterable[Output], end: int) -> None:
        """One transaction: all of it, or FencedError and nothing. Its marker takes an offset wherever it wrote."""
        if epoch != self._epochs[position]:
            raise FencedError(position)
        written = [self.append(output) for output in outputs]
        self._ends.update({(record.topic, record.partition) for record in written})
        self._committed[position] = end


@dataclass
class Session:
    """A member's hold on one partition; `next` and `state` are of its last commit."""

    epoch: int
    next: int
    state: MemoryStore
    limit: StopLimit


@dataclass
class MemoryEngine:
    """One member of a group: runs a step over the partitions of a topic that it believes to be its own.

    Nothing keeps two members from believing so of the same partition: as on Kafka, safety rests on the fence alone.
    """

    log: MemoryLog
    group: str
    topic: str
    step: Step
    limits: Limits
    assigned: Set[int] = frozenset()
    _sessions: dict[int, Session] = field(default_factory=dict)

    def assign(self, partitions: Iterable[int]) -> None:
        """Told by the group; the sessions of other partitions are dropped."""
        self.assigned = frozenset(partitions)
        self._sessions = {partition: held for partition, held in self._sessions.items() if partition in self.assigned}

    def turn(self, partition: int, count: int) -> Generator[Moment, None, int]:
        """Open the partition if need be, and work on up to `count` records in one transaction; returns how many it did.

        Whatever goes wrong with the log costs the session: the next turn opens another and does the records again, and
        whether an unknown commit took place, the offset tells. Raises PoisonError where the member has to stop.
        """
        if partition not in self.assigned:
            return 0
        try:
            session = self._sessions.get(partition) or (yield from self._open(partition))
            records = self.log.read(self.topic, partition, session.next)[:count]
            if not records:
                return 0
            done = work(self.step, records, session.state, self.limits)
            yield "worked"
            outputs = [*done.effects.outputs, *letters(done.effects, self.limits)]
            outputs += self._changelog(partition, done.changes)
            end = records[done.used - 1].offset + 1
            self.log.commit(self._position(partition), session.epoch, outputs, end)
        except (FencedError, ConnectionError):
            self._sessions.pop(partition, None)
            return 0
        session.state.apply(done.changes)
        session.next = end
        session.limit.add(done.effects.understood, Counter(letter.reason for _, letter in done.effects.dead_letters))
        return done.used

    def advance(self, partition: int, count: int) -> int:
        """A turn in which nobody else acts."""
        turn = self.turn(partition, count)
        while True:
            try:
                next(turn)
            except StopIteration as end:
                used: int = end.value
                return used

    def drain(self) -> None:
        """Take turns until nothing is left on the partitions that are its own."""
        while any(self.advance(partition, 500) for partition in self.assigned):
            pass

    def _open(self, partition: int) -> Generator[Moment, None, Session]:
        """Fence, then read the offset, then the state: see `session.open_session`."""
        epoch = self.log.fence(self._position(partition))
        yield "fenced"
        start = self.log.committed(self._position(partition))
        yield "offset read"
        limit = StopLimit(f"{self.topic}/{partition}", Tolerance())
        self._sessions[partition] = session = Session(epoch, start, self._restored(partition), limit)
        return session

    def _restored(self, partition: int) -> MemoryStore:
        state = MemoryStore()
        if self.limits.changelog:
            for record in self.log.read(self.limits.changelog, partition):
                state.apply({record.key or b"": record.value})
        return state

    def _changelog(self, partition: int, changes: dict[bytes, bytes | None]) -> list[Output]:
        if changes and not self.limits.changelog:
            raise TypeError(f"the step on {self.topic} changed state, but its engine has no changelog")
        return [Output(self.limits.changelog, key, value, partition=partition) for key, value in changes.items()]

    def _position(self, partition: int) -> Position:
        return Position(self.group, self.topic, partition)
