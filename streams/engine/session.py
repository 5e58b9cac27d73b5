"""One fenced hold on an input partition: its transactional producer, its state and the next offset."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from streams.engine.contract import Output
from streams.store import MemoryStore

log = logging.getLogger(__name__)

PROGRESS_SECONDS = 20.0
"""An open or a commit in which nothing moves for this long has failed. One that moves may take as long as it wants."""
MAX_RECORD_BYTES = 10 << 20
"""More than any topic allows: what is too large is found by `work.Limits`, before it is sent."""


@dataclass(frozen=True)
class Place:
    """What names a session: the same place opened again fences whoever had it before."""

    group: str
    tp: TopicPartition
    changelog: str | None
    clients: Mapping[str, Any]

    @property
    def transactional_id(self) -> str:
        """One for each group and input partition, for ever."""
        return f"{self.group}-{self.tp.topic}-{self.tp.partition}"


@dataclass
class Session:
    """See `open_session`. `next` is the first offset that is not committed; `lost` offsets were deleted unread."""

    place: Place
    producer: AIOKafkaProducer
    next: int
    state: MemoryStore
    lost: int
    restore_seconds: float

    async def commit(self, outputs: Iterable[Output], changes: Mapping[bytes, bytes | None], end: int) -> None:
        """One transaction: outputs, changes of state, the input's offset; then, and only then, the state here.

        Raises whatever went wrong. The session is then unusable: `abandon` it, open another and do the batch again;
        whether the commit took place or not, the new session's offset tells.
        """
        place, producer, loop = self.place, self.producer, asyncio.get_running_loop()
        async with asyncio.timeout(PROGRESS_SECONDS) as limit:
            await producer.begin_transaction()
            sent = []
            for output in (*outputs, *self._changelog(changes)):
                sent.append(
                    await producer.send(
                        output.topic,
                        output.value,
                        key=output.key,
                        partition=output.partition,
                        headers=list(output.headers),
                    )
                )
                limit.reschedule(loop.time() + PROGRESS_SECONDS)
            await producer.send_offsets_to_transaction({place.tp: end}, place.group)
            for future in sent:  # commit_transaction() succeeds although a send has failed
                await future
                limit.reschedule(loop.time() + PROGRESS_SECONDS)
            await producer.commit_transaction()
        self.state.apply(dict(changes))
        self.next = end

    def _changelog(self, changes: Mapping[bytes, bytes | None]) -> Iterable[Output]:
        if not changes:
            return
        if self.place.changelog is None:
            raise TypeError(f"the step on {self.place.tp.topic} changed state, but its engine has no changelog")
        for key, value in changes.items():
            yield Output(self.place.changelog, key, value, partition=self.place.tp.partition)

    async def abandon(self) -> None:
        """Drop the producer without `stop()`, which waits for pending batches: without end if the broker is away."""
        await _drop(self.producer)


async def open_session(place: Place) -> Session:
    """Fence, then read the offset, then the state. This order is the whole of the safety.

    The last to initialise the producer sees every commit before it, and nobody before it can commit any more.
    Raises what Kafka raises, and TimeoutError where nothing moves for PROGRESS_SECONDS.
    """
    producer = AIOKafkaProducer(
        **place.clients,
        acks="all",
        linger_ms=0,
        retry_backoff_ms=20,
        transactional_id=place.transactional_id,
        transaction_timeout_ms=30_000,
        request_timeout_ms=10_000,
        max_batch_size=131_072,
        max_request_size=MAX_RECORD_BYTES,
    )
    try:
        async with asyncio.timeout(PROGRESS_SECONDS):
            await producer.start()  # 1: fence, and end the old transaction
        started = time.monotonic()
        next_offset, lost, state = await _read(place)  # 2 and 3
        return Session(place, producer, next_offset, state, lost, time.monotonic() - started)
    except BaseException:
        await _drop(producer)
        raise


async def _read(place: Place) -> tuple[int, int, MemoryStore]:
    """The committed offset, how many offsets retention took before they were read, and the state."""
    log_tp = TopicPartition(place.changelog, place.tp.partition) if place.changelog else None
    reader = AIOKafkaConsumer(
        **place.clients,
        group_id=place.group,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=MAX_RECORD_BYTES,
    )
    try:
        async with asyncio.timeout(PROGRESS_SECONDS) as limit:
            await reader.start()
            reader.assign([place.tp, *([log_tp] if log_tp else [])])
            reader.pause(place.tp)
            committed: int | None = await reader.committed(place.tp)  # 2
            first: int = (await reader.beginning_offsets([place.tp]))[place.tp]
            state = await _restore(reader, log_tp, limit) if log_tp else MemoryStore()  # 3
        lost = max(0, first - committed) if committed is not None else 0
        return committed or 0, lost, state
    finally:
        with suppress(Exception):
            await asyncio.wait_for(reader.stop(), 5)


async def _restore(reader: AIOKafkaConsumer, tp: TopicPartition, limit: asyncio.Timeout) -> MemoryStore:
    entries: dict[bytes, bytes] = {}
    loop = asyncio.get_running_loop()
    await reader.seek_to_beginning(tp)
    end: int = (await reader.end_offsets([tp]))[tp]
    while await reader.position(tp) < end:
        records = (await reader.getmany(tp, timeout_ms=200)).get(tp, [])
        for record in records:
            if record.value is None:
                entries.pop(record.key, None)
            else:
                entries[record.key] = record.value
        if records:
            limit.reschedule(loop.time() + PROGRESS_SECONDS)
    return MemoryStore(entries)  # sorts once, not for each


async def _drop(producer: AIOKafkaProducer) -> None:
    producer._closed, task = True, producer._sender.sender_task
    for _ in range(3):
        if task is None or task.done():
            break
        task.cancel()
        await asyncio.wait([task], timeout=1)
    with suppress(Exception):
        await asyncio.wait_for(producer.client.close(), 2)
