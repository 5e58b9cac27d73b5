"""The contract on a real Kafka, with real worker processes that are killed."""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from streams.settings import Settings
from tests.engine.kafka_rig import Rig

pytestmark = pytest.mark.kafka


@pytest.fixture
async def rig(broker: Settings, tmp_path: Path) -> AsyncIterator[Rig]:
    rig = await Rig.make(broker, tmp_path)
    yield rig
    rig.stop()


async def check_counts(rig: Rig, wanted: list[bytes]) -> None:
    """Every value once; for each key the counts 1..n; the last state is the last count."""
    found = [record.value.split(b":") for record in await rig.read("out")]
    assert Counter(value for _, _, value in found) == Counter(wanted)
    counts = defaultdict(list)
    for key, count, _ in found:
        counts[key].append(int(count))
    assert all(sorted(of_key) == list(range(1, len(of_key) + 1)) for of_key in counts.values())
    state = {record.key: int(record.value) for record in await rig.read("state")}
    assert state == {key: len(of_key) for key, of_key in counts.items()}


async def test_good_records_arrive_once_and_bad_ones_become_dead_letters_among_them(rig: Rig) -> None:
    good = [b"%06d" % n for n in range(3000)]
    bad = [b"bad", b"raise", b"big"]
    mixed = [*good[:1000], *bad, *good[1000:]]
    rig.start()
    await rig.send(mixed)
    await rig.until(lambda found: len(found) >= len(good))
    await check_counts(rig, good)
    letters = {record.value: dict(record.headers) for record in await rig.read("dead")}
    assert set(letters) == set(bad)
    assert letters[b"raise"]["dead-letter-detail"] == b"RuntimeError: told to"
    assert {letters[value]["dead-letter-reason"] for value in bad} == {b"bad", b"step_failed", b"too_large"}


async def test_nothing_is_lost_or_doubled_when_the_worker_is_killed_in_open_transactions(rig: Rig) -> None:
    values = [b"%06d" % n for n in range(1500)]
    chance = random.Random(4)
    rig.start(hold_open_seconds=0.1)
    sending = asyncio.create_task(rig.send(values, per_second=120))
    for _ in range(4):
        opened = rig.told("open at")
        while rig.told("open at") < opened + 1 and not sending.done():
            await asyncio.sleep(0.1)
        await asyncio.sleep(chance.uniform(0.2, 1.0))
        rig.workers[-1].kill()
        rig.start(hold_open_seconds=0.1)
    await sending
    await rig.until(lambda found: len(found) >= len(values))
    await check_counts(rig, values)
    aborted = len(await rig.read("out", "read_uncommitted")) - len(values)
    assert aborted > 0, "no kill hit an open transaction: the test proved nothing"


async def test_workers_that_join_and_leave_share_the_partitions_without_loss(rig: Rig) -> None:
    values = [b"%06d" % n for n in range(1500)]
    first = rig.start()
    sending = asyncio.create_task(rig.send(values, per_second=150))
    await rig.until(lambda found: len(found) > 50)
    rig.start()
    await asyncio.sleep(3)
    first.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(first.wait, 15) == 0
    await sending
    await rig.until(lambda found: len(found) >= len(values))
    await check_counts(rig, values)


async def test_a_worker_that_was_stopped_so_long_that_it_was_replaced_changes_nothing_when_it_wakes(rig: Rig) -> None:
    values = [b"%06d" % n for n in range(1200)]
    zombie = rig.start(session_timeout_seconds=3, hold_open_seconds=0.05)
    sending = asyncio.create_task(rig.send(values, per_second=100))
    await rig.until(lambda found: len(found) > 50)
    rig.start(session_timeout_seconds=3)
    await asyncio.sleep(2)
    zombie.send_signal(signal.SIGSTOP)
    await asyncio.sleep(5)
    zombie.send_signal(signal.SIGCONT)
    await sending
    await rig.until(lambda found: len(found) >= len(values))
    await check_counts(rig, values)


async def test_a_flood_of_poison_stops_the_worker_with_its_own_exit_code(rig: Rig) -> None:
    worker = rig.start()
    await rig.send([b"bad"] * 6000)
    assert await asyncio.to_thread(worker.wait, 60) == 4
    assert rig.told("could not be processed")
    done = len(await rig.read("dead"))
    assert done >= 1000
