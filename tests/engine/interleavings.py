"""Members in memory, and all that hypothesis may do to them between any two moments."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, consumes, initialize, multiple, rule

from streams.engine.contract import Output, Step
from streams.engine.memory import MemoryEngine, MemoryLog, Moment, Position
from tests.engine.counting_worker import limits

GROUPS = ("first", "second")
PARTITIONS = 2


@dataclass
class UnsureLog(MemoryLog):
    """A commit's answer may be lost, with the commit or without it."""

    next_commit: str = "answered"

    def commit(self, position: Position, epoch: int, outputs: Iterable[Output], end: int) -> None:
        fate, self.next_commit = self.next_commit, "answered"
        if fate != "never arrived":
            super().commit(position, epoch, outputs, end)
        if fate != "answered":
            raise ConnectionError(fate)


@dataclass(eq=False)
class Member:
    """An engine and its turns that have not ended."""

    engine: MemoryEngine
    turns: dict[int, Generator[Moment, None, int]] = field(default_factory=dict)

    def act(self, partition: int, count: int) -> None:
        """Go on to the next moment in which others may act."""
        turn = self.turns.setdefault(partition, self.engine.turn(partition, count))
        if next(turn, None) is None:
            del self.turns[partition]

    def drain(self) -> None:
        """End what was begun, and do what is left."""
        while self.turns:
            self.act(next(iter(self.turns)), 1)
        self.engine.drain()


class Interleavings(RuleBasedStateMachine):
    """Two groups, one behind the other. A subclass says of what, lets input arrive, and verifies what came of it.

    Which partitions are its own each member is told apart: any two may think so of the same.
    """

    member_type: type[MemoryEngine] = MemoryEngine
    members: Bundle[Member] = Bundle("members")

    def __init__(self) -> None:
        super().__init__()
        self.log = UnsureLog(PARTITIONS)
        self.alive: list[Member] = []

    @initialize(target=members)
    def start(self) -> MultipleResults[Member]:
        return multiple(*[self.add(name) for name in GROUPS for _ in range(2)])

    def stage(self, name: str) -> tuple[str, Step]:
        """The topic that a group reads, and the step of a new member. Its dead letters and state are below `name.`."""
        raise NotImplementedError

    @rule(target=members, name=st.sampled_from(GROUPS))
    def join(self, name: str) -> Member:
        return self.add(name)

    def add(self, name: str) -> Member:
        """A member that believes that all partitions are its own."""
        source, step = self.stage(name)
        every = frozenset(range(PARTITIONS))
        engine = self.member_type(self.log, name, source, step, limits(f"{name}."), every)
        self.alive.append(Member(engine))
        return self.alive[-1]

    @rule(member=members, partitions=st.sets(st.integers(0, PARTITIONS - 1)))
    def assign(self, member: Member, partitions: set[int]) -> None:
        member.engine.assign(partitions)

    @rule(member=members, partition=st.integers(0, PARTITIONS - 1), count=st.integers(1, 9), moments=st.integers(1, 4))
    def act(self, member: Member, partition: int, count: int, moments: int) -> None:
        for _ in range(moments):
            member.act(partition, count)

    @rule(member=members)
    def drain(self, member: Member) -> None:
        member.drain()

    @rule(member=consumes(members))
    def crash(self, member: Member) -> None:
        self.alive.remove(member)

    @rule(member=members, fate=st.sampled_from(["never arrived", "answer lost"]))
    def lose(self, member: Member, fate: str) -> None:
        self.log.next_commit = fate
        member.drain()
        self.log.next_commit = "answered"

    def teardown(self) -> None:
        """New members do all that is left; then whoever slept wakes, and tries to go on where it stood."""
        for name in GROUPS:
            self.add(name).drain()
            for member in self.alive:
                member.drain()
        for name in GROUPS:
            self.add(name).drain()
        self.verify()

    def verify(self) -> None:
        """Of all that is committed now. Raises AssertionError."""
        raise NotImplementedError
