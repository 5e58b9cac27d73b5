"""Members with names, on a real Kafka: who comes back, who goes, and two of one name."""

from __future__ import annotations

import asyncio
import signal
import subprocess

import pytest

from tests.engine.kafka_rig import Rig

pytestmark = pytest.mark.kafka

LONG_SECONDS = 60.0
"""A session time-out that no test waits for: what gets done was done without."""


class Sender:
    """Sends numbered values; each came out once, `hold` checks."""

    def __init__(self, rig: Rig) -> None:
        self._rig, self._sent = rig, 0

    async def more(self, count: int = 200, seconds: float = 40) -> None:
        """Send, and wait until all has come out."""
        await self._rig.send([b"%06d" % number for number in range(self._sent, self._sent + count)])
        self._sent += count
        await self._rig.until(lambda found: len(found) >= self._sent, seconds=seconds)

    async def hold(self) -> None:
        values = sorted(record.value.split(b":")[2] for record in await self._rig.read("out"))
        assert values == [b"%06d" % number for number in range(self._sent)]


async def code_of(worker: subprocess.Popen[bytes]) -> int:
    return await asyncio.to_thread(worker.wait, 30)


async def test_a_member_that_is_killed_and_comes_back_goes_on_without_waiting_to_be_missed(rig: Rig) -> None:
    sender = Sender(rig)
    first = rig.start(member="a", session_timeout_seconds=LONG_SECONDS)
    await sender.more()
    first.kill()
    rig.start(member="a", session_timeout_seconds=LONG_SECONDS)
    await sender.more()
    await sender.hold()


async def test_the_comeback_of_one_member_disturbs_no_other(rig: Rig) -> None:
    sender = Sender(rig)
    first = rig.start(member="a", session_timeout_seconds=LONG_SECONDS)
    await sender.more()
    rig.start(member="b", session_timeout_seconds=LONG_SECONDS)
    while rig.told("assigned [") < 3:  # a alone, then both
        await asyncio.sleep(0.1)
    await sender.more()
    first.kill()
    rig.start(member="a", session_timeout_seconds=LONG_SECONDS)
    await sender.more()
    await sender.hold()
    assert rig.told("assigned [") == 4  # of b there was no rebalance


async def test_a_member_that_is_told_to_end_leaves_and_whoever_comes_need_not_wait(rig: Rig) -> None:
    sender = Sender(rig)
    first = rig.start(member="a", session_timeout_seconds=LONG_SECONDS)
    await sender.more()
    first.send_signal(signal.SIGTERM)
    assert await code_of(first) == 0
    rig.start(member="b", session_timeout_seconds=LONG_SECONDS)
    await sender.more()
    await sender.hold()


async def test_the_older_of_two_of_one_name_ends_for_good_and_says_why(rig: Rig) -> None:
    sender = Sender(rig)
    first = rig.start(member="a")
    await sender.more()
    second = rig.start(member="a")
    assert await code_of(first) == 2
    assert rig.told("another process has joined") == 1
    assert rig.told("each its own TOCSIN_MEMBER") == 1
    await sender.more()
    await sender.hold()
    assert second.poll() is None


async def test_a_member_that_was_stopped_until_it_was_missed_joins_again_under_its_name(rig: Rig) -> None:
    sender = Sender(rig)
    first = rig.start(member="a", session_timeout_seconds=2)
    await sender.more()
    first.send_signal(signal.SIGSTOP)
    second = rig.start(member="b", session_timeout_seconds=2)
    await sender.more()
    first.send_signal(signal.SIGCONT)
    while rig.told("assigned [") < 4:  # a, b, then both
        await asyncio.sleep(0.1)
    second.send_signal(signal.SIGTERM)
    await sender.more()
    await sender.hold()
    assert first.poll() is None


async def test_a_stopped_process_whose_name_was_taken_ends_when_it_wakes(rig: Rig) -> None:
    sender = Sender(rig)
    first = rig.start(member="a")
    await sender.more()
    first.send_signal(signal.SIGSTOP)
    second = rig.start(member="a")
    await sender.more()
    first.send_signal(signal.SIGCONT)
    assert await code_of(first) == 2
    await sender.more()
    await sender.hold()
    assert second.poll() is None
