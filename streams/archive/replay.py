"""Copies a range of the live `articles` into a replay's own topic, stamps and all."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from streams.engine.consumer import make_consumer
from streams.engine.contract import Output
from streams.engine.ticker import TICK_HEADERS
from streams.engine.transaction import MAX_RECORD_BYTES, send
from streams.errors import ServiceError
from streams.settings import Settings


def replay_settings(settings: Settings) -> Settings:
    """Those of a new replay: every topic and group of it is `replay.<id>.…`."""
    replay_id = secrets.token_hex(4)
    return settings.model_copy(update={"prefix": f"replay.{replay_id}.", "replay_id": replay_id})


@dataclass(frozen=True)
class Range:
    """Offsets [start, end) of one partition of the live topic. `cold`: records came before it."""

    partition: int
    start: int
    end: int

    @property
    def cold(self) -> bool:
        """What the rules would remember from before is missing."""
        return self.start > 0


@dataclass(frozen=True)
class Copied:
    """What was copied: how many records (ticks included), and the partitions' ranges."""

    records: int
    ranges: tuple[Range, ...]

    @property
    def cold(self) -> bool:
        """Whether any partition begins after its first record."""
        return any(r.cold and r.end for r in self.ranges)


async def copy_articles(
    live: Settings,
    replay: Settings,
    clients: Mapping[str, Any],
    *,
    from_ms: int | None,
    to_ms: int | None,
    done: Callable[[int, int], None],
) -> Copied:
    """Received in [from_ms, to_ms), by default all that is retained now; `done(copied, of)` as it goes on.

    Partition, key, headers and stamp stay. Ticks are copied too: with `to_ms`, one more closes each partition.
    Raises ServiceError where Kafka cannot be had.
    """
    # Retention may pass us meanwhile: an error, not a silent jump.
    consumer = make_consumer(clients, auto_offset_reset="none")
    producer = AIOKafkaProducer(
        **clients, acks="all", enable_idempotence=True, linger_ms=5, max_request_size=MAX_RECORD_BYTES
    )
    try:
        await consumer.start()
        await producer.start()
        ranges = await _ranges(consumer, live, from_ms, to_ms)
        mark = ("replay-id", (replay.replay_id or "").encode())
        copied, total = 0, sum(r.end - r.start for r in ranges)
        for part in ranges:
            async for records in _read(consumer, live.topic("articles"), part):
                sent = [await _send(producer, replay.topic("articles"), record, mark) for record in records]
                for future in sent:
                    await future
                copied += len(records)
                done(copied, total)
            if to_ms is not None:
                await producer.send_and_wait(
                    replay.topic("articles"),
                    b"",
                    partition=part.partition,
                    timestamp_ms=to_ms,
                    headers=[*TICK_HEADERS, mark],
                )
        return Copied(copied, ranges)
    except KafkaError as error:
        raise ServiceError(f"copying {live.topic('articles')}: {error!r}") from error
    finally:
        await consumer.stop()
        await producer.stop()


async def _send(producer: AIOKafkaProducer, topic: str, record: ConsumerRecord, mark: tuple[str, bytes]) -> Any:
    output = Output(topic, record.key, record.value, (*record.headers, mark), record.partition)
    return await send(producer, output, record.timestamp)


async def _ranges(
    consumer: AIOKafkaConsumer, live: Settings, from_ms: int | None, to_ms: int | None
) -> tuple[Range, ...]:
    topic = live.topic("articles")
    if topic not in await consumer.topics():
        raise ServiceError(f"there is no topic {topic}: `tocsin up` makes it")
    tps = [TopicPartition(topic, number) for number in range(live.partitions)]
    starts: dict[TopicPartition, int] = await consumer.beginning_offsets(tps)
    ends: dict[TopicPartition, int] = await consumer.end_offsets(tps)

    async def at(ms: int | None, default: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        """The first offset whose stamp is `ms` or later; the end where all are earlier."""
        if ms is None:
            return dict(default)
        found = await consumer.offsets_for_times(dict.fromkeys(tps, ms))
        return {tp: min(ends[tp], found[tp].offset) if found[tp] else ends[tp] for tp in tps}

    first, last = await at(from_ms, starts), await at(to_ms, ends)
    return tuple(Range(tp.partition, first[tp], max(first[tp], last[tp])) for tp in tps)


async def _read(consumer: AIOKafkaConsumer, topic: str, part: Range) -> Any:
    tp = TopicPartition(topic, part.partition)
    consumer.assign([tp])
    consumer.seek(tp, part.start)
    while part.start < part.end and await consumer.position(tp) < part.end:
        records = (await consumer.getmany(tp, timeout_ms=500)).get(tp, [])
        wanted = [record for record in records if record.offset < part.end]
        if wanted:
            yield wanted
