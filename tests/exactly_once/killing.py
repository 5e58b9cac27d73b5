"""Catches workers at their worst moments, and tells what was lost with them."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
from collections.abc import Iterable
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
    with suppress(KafkaError, TimeoutError):
        async with _Readers(settings, WRITES[stage]) as readers:
            for _ in range(_TRIES):
                worker.send_signal(signal.SIGSTOP)
                if await readers.held_back():
                    return True
                worker.send_signal(signal.SIGCONT)
                await asyncio.sleep(0.02)
    worker.send_signal(signal.SIGSTOP)
    return False


async def held_back(settings: Settings) -> list[TopicPartition]:
    """The partitions in which a transaction stays open."""
    async with _Readers(settings, [name for names in WRITES.values() for name in names]) as readers:
        return await readers.held_back(seconds=2.0)


class _Readers:
    """Of all records and of committed ones. Where a transaction is open, the latter see less than there is."""

    def __init__(self, settings: Settings, names: Iterable[str]) -> None:
        clients = client_options(settings)
        self._all = AIOKafkaConsumer(**clients, isolation_level="read_uncommitted", enable_auto_commit=False)
        self._committed = AIOKafkaConsumer(**clients, isolation_level="read_committed", enable_auto_commit=False)
        self._partitions = [
            TopicPartition(settings.topic(name), p) for name in names for p in range(settings.partitions)
        ]

    async def __aenter__(self) -> _Readers:
        await self._all.start()
        await self._committed.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._all.stop()
        await self._committed.stop()

    async def held_back(self, seconds: float = 0.05) -> list[TopicPartition]:
        """Where the same transaction is open now and `seconds` later: another worker's would have ended."""
        if not (now := await self._open()):
            return []
        await asyncio.sleep(seconds)
        return [tp for tp, _ in now.items() & (await self._open()).items()]

    async def _open(self) -> dict[TopicPartition, int]:
        there, seen = await asyncio.gather(
            self._all.end_offsets(self._partitions), self._committed.end_offsets(self._partitions)
        )
        return {tp: seen[tp] for tp in self._partitions if seen[tp] < there[tp]}


async def aborted(settings: Settings, stage: str) -> int:
    """Records of the stage's transactions that did not commit."""
    count = 0
    for name in WRITES[stage]:
        count += len(await everything(settings, name, "read_uncommitted")) - len(await everything(settings, name))
    return count
