"""Whether all that stands in the topics has been read, watched past its last round, and committed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.engine.consumer import make_consumer
from streams.engine.steps import TICK
from streams.errors import ServiceError
from streams.settings import Settings

_POLL_SECONDS = 0.25


async def until_idle(settings: Settings, clients: Mapping[str, Any], *, ticks: bool = True) -> None:
    """Wait for what is in `articles` now. With `ticks`, also for the tick that closes the last second of it.

    Has no time-out: the caller knows how long is too long. Raises ServiceError where Kafka cannot be had.
    """
    articles, matches = _partitions(settings, "articles"), _partitions(settings, "matches")
    admin = AIOKafkaAdminClient(**clients)
    # No member of the groups: it looks at their offsets, and at what lies behind them.
    consumer = make_consumer(clients)
    # Its ends count open transactions in: what stands behind one that a killed worker left open is not done.
    all_there_is = make_consumer(clients, isolation_level="read_uncommitted")
    try:
        await admin.start()
        await consumer.start()
        await all_there_is.start()
        consumer.assign([*articles, *matches])
        ends: Mapping[TopicPartition, int] = await all_there_is.end_offsets(articles)
        if ticks:
            ends = await _after_ticks(consumer, ends)
        await _until_committed(admin, settings.group("read"), consumer, ends)
        ends = await all_there_is.end_offsets(matches)
        await _until_committed(admin, settings.group("watch"), consumer, ends)
    except KafkaError as error:
        raise ServiceError(f"waiting for the workers: {error!r}") from error
    finally:
        await all_there_is.stop()
        await consumer.stop()
        await admin.close()


def _partitions(settings: Settings, name: str) -> list[TopicPartition]:
    return [TopicPartition(settings.topic(name), number) for number in range(settings.partitions)]


async def _after_ticks(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    """The first offset in each partition behind a record whose stamp closes the last second with an article in it."""
    last_ms = max([await _last_article_ms(consumer, tp, end) for tp, end in ends.items()])
    closing = dict.fromkeys(ends, (last_ms // 1000 + 1) * 1000)
    while True:
        offsets = await consumer.offsets_for_times(closing)
        if all(offsets.values()):
            return {tp: found.offset + 1 for tp, found in offsets.items()}
        await asyncio.sleep(_POLL_SECONDS)


async def _last_article_ms(consumer: AIOKafkaConsumer, tp: TopicPartition, end: int) -> int:
    """The stamp of the last record that is no tick; 0 where there is none. After a quiet day ticks are many."""
    start, reach = end, 100
    while start > 0:
        start, stop, last_ms = max(0, start - reach), start, 0
        consumer.seek(tp, start)
        while await consumer.position(tp) < stop:
            found = (await consumer.getmany(tp, timeout_ms=1000)).get(tp, [])
            last_ms = max([last_ms, *(r.timestamp for r in found if TICK not in r.headers and r.offset < stop)])
        if last_ms:
            return last_ms
        reach *= 4
    return 0


async def _until_committed(
    admin: AIOKafkaAdminClient, group: str, consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]
) -> None:
    waiting = dict(ends)
    while waiting:
        committed = await admin.list_consumer_group_offsets(group, partitions=list(waiting))
        for tp, found in committed.items():
            if await _is_done(consumer, tp, max(0, found.offset), waiting[tp]):
                del waiting[tp]
        if waiting:
            await asyncio.sleep(_POLL_SECONDS)


async def _is_done(consumer: AIOKafkaConsumer, tp: TopicPartition, committed: int, end: int) -> bool:
    """Committed up to `end`, or only transaction markers and aborted records lie between."""
    if committed >= end:
        return True
    consumer.seek(tp, committed)
    found = (await consumer.getmany(tp, timeout_ms=300, max_records=1)).get(tp, [])
    return bool(found and found[0].offset >= end) or (not found and await consumer.position(tp) >= end)
