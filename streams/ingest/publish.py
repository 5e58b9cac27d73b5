"""Articles to the topic, in the order they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from schemas import Article, EventType, encode, headers
from streams.broker.connection import client_options
from streams.broker.topics import MAX_RECORD_BYTES
from streams.engine.steps import BACKFILL
from streams.errors import ServiceError
from streams.settings import Settings


async def publish(settings: Settings, articles: Iterable[Article], done: Callable[[int], None]) -> int:
    """Append articles, keyed by id and marked `backfill`: who publishes a file vouches for its dates.

    An article published twice is harmless: a group that holds its id ignores it. `done(n)` after each n more. Returns
    how many were written.
    Raises ServiceError where Kafka cannot be had; what was acknowledged until then stays.
    """
    producer = AIOKafkaProducer(
        **client_options(settings),
        acks="all",
        enable_idempotence=True,
        linger_ms=5,
        max_request_size=MAX_RECORD_BYTES,
    )
    count, waiting = 0, []
    try:
        await producer.start()
        for article in articles:
            marks = (*headers(EventType.ARTICLE, article.id, "publish", article.published_at), (BACKFILL, b"1"))
            waiting.append(
                await producer.send(
                    settings.topic("articles"), encode(article), key=article.id.encode(), headers=list(marks)
                )
            )
            if len(waiting) >= 500:
                count += await _settled(waiting, done)
        count += await _settled(waiting, done)
    except KafkaError as error:
        raise ServiceError(f"publishing failed after {count} articles: {error!r}") from error
    finally:
        await producer.stop()
    return count


async def _settled(waiting: list, done: Callable[[int], None]) -> int:  # type: ignore[type-arg]
    count = len(waiting)
    for future in waiting:
        await future
    waiting.clear()
    done(count)
    return count
