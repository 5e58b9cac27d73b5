"""Catches workers at their worst moments, and tells what was lost with them."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from streams.broker.connection import client_options
from streams.settings import Settings
from tests.product import Workers, everything

WRITES = {"read": ("reports", "matches"), "watch": ("alerts", "watch-state")}
"""By stage, the topics of its transactions."""
_TRIES = 150


async def kill_in_turn(workers: Workers, settings: Settings, chance: random.Random, kills: int, pause: float) -> None:
    """`kills` of each stage, about `pause` seconds apart, each started again at once.

    At random moments; every other one of each stage waits a little for an open transaction, so that some are hit.
    """
    for number in range(2 * kills):
        await asyncio.sleep(chance.uniform(0.6, 1.4) * pause)
        stage = ("read", "watch")[number % 2]
        (worker,) = workers.of(stage)
        if number % 4 < 2:
            await suspend_in_transaction(settings, stage, worker)
        workers.end(stage, worker)
        workers.start(stage)


async def suspend_in_transaction(settings: Settings, stage: str, worker: subprocess.Popen[bytes]) -> bool:
    """SIGSTOP it while a transaction of its stage is open, if one shows itself soon; it is suspended either way."""
    partitions = [TopicPartition(settings.topic(name), p) for name in WRITES[stage] for p in range(settings.partitions)]
    clients = client_options(settings)
    everybody = AIOKafkaConsumer(**clients, isolation_level="read_uncommitted", enable_auto_commit=False)
    committed = AIOKafkaConsumer(**clients, isolation_level="read_committed", enable_auto_commit=False)

    async def held_back() -> dict[TopicPartition, int]:
        """Where a transaction is open: committed readers see less than there is."""
        there, seen = await asyncio.gather(everybody.end_offsets(partitions), committed.end_offsets(partitions))
        return {tp: seen[tp] for tp in partitions if seen[tp] < there[tp]}

    try:
        with suppress(KafkaError, TimeoutError):
            await everybody.start()
            await committed.start()
            for _ in range(_TRIES):
                worker.send_signal(signal.SIGSTOP)
                if found := await held_back():
                    await asyncio.sleep(0.05)  # another worker's would have ended by now
                    if found.items() & (await held_back()).items():
                        return True
                worker.send_signal(signal.SIGCONT)
                await asyncio.sleep(0.02)
        worker.send_signal(signal.SIGSTOP)
        return False
    finally:
        await everybody.stop()
        await committed.stop()


async def aborted(settings: Settings, stage: str) -> int:
    """Records of the stage's transactions that did not commit."""
    count = 0
    for name in WRITES[stage]:
        count += len(await everything(settings, name, "read_uncommitted")) - len(await everything(settings, name))
    return count
