"""Reads a topic from the start, committed records only, and says when it has caught up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from schemas import Alert
from streams.engine.consumer import make_consumer
from streams.errors import ServiceError


async def tail(
    clients: Mapping[str, Any], topic: str, count: int, *, follow: bool, isolation: str = "read_committed"
) -> AsyncIterator[ConsumerRecord | None]:
    """Of `count` partitions, what is there now, then None once; with `follow`, what comes, without end.

    Raises ServiceError where Kafka or the topic cannot be had.
    """
    consumer = make_consumer(clients, isolation_level=isolation)
    try:
        await consumer.start()
        if topic not in await consumer.topics():
            raise ServiceError(f"there is no topic {topic}: `tocsin topics create` or `tocsin up`")
        partitions = [TopicPartition(topic, number) for number in range(count)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        caught_up = False
        while follow or not caught_up:
            found = await consumer.getmany(timeout_ms=200)
            for records in found.values():
                for record in records:
                    yield record
            if not caught_up and all([await consumer.position(tp) >= end for tp, end in ends.items()]):
                caught_up = True
                yield None
    except KafkaError as error:
        raise ServiceError(f"reading {topic}: {error!r}") from error
    finally:
        await consumer.stop()


def in_order(alerts: Any) -> list[Alert]:
    """By opening, then by event time, then by id: the same for everybody who holds the same alerts."""
    return sorted(alerts, key=lambda alert: (alert.opened_at, alert.window.from_, alert.id))
