"""What a runner owes a step (`streams/engine/contract.py`), as tests: whatever claims to be a runner must pass them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from schemas import DeadLetter, Headers
from streams.engine.contract import Output
from tests.engine.counting_worker import Count, limits
from tests.engine.runner import EVERY, Member, NewRunner, Runner, Topics, check, contents, everything


def numbers(start: int, stop: int) -> list[Output]:
    """Values that tell their order, under 23 keys."""
    return [Output("in", b"k%d" % (n % 23), b"%06d" % n) for n in range(start, stop)]


async def processed(runner: Runner, count: int) -> None:
    """Wait for so many records of `in`: each gives one of `out` or `dead`."""

    async def done() -> bool:
        return len(await runner.read("out")) + len(await runner.read("dead")) >= count

    await runner.until(done)


async def share(runner: Runner, *members: Member) -> None:
    """Wait until each of these members has partitions, and together they have every one once."""

    async def done() -> bool:
        given = [member.shares for member in members]
        return all(given) and sorted(part for each in given for part in each) == sorted(EVERY)

    await runner.until(done)


POISON = (b"1:bad", b"2:raise", b"3:big")
MARKS: Headers = (("to", b"2"), ("ce_id", b"a"), ("ce_id", b"b"), ("empty", b""), ("bytes", b"\xff\x00"))
PASSED = [
    Output("in", None, b"no key", MARKS, 3),
    Output("in", b"no value", None, MARKS, 1),
    Output("in", b"", b"", MARKS, 2),
]


async def ordinary_run(runner: Runner) -> Topics:
    """Good, bad and odd records; then one that deletes state; then another member takes over."""
    poison = [Output("in", b"k1", value, (("trace", b"7"),)) for value in POISON]
    before = [*numbers(0, 200), *poison, *numbers(200, 300), *PASSED, Output("in", b"gone", b"x")]
    await runner.put(before)
    member = runner.start()
    await processed(runner, len(before))
    await runner.put([Output("in", b"gone", b"forget")])
    await processed(runner, len(before) + 1)
    assert await member.stop() == 0
    after = [Output("in", b"gone", b"y"), *numbers(300, 500)]
    await runner.put(after)
    runner.start()
    await processed(runner, len(before) + 1 + len(after))
    return await everything(runner)


class ContractSuite:
    """A subclass `Test…` has a class-wide fixture `new_runner` that makes runners with topics of their own."""

    @pytest.fixture
    async def runner(self, new_runner: NewRunner) -> AsyncIterator[Runner]:
        runner = await new_runner()
        yield runner
        runner.close()

    @pytest.fixture(scope="class")
    def ran(self, new_runner: NewRunner) -> Iterator[tuple[str, Topics]]:
        """One ordinary run, which several tests look at."""
        runner = asyncio.run(new_runner())
        yield runner.prefix, asyncio.run(ordinary_run(runner))
        runner.close()

    def test_each_record_counts_once_and_in_order_and_the_next_member_goes_on_with_the_state(
        self, ran: tuple[str, Topics]
    ) -> None:
        prefix, topics = ran
        check(Count(f"{prefix}out"), limits(prefix), topics)

    def test_what_cannot_be_processed_becomes_a_dead_letter_with_its_bytes_its_reason_and_its_place(
        self, ran: tuple[str, Topics]
    ) -> None:
        _, topics = ran
        found = {record.value: record for record in topics.dead}
        sources = {record.value: record for record in topics.source}
        told = {value: DeadLetter.from_headers(record.headers) for value, record in found.items()}
        assert [told[value].reason for value in POISON] == ["bad", "step_failed", "too_large"]
        assert told[b"2:raise"].detail == "RuntimeError: told to"
        for value, letter in told.items():
            assert f"{letter.topic}/{letter.partition}/{letter.offset}" == sources[value].place
            assert (found[value].key, found[value].headers[0]) == (b"k1", ("trace", b"7"))

    def test_headers_keys_null_values_and_explicit_partitions_travel_as_they_are(self, ran: tuple[str, Topics]) -> None:
        _, topics = ran
        for records in (topics.source, topics.out):
            found = [record for record in records if record.headers == MARKS]
            assert contents(found) == contents(PASSED)
        assert {record.partition for record in topics.out if record.headers == MARKS} == {2}
        assert {record.key: record.partition for record in topics.source if record.headers == MARKS} == {
            output.key: output.partition for output in PASSED
        }

    def test_a_deletion_from_the_state_is_a_tombstone_and_the_next_member_finds_nothing_there(
        self, ran: tuple[str, Topics]
    ) -> None:
        _, topics = ran
        assert [record.value for record in topics.state if record.key == b"gone"] == [b"1", None, b"1"]
        assert {b"gone:1:x", b"gone:2:forget", b"gone:1:y"} <= {record.value for record in topics.out}

    async def test_kills_in_open_transactions_lose_and_double_nothing(self, runner: Runner) -> None:
        for start in (0, 200):
            member = runner.start(open_seconds=0.5)
            await runner.put(numbers(start, start + 100))
            await processed(runner, start + 100)
            await runner.put(numbers(start + 100, start + 200))
            await member.in_transaction()
            member.kill()
        runner.start()
        await processed(runner, 400)
        check(Count(f"{runner.prefix}out"), limits(runner.prefix), await everything(runner))

    async def test_members_that_join_and_leave_share_the_partitions(self, runner: Runner) -> None:
        first = runner.start()
        await runner.put(numbers(0, 100))
        await processed(runner, 100)
        await runner.put(numbers(100, 200))
        second = runner.start()
        await share(runner, first, second)
        await runner.put(numbers(200, 300))
        await processed(runner, 300)
        await runner.put(numbers(300, 400))
        assert await first.stop() == 0
        await share(runner, second)
        await processed(runner, 400)
        check(Count(f"{runner.prefix}out"), limits(runner.prefix), await everything(runner))

    async def test_a_member_that_wakes_after_it_was_replaced_cannot_commit_what_it_had_worked_on(
        self, runner: Runner
    ) -> None:
        zombie = runner.start(open_seconds=1)
        await runner.put(numbers(0, 100))
        await processed(runner, 100)
        await runner.put(numbers(100, 200))
        await zombie.in_transaction()
        zombie.suspend()
        other = runner.start()
        await processed(runner, 200)
        refused = runner.refused
        zombie.wake()
        await share(runner, zombie, other)
        assert runner.refused > refused
        await runner.put(numbers(200, 300))
        await processed(runner, 300)
        check(Count(f"{runner.prefix}out"), limits(runner.prefix), await everything(runner))

    async def test_what_takes_long_is_cut_into_several_transactions_to_the_same_effect(self, runner: Runner) -> None:
        await runner.put([Output("in", b"k", b"%06d" % n) for n in range(12)])
        runner.start(slow_seconds=0.15)
        await processed(runner, 12)
        topics = await everything(runner)
        check(Count(f"{runner.prefix}out"), limits(runner.prefix), topics)
        offsets = [record.offset for record in topics.state]
        assert offsets != list(range(offsets[0], offsets[0] + len(offsets))), "no marker lies between these records"

    async def test_a_vital_record_that_fails_stops_the_member_and_a_mended_one_goes_on_with_it(
        self, runner: Runner
    ) -> None:
        inputs = [Output("in", b"k", value) for value in (b"1", b"fatal", b"2")]
        await runner.put(inputs[:1])
        member = runner.start()
        await processed(runner, 1)
        await runner.put(inputs[1:])
        assert await member.ended() == 4
        assert [len(await runner.read(name)) for name in ("out", "dead")] == [1, 0]
        runner.start(mended=True)
        await processed(runner, 3)
        check(Count(f"{runner.prefix}out", mended=True), limits(runner.prefix), await everything(runner))

    async def test_a_flood_of_poison_stops_the_member_before_it_has_drained_the_topic(self, runner: Runner) -> None:
        await runner.put([Output("in", b"k", b"%d:bad" % n) for n in range(10_000)])
        assert await runner.start().ended() == 4
        dead = await runner.read("dead")
        assert 1000 <= len(dead) < 10_000
        assert max(contents(dead).values()) == 1
