"""Kills workers at their worst moments, and tells what was lost with them."""

from __future__ import annotations

import asyncio
import random
import signal

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.broker.connection import client_options
from streams.settings import Settings
from tests.product import Workers, everything

WRITES = {"read": ("reports", "matches"), "watch": ("alerts", "watch-state")}
"""By stage, the topics of its transactions."""
_TRIES = 150


async def kill_in_turn(workers: Workers, settings: Settings, chance: random.Random, kills: int, pause: float) -> None:
    """`kills` of each stage, about `pause` seconds apart, each started again at once.

    At random moments; every other one then waits a little for an open transaction of its stage, so that some are hit.
    """
    async with _Open(settings) as transaction:
        for number in range(2 * kills):
            await asyncio.sleep(chance.uniform(0.6, 1.4) * pause)
            stage = ("read", "watch")[number % 2]
            for _ in range(_TRIES if number % 4 < 2 else 0):
                workers.signal(stage, signal.SIGSTOP)
                if await transaction.of(stage):
                    break
                workers.signal(stage, signal.SIGCONT)
                await asyncio.sleep(0.02)
            workers.kill(stage)
            workers.start(stage)


async def aborted(settings: Settings, stage: str) -> int:
    """Records of the stage's transactions that did not commit."""
    count = 0
    for name in WRITES[stage]:
        count += len(await everything(settings, name, "read_uncommitted")) - len(await everything(settings, name))
    return count


class _Open:
    """Whether a transaction is open: committed readers then see less than there is."""

    def __init__(self, settings: Settings) -> None:
        clients = client_options(settings)
        self._all = AIOKafkaConsumer(**clients, isolation_level="read_uncommitted", enable_auto_commit=False)
        self._committed = AIOKafkaConsumer(**clients, isolation_level="read_committed", enable_auto_commit=False)
        self._partitions = {
            stage: [TopicPartition(settings.topic(name), p) for name in names for p in range(settings.partitions)]
            for stage, names in WRITES.items()
        }

    async def __aenter__(self) -> _Open:
        await self._all.start()
        await self._committed.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._all.stop()
        await self._committed.stop()

    async def of(self, stage: str) -> bool:
        partitions = self._partitions[stage]
        there, seen = await asyncio.gather(self._all.end_offsets(partitions), self._committed.end_offsets(partitions))
        return bool(there != seen)
