"""A group of members in memory, for the contract suite."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field

from streams.engine.contract import Output, Record
from streams.engine.memory import FencedError, MemoryEngine, MemoryLog, Moment, Position
from streams.errors import TocsinError
from tests.engine.counting_worker import Count, limits
from tests.engine.runner import PARTITIONS

RECORDS = 20
"""The most of one turn."""


@dataclass
class WatchedLog(MemoryLog):
    """Counts what it refuses."""

    refused: int = 0

    def commit(self, position: Position, epoch: int, outputs: Iterable[Output], end: int) -> None:
        try:
            super().commit(position, epoch, outputs, end)
        except FencedError:
            self.refused += 1
            raise


class MemoryMember:
    """Takes its turns on all its partitions side by side, each up to where others may act."""

    def __init__(self, rig: MemoryRig, engine: MemoryEngine) -> None:
        self._rig, self._engine = rig, engine
        self._turns: dict[int, Generator[Moment, None, int]] = {}
        self._moments: dict[int, Moment] = {}
        self._code: int | None = None
        self._suspended = False

    @property
    def alive(self) -> bool:
        return self._code is None and not self._suspended

    @property
    def shares(self) -> frozenset[int]:
        return frozenset(self._engine.assigned)

    def assign(self, partitions: Iterable[int]) -> None:
        self._engine.assign(partitions)

    def act(self) -> None:
        """Go on with each turn to its next moment; begin where there is none."""
        for partition in sorted({*self._engine.assigned, *self._turns}):
            if not self.alive:
                return
            turn = self._turns.setdefault(partition, self._engine.turn(partition, RECORDS))
            try:
                self._moments[partition] = next(turn)
            except StopIteration:
                self._forget(partition)
            except TocsinError as error:
                self._end(error.exit_code)

    def _forget(self, partition: int) -> None:
        self._turns.pop(partition, None)
        self._moments.pop(partition, None)

    def _end(self, code: int) -> None:
        self._code = code
        self._rig.rebalance()

    async def in_transaction(self) -> None:
        async def worked() -> bool:
            return "worked" in self._moments.values()

        await self._rig.until(worked)

    def kill(self) -> None:
        self._end(-9)

    def suspend(self) -> None:
        self._suspended = True
        self._rig.rebalance()

    def wake(self) -> None:
        self._suspended = False
        self.act()  # before it hears that its partitions are gone
        self._rig.rebalance()

    async def stop(self) -> int:
        for turn in self._turns.values():
            for _ in turn:
                pass
        self._end(0)
        return 0

    async def ended(self) -> int:
        async def over() -> bool:
            return self._code is not None

        await self._rig.until(over)
        assert self._code is not None
        return self._code


@dataclass
class MemoryRig:
    """Runs the members in turn, and deals the partitions to those that are alive."""

    prefix: str = ""
    _log: WatchedLog = field(default_factory=lambda: WatchedLog(PARTITIONS))
    _members: list[MemoryMember] = field(default_factory=list)

    @property
    def refused(self) -> int:
        return self._log.refused

    def start(self, *, slow_seconds: float = 0.0, mended: bool = False, open_seconds: float = 0.0) -> MemoryMember:
        step = Count(f"{self.prefix}out", slow_seconds=slow_seconds, mended=mended)
        engine = MemoryEngine(self._log, "count", f"{self.prefix}in", step, limits(self.prefix))
        member = MemoryMember(self, engine)
        self._members.append(member)
        self.rebalance()
        return member

    def rebalance(self) -> None:
        alive = [member for member in self._members if member.alive]
        for number, member in enumerate(alive):
            member.assign(range(number, PARTITIONS, len(alive)))

    async def put(self, inputs: Sequence[Output]) -> None:
        for output in inputs:
            self._log.now_ms += 1
            self._log.append(output._replace(topic=self.prefix + output.topic))

    async def read(self, name: str) -> list[Record]:
        return self._log.topic(self.prefix + name)

    async def until(self, done: Callable[[], Awaitable[bool]]) -> None:
        for _ in range(10_000):
            if await done():
                return
            for member in self._members:
                member.act()
        raise AssertionError("nothing comes of it")

    def close(self) -> None: ...
