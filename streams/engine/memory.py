"""The contract in memory: topics as lists, the same steps, the same work, commits that are whole or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiokafka.partitioner import DefaultPartitioner

from streams.engine.contract import Output, Record, Step
from streams.engine.work import Limits, letters, work
from streams.store import MemoryStore

_partition_of = DefaultPartitioner()


@dataclass
class MemoryLog:
    """Topics and their partitions. `now_ms` is the stamp that the next record gets."""

    partitions: int
    now_ms: int = 0
    _records: dict[tuple[str, int], list[Record]] = field(default_factory=lambda: defaultdict(list))

    def append(self, output: Output) -> Record:
        """Write one record where Kafka's clients would."""
        partition = output.partition
        if partition is None:
            numbers = list(range(self.partitions))
            partition = _partition_of(output.key, numbers, numbers) if output.key is not None else 0
        log = self._records[output.topic, partition]
        record = Record(output.topic, partition, len(log), self.now_ms, output.key, output.value, output.headers)
        log.append(record)
        return record

    def read(self, topic: str, partition: int) -> list[Record]:
        """All records of one partition."""
        return self._records[topic, partition]

    def topic(self, name: str) -> list[Record]:
        """All records of a topic, partition by partition."""
        return [record for partition in range(self.partitions) for record in self.read(name, partition)]


class MemoryEngine:
    """Runs one step over one topic of a MemoryLog, as many records at a time as it is told."""

    def __init__(self, log: MemoryLog, topic: str, step: Step, changelog: str | None, limits: Limits) -> None:
        self._log, self._topic, self._step, self._changelog, self._limits = log, topic, step, changelog, limits
        self._next: dict[int, int] = defaultdict(int)
        self._state: Mapping[int, MemoryStore] = defaultdict(MemoryStore)

    def advance(self, partition: int, count: int, *, crash: bool = False) -> int:
        """Work on up to `count` further records of a partition in one transaction; returns how many were.

        With `crash` the batch is worked on and then lost, with all memory of the process; what is committed stays.
        """
        records = self._log.read(self._topic, partition)[self._next[partition] :][:count]
        if not records:
            return 0
        done = work(self._step, records, self._state[partition], self._limits)
        if crash:
            self.restart()
            return 0
        for output in (*done.effects.outputs, *letters(done.effects, self._limits.dead_letters)):
            self._log.append(output)
        if self._changelog:
            for key, value in done.changes.items():
                self._log.append(Output(self._changelog, key, value, partition=partition))
        self._state[partition].apply(done.changes)
        self._next[partition] += done.used
        return done.used

    def restart(self) -> None:
        """Forget the state and read it again from the changelog. Offsets are kept by the log's side, as in Kafka."""
        self._state = defaultdict(MemoryStore)
        if self._changelog:
            for record in self._log.topic(self._changelog):
                self._state[record.partition].apply({record.key or b"": record.value})

    def drain(self) -> None:
        """Work until nothing is left."""
        while any(self.advance(partition, 500) for partition in range(self._log.partitions)):
            pass

    def state(self) -> dict[bytes, bytes]:
        """All entries of all partitions."""
        return {key: value for state in self._state.values() for key, value in state.entries.items()}
