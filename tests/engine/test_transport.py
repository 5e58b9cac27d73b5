"""What a batch says it covers, when Faust throws fetched records away and seeks back."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from streams.broker.connection import client_options
from streams.engine.transport import Batch, BatchThread
from streams.settings import Settings

pytestmark = pytest.mark.kafka


class Thread(BatchThread):
    """Faust's consumer thread without Faust: its consumer is real, and calls are made in this loop."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._covered, self._consumer = {}, consumer
        self.consumer = SimpleNamespace(flow_active=True)

    def _ensure_consumer(self) -> AIOKafkaConsumer:
        return self._consumer

    async def call_thread(self, function: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        return await function(*arguments)

    async def fetch(self, tp: TopicPartition) -> Batch:
        while True:
            found = await self._fetch_records(self._consumer, {tp}, timeout=5, max_records=500)
            if tp in found:
                return found[tp][0]


@pytest.fixture
async def consumer(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        settings.topic("articles"),
        **client_options(settings),
        group_id=uuid.uuid4().hex,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    yield consumer
    await consumer.stop()


async def put(settings: Settings, count: int) -> None:
    async with AIOKafkaProducer(**client_options(settings)) as producer:
        for _ in range(count):
            await producer.send_and_wait(settings.topic("articles"), b"x", partition=0)


@pytest.mark.parametrize("committed", [None, 0, 4])
async def test_what_faust_threw_away_is_fetched_again_and_no_batch_covers_what_it_lacks(
    settings: Settings, consumer: AIOKafkaConsumer, committed: int | None
) -> None:
    thread, tp = Thread(consumer), TopicPartition(settings.topic("articles"), 0)
    await put(settings, 10)
    if committed is not None:
        await consumer.commit({tp: OffsetAndMetadata(committed, "")})
    await thread.fetch(tp)  # "getmany called while flow not active. Seek back to committed offsets."
    await thread.seek_to_committed()
    await put(settings, 1)
    batch = await thread.fetch(tp)
    assert (batch.start, batch.records[0].offset) == (committed or 0, committed or 0)
    assert batch.end == batch.start + len(batch.records)


async def test_without_an_assignment_there_is_nothing_to_seek(settings: Settings) -> None:
    async with AIOKafkaConsumer(**client_options(settings), group_id=uuid.uuid4().hex) as consumer:
        assert await Thread(consumer).seek_to_committed() == {}
