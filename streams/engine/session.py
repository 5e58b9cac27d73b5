"""One fenced hold on an input partition: its transactional producer, its state and the next offset."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from streams.engine.consumer import make_consumer
from streams.engine.contract import Output
from streams.engine.transaction import PROGRESS_SECONDS, drop, open_producer, transact
from streams.store import MemoryStore, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """What names a session: the same place opened again fences whoever had it before.

    `accept` is given the state that was read, and raises InputError where it is none to go on from.
    """

    group: str
    tp: TopicPartition
    changelog: str | None
    clients: Mapping[str, Any]
    accept: Callable[[Store], None] | None = None

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
        place = self.place
        await transact(self.producer, (*outputs, *self._changelog(changes)), {place.tp: end}, place.group)
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
        """Drop the producer, at once."""
        await drop(self.producer)


async def open_session(place: Place, moved: Callable[[], None] = lambda: None) -> Session:
    """Fence, then read the offset, then the state. This order is the whole of the safety.

    The last to initialise the producer sees every commit before it, and nobody before it can commit any more.
    `moved` is told of every step of a long restore.
    Raises what Kafka raises, TimeoutError where nothing moves for PROGRESS_SECONDS, and what `place.accept` raises.
    """
    producer = await open_producer(place.clients, place.transactional_id)  # 1: fence, and end the old transaction
    try:
        started = time.monotonic()
        next_offset, lost, state = await _read(place, moved)  # 2 and 3
        return Session(place, producer, next_offset, state, lost, time.monotonic() - started)
    except BaseException:
        await drop(producer)
        raise


async def _read(place: Place, moved: Callable[[], None]) -> tuple[int, int, MemoryStore]:
    """The committed offset, how many offsets retention took before they were read, and the state."""
    log_tp = TopicPartition(place.changelog, place.tp.partition) if place.changelog else None
    reader = make_consumer(place.clients, group_id=place.group)
    try:
        async with asyncio.timeout(PROGRESS_SECONDS) as limit:
            await reader.start()
            reader.assign([place.tp, *([log_tp] if log_tp else [])])
            reader.pause(place.tp)
            committed: int | None = await reader.committed(place.tp)  # 2
            first: int = (await reader.beginning_offsets([place.tp]))[place.tp]
            state = await _restore(reader, log_tp, limit, moved) if log_tp else MemoryStore()  # 3
        if place.accept:
            place.accept(state)
        lost = max(0, first - committed) if committed is not None else 0
        return committed or 0, lost, state
    finally:
        with suppress(Exception):
            await asyncio.wait_for(reader.stop(), 5)


async def _restore(
    reader: AIOKafkaConsumer, tp: TopicPartition, limit: asyncio.Timeout, moved: Callable[[], None]
) -> MemoryStore:
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
            moved()
    return MemoryStore(entries)  # sorts once, not for each
