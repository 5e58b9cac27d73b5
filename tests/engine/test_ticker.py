"""Ticks on a real Kafka."""

from __future__ import annotations

import asyncio
import time

import pytest

from streams.broker.connection import client_options
from streams.engine.contract import Effects
from streams.engine.tail import tail
from streams.engine.ticker import Ticker
from streams.metrics import Metrics
from streams.settings import Settings

pytestmark = pytest.mark.kafka


async def stamps(settings: Settings) -> dict[int, list[int]]:
    """By partition."""
    found: dict[int, list[int]] = {n: [] for n in range(settings.partitions)}
    topic = settings.topic("articles")
    async for record in tail(client_options(settings), topic, settings.partitions, follow=False):
        if record is not None:
            assert record.value == b""
            assert ("ce_type", b"tocsin.tick") in record.headers
            assert record.timestamp_type == 1  # the broker's stamp
            found[record.partition].append(record.timestamp)
    return found


async def test_every_partition_gets_a_tick_that_closes_the_second_in_which_something_was_read(
    settings: Settings,
) -> None:
    ticker = Ticker(client_options(settings), settings.topic("articles"), settings.partitions, Metrics())
    running = asyncio.create_task(ticker.run())
    await asyncio.sleep(0.7)
    at_start = await stamps(settings)
    assert [len(of_partition) for of_partition in at_start.values()] == [1] * settings.partitions
    received_ms = int(time.time() * 1000)
    ticker.committed(Effects(newest_ms=received_ms))
    ticker.committed(Effects(newest_ms=received_ms))
    await asyncio.sleep(1.8)
    running.cancel()
    await asyncio.wait([running])
    end_of_second = (received_ms // 1000 + 1) * 1000
    for of_partition in (await stamps(settings)).values():
        assert max(of_partition) >= end_of_second
        assert len(of_partition) <= 3


async def test_batches_of_ticks_alone_owe_no_tick(settings: Settings) -> None:
    ticker = Ticker(client_options(settings), settings.topic("articles"), settings.partitions, Metrics())
    running = asyncio.create_task(ticker.run())
    await asyncio.sleep(0.5)
    ticker.committed(Effects())
    await asyncio.sleep(1.5)
    running.cancel()
    await asyncio.wait([running])
    assert [len(of_partition) for of_partition in (await stamps(settings)).values()] == [1] * settings.partitions
