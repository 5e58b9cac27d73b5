"""The contract in memory: kept as on Kafka, and whatever members do to each other between any two moments."""

from __future__ import annotations

from collections.abc import Generator
from types import MappingProxyType

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from streams.engine.contract import Output, Step
from streams.engine.limits import StopLimit, Tolerance
from streams.engine.memory import MemoryEngine, Moment, Session
from tests.engine.contract_suite import ContractSuite
from tests.engine.counting_worker import Count, limits
from tests.engine.interleavings import PARTITIONS, Interleavings
from tests.engine.memory_rig import MemoryRig
from tests.engine.runner import NewRunner, Topics, check

WORDS = (b"a", b"b", b"c", b"bad", b"raise", b"forget", b"then-bad", b"then-raise", b"then-forget")


class TestInMemory(ContractSuite):
    @pytest.fixture(scope="class")
    def new_runner(self) -> NewRunner:
        async def new() -> MemoryRig:
            return MemoryRig()

        return new


class Counting(Interleavings):
    """Both groups count, the second what the first has written under other keys."""

    steps = MappingProxyType({"first": Count("first.out"), "second": Count("second.out", accent=b"then-")})

    def stage(self, name: str) -> tuple[str, Step]:
        return ("in" if name == "first" else "first.out"), self.steps[name]

    @rule(
        inputs=st.lists(st.tuples(st.sampled_from([b"j", b"k", b"l"]), st.sampled_from(WORDS)), min_size=1, max_size=9)
    )
    def arrive(self, inputs: list[tuple[bytes, bytes]]) -> None:
        for key, word in inputs:
            self.log.now_ms += 1
            self.log.append(Output("in", key, word))

    def verify(self) -> None:
        for name, step in self.steps.items():
            source, _ = self.stage(name)
            topics = Topics(
                *[self.log.topic(topic) for topic in (source, f"{name}.out", f"{name}.dead", f"{name}.state")]
            )
            check(step, limits(f"{name}."), topics)


Counting.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestCounting = Counting.TestCase


class ReadsFirst(MemoryEngine):
    """Reads the offset and the state, and only then fences."""

    def _open(self, partition: int) -> Generator[Moment, None, Session]:
        position = self._position(partition)
        start, state = self.log.committed(position), self._restored(partition)
        yield "offset read"
        limit = StopLimit(f"{self.topic}/{partition}", Tolerance())
        self._sessions[partition] = session = Session(self.log.fence(position), start, state, limit)
        yield "fenced"
        return session


class CountingReadsFirst(Counting):
    member_type = ReadsFirst


def one_member_opens_while_another_commits(world: Counting) -> None:
    world.arrive([(b"k", b"a")])
    slow, quick = world.add("first"), world.add("first")
    for partition in range(PARTITIONS):
        slow.act(partition, 1)
    quick.drain()
    slow.drain()
    world.teardown()


def test_who_fences_before_it_reads_sees_what_another_commits_while_it_opens() -> None:
    one_member_opens_while_another_commits(Counting())


def test_who_reads_before_it_fences_does_again_what_another_commits_while_it_opens() -> None:
    with pytest.raises(AssertionError, match=r"k:1:a"):
        one_member_opens_while_another_commits(CountingReadsFirst())


def test_hypothesis_would_find_members_that_read_before_they_fence() -> None:
    """Without a search for the shortest way there, and with the same draws every time."""
    patient = settings(max_examples=1000, stateful_step_count=40, deadline=None)
    found = settings(patient, derandomize=True, phases=[Phase.generate], database=None)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(CountingReadsFirst, settings=found)
