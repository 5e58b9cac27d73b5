"""How long an alert takes: from the broker's stamp on the article to when a read_committed consumer has the alert.

The product's own workers on a mixed stream of made-up articles: a fifth are stories that a rule wants, a tenth copies
of earlier ones, the rest of no interest. The round of a second is in the figure.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.engine.rig import Running, open_producer, open_reader
from schemas import Alert, Article, EventType, encode, headers
from streams.broker import topics
from streams.engine.supervisor import console_script
from streams.settings import Settings

RATE, WARM_SECONDS = 50, 5.0
_STATES = ("Serbia", "Hungary", "Turkey", "Norway", "Japan", "Canada", "Kazakhstan", "Armenia", "Moldova", "Georgia")
_TARGETS = ("Russia", "Iran", "Belarus", "North Korea")
_FIRST, _LAST = (
    ("har", "mu", "or", "li", "rail", "thea", "brid", "mar", "ri", "moun"),
    ("bour", "seum", "chard", "brary"),
)


def mixed(seed: int = 1) -> Iterator[Article]:
    """Without end; as many words of each story are its own as keep it from being taken for a copy of another."""
    chance, told, number = random.Random(seed), list[str](), 0  # noqa: S311 - no secret
    while True:
        number += 1
        kind, rest = chance.random(), " ".join(chance.choice(_FIRST) + chance.choice(_LAST) for _ in range(40))
        if kind < 0.1 and told:
            text = chance.choice(told)
        elif kind < 0.3:
            text = f"{chance.choice(_STATES)} imposed new sanctions on {chance.choice(_TARGETS)} on Monday. The {rest}."
            told.append(text)
        else:
            text = f"A choir from {chance.choice(_STATES)} sang on Sunday. The {rest}."
        source = f"Wire {chance.randrange(12)}"
        yield Article(id=f"a-{number}", text=text, published_at=datetime.now(UTC), source=source, lang="en")


class _Seen:
    """Articles by when the broker had them, and how long their alerts took."""

    def __init__(self) -> None:
        self.found: list[float] = []
        self.measuring = False
        self._received: dict[str, float] = {}
        self._shown: set[tuple[str, str]] = set()

    async def publish(self, producer: AIOKafkaProducer, topic: str) -> None:
        """Articles, evenly, until it is cancelled."""
        began = time.perf_counter()
        for number, article in enumerate(mixed()):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            marks = list(headers(EventType.ARTICLE, article.id, "bench", article.published_at))
            sent = await producer.send(topic, encode(article), article.id.encode(), headers=marks)
            if self.measuring:
                sent.add_done_callback(lambda done, name=article.id: self._take(name, done.result().timestamp))

    def _take(self, article_id: str, stamp_ms: float) -> None:
        self._received[article_id] = stamp_ms

    async def read(self, reader: AIOKafkaConsumer) -> None:
        """What alerts have arrived."""
        batches = await reader.getmany(timeout_ms=200)
        now_ms = time.time() * 1000
        for record in (record for records in batches.values() for record in records):
            alert = Alert.model_validate_json(record.value)
            for name in (evidence.article_id for evidence in alert.evidence):
                if name in self._received and (alert.id, name) not in self._shown:
                    self._shown.add((alert.id, name))
                    self.found.append(now_ms - self._received[name])


async def alert_latencies(settings: Settings, seconds: float) -> list[float]:
    """Milliseconds of each article that an alert shows, of so many seconds at RATE, once both workers are warm.

    Raises RuntimeError where a worker ends or no alert comes.
    """
    await asyncio.to_thread(topics.create, settings)
    seen, environment = _Seen(), {"TOCSIN_HOME": str(settings.home), "TOCSIN_METRICS_PORT": "0", "TOCSIN_KAFKA": ""}
    workers = [
        Running([console_script(), "worker", stage], settings.home, stage, environment) for stage in ("read", "watch")
    ]
    producer, reader = await open_producer(settings), await open_reader(settings, settings.topic("alerts"))
    publishing = asyncio.create_task(seen.publish(producer, settings.topic("articles")))
    try:
        await _first_alert(reader, workers)
        warm = time.monotonic() + WARM_SECONDS
        end = warm + seconds
        while (now := time.monotonic()) < end + 3:  # the last rounds
            await seen.read(reader)
            seen.measuring = warm <= now < end
        return seen.found
    finally:
        publishing.cancel()
        with suppress(asyncio.CancelledError):
            await publishing
        await reader.stop()
        await producer.stop()
        for worker in workers:
            worker.end()


async def _first_alert(reader: AIOKafkaConsumer, workers: list[Running]) -> None:
    deadline = time.monotonic() + 60
    while not await reader.getmany(timeout_ms=200):
        for worker in workers:
            worker.check()
        if time.monotonic() > deadline:
            raise RuntimeError("no alert in a minute")
