"""Appends ticks to `articles`, so that the clock of watch follows what was read.

A tick is an empty record; its time is the broker's stamp. Ticks are idempotent: doubled they change nothing, and if
one is lost the next serves.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaProducer

from streams.engine.contract import Effects
from streams.engine.steps import TICK
from streams.engine.transaction import drop
from streams.metrics import Metrics

log = logging.getLogger(__name__)

TICK_HEADERS = [("ce_specversion", b"1.0"), TICK]
_IDLE_SECONDS = 30.0
_ROUND_MS = 1000


class Ticker:
    """Owes a tick to every partition after each second in which something was read, and at least every 30 s."""

    def __init__(self, clients: Mapping[str, Any], topic: str, partitions: int, metrics: Metrics) -> None:
        self._clients, self._topic, self._partitions, self._metrics = clients, topic, partitions, metrics
        self._owed_ms, self._ticked_ms = 1, 0  # one at once: a worker may have died owing one
        self._wake = asyncio.Event()

    def committed(self, effects: Effects) -> None:
        """Something was read: the second in which it was received has to be closed."""
        if effects.newest_ms is not None:
            self._owed_ms = max(self._owed_ms, (effects.newest_ms // _ROUND_MS + 1) * _ROUND_MS)
            if self._owed_ms > self._ticked_ms:
                self._wake.set()

    async def run(self) -> None:
        """Until cancelled; what is owed then, the next worker's first tick pays."""
        while True:
            producer = AIOKafkaProducer(**self._clients, acks="all", linger_ms=0, request_timeout_ms=10_000)
            try:
                await producer.start()
                while True:
                    await self._wait()
                    await self._tick(producer)
            except Exception as error:  # noqa: BLE001 - whatever it is: without ticks the clock of watch stands still
                log.warning("ticks: %r; trying again", error)
                await asyncio.sleep(1)
            finally:
                await drop(producer)

    async def _wait(self) -> None:
        """Until the second that is owed has passed by the wall clock, or until it is time for an idle tick."""
        if self._owed_ms <= self._ticked_ms:
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), _IDLE_SECONDS)
            except TimeoutError:
                return
        # At most a second: if our clock is behind the broker's, its stamp decides (see `_tick`).
        await asyncio.sleep(min(1.0, max(0.0, self._owed_ms / 1000 - time.time())))

    async def _tick(self, producer: AIOKafkaProducer) -> None:
        """One tick for each partition. The stamps decide: a broker whose clock is behind is asked again."""
        sent = [
            await producer.send(self._topic, b"", partition=partition, headers=TICK_HEADERS)
            for partition in range(self._partitions)
        ]
        stamps = [(await future).timestamp for future in sent]
        self._metrics.ticks.inc(len(stamps))
        self._ticked_ms = min(stamps)
        if self._ticked_ms < self._owed_ms:
            await asyncio.sleep(min(1.0, (self._owed_ms - self._ticked_ms) / 1000))
