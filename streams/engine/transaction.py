"""One producer under a fixed name, and its transactions: all that is sent in one becomes visible together, or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer import sender
from aiokafka.producer.message_accumulator import BatchBuilder

from streams.broker.transactions import TRANSACTION_TIMEOUT_MS
from streams.engine.contract import Output

PROGRESS_SECONDS = 20.0
"""An open or a commit in which nothing moves for this long has failed. One that moves may take as long as it wants."""
MAX_RECORD_BYTES = 10 << 20
"""More than any topic allows: what is too large is found by `work.Limits`, before it is sent."""
_partition_of = DefaultPartitioner()
# Half of the transactions that follow on each other find the coordinator still ending the last one. aiokafka then waits
# 20 ms, which is twice what a transaction takes; with 5 they take half the time.
sender.BACKOFF_OVERRIDE = 0.005


async def open_producer(
    clients: Mapping[str, Any], transactional_id: str, transaction_timeout_ms: int = TRANSACTION_TIMEOUT_MS
) -> AIOKafkaProducer:
    """Fence whoever had this name before, and end the transaction that was left open.

    From now on every commit under the name before us can be read, and none can follow. Raises what Kafka raises, and
    TimeoutError.
    """
    producer = AIOKafkaProducer(
        **clients,
        acks="all",
        linger_ms=0,
        # Paid by a quarter of all transactions: the broker has not verified them when the records come, and says
        # NOT_ENOUGH_REPLICAS. 20 ms: p90 32 ms; 10: 23; 5: 17, but a quarter of a core while a broker is away.
        retry_backoff_ms=10,
        transactional_id=transactional_id,
        transaction_timeout_ms=transaction_timeout_ms,
        request_timeout_ms=10_000,
        max_batch_size=131_072,
        max_request_size=MAX_RECORD_BYTES,
    )
    try:
        async with asyncio.timeout(PROGRESS_SECONDS):
            await producer.start()
    except BaseException:
        await drop(producer)
        raise
    return producer


async def transact(
    producer: AIOKafkaProducer, outputs: Iterable[Output], offsets: Mapping[TopicPartition, int], group: str = ""
) -> None:
    """One transaction: the outputs, and the group's offsets of what they were made of.

    Raises whatever went wrong. The producer is then unusable, and whether the commit took place or not is known to who
    opens another under its name, and reads.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(PROGRESS_SECONDS) as limit:
        await producer.begin_transaction()
        sent = []
        async for future in _send_in_batches(producer, outputs):
            future.add_done_callback(_seen)
            sent.append(future)
            limit.reschedule(loop.time() + PROGRESS_SECONDS)
        if offsets:
            await producer.send_offsets_to_transaction(offsets, group)
        for future in sent:  # commit_transaction() succeeds although a send has failed
            await future
            limit.reschedule(loop.time() + PROGRESS_SECONDS)
        await producer.commit_transaction()


async def _send_in_batches(producer: AIOKafkaProducer, outputs: Iterable[Output]) -> AsyncIterator[asyncio.Future[Any]]:
    """Hand records over, a future for each batch of them: half the time of one by one. In order in each partition."""
    batches: dict[TopicPartition, BatchBuilder] = {}
    numbers: dict[str, list[int]] = {}
    for topic, key, value, headers, partition in outputs:
        if partition is None:
            if topic not in numbers:
                numbers[topic] = sorted(await producer.partitions_for(topic))
            partition = _partition_of(key, numbers[topic], numbers[topic])  # as aiokafka's `send` does
        tp, told = TopicPartition(topic, partition), list(headers)
        batch = batches.get(tp)
        if batch is None or not batch.append(key=key, value=value, timestamp=None, headers=told):
            if batch is not None:  # full
                yield await producer.send_batch(batch, topic, partition=partition)
            batches[tp] = batch = producer.create_batch()
            batch.append(key=key, value=value, timestamp=None, headers=told)  # however large: alone it always fits
    for tp, batch in batches.items():
        yield await producer.send_batch(batch, tp.topic, partition=tp.partition)


def _seen(future: asyncio.Future[Any]) -> None:
    """One failure is raised, for all: of each other that nobody awaits, asyncio would log a traceback."""
    if not future.cancelled():
        future.exception()


async def send(producer: AIOKafkaProducer, output: Output, timestamp_ms: int | None = None) -> asyncio.Future[Any]:
    """Hand a record over; the future is done when the broker has it, or has refused it."""
    key, value, headers = output.key, output.value, list(output.headers)
    sent: asyncio.Future[Any]
    if key is not None or value is not None:
        sent = await producer.send(
            output.topic, value, key=key, partition=output.partition, timestamp_ms=timestamp_ms, headers=headers
        )
    else:  # it may come from anybody, and has to be passed on; aiokafka's `send` asserts that there is none
        batch = producer.create_batch()
        batch.append(key=None, value=None, timestamp=timestamp_ms, headers=headers)
        sent = await producer.send_batch(batch, output.topic, partition=output.partition or 0)
    return sent


async def drop(producer: AIOKafkaProducer) -> None:
    """Without `stop()`, which waits for pending batches: without end if the broker is away."""
    producer._closed, task = True, producer._sender.sender_task
    for _ in range(3):
        if task is None or task.done():
            break
        task.cancel()
        await asyncio.wait([task], timeout=1)
    with suppress(Exception):
        await asyncio.wait_for(producer.client.close(), 2)
