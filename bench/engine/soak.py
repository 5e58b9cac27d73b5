"""`python -m bench.engine.soak [RECORDS]`: whether the product's workers keep their memory and files.

RECORDS (default 200,000) made-up articles, every fifth of which rules want, go through both workers of `tocsin up` on
an embedded Kafka in a folder of its own. There are 40 of these, told again and again, so the state stays as it is, and
what grows leaks. Both processes' resident memory and open files are sampled twice a second. The first 10,000 records
warm up; then the medians of the first and of the last tenth of the rest are compared. Prints one line of JSON on
stdout; the exit code is 1 if any figure has grown by more than 5 %, or if a worker did not live through it.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import psutil
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from bench.engine.news import committed, news
from bench.engine.takeover import STAGES, supervised
from bench.measuring import tell
from schemas import EventType, encode, headers
from streams.broker import topics
from streams.broker.connection import client_options
from streams.broker.kafka import Broker
from streams.cli.running import workers
from streams.settings import Settings

GROWTH = 0.05
SHARE = 0.2
WARM_UP = 10_000
AHEAD = 4_000
"""So many articles may wait to be read: the workers are always busy, and hold no more at one time than another."""
SAMPLE_SECONDS = 0.5
FIGURES = ("memory", "files")


@dataclass(frozen=True)
class Sample:
    """When so many articles were read: megabytes resident and open files by stage."""

    read: int
    memory: dict[str, float]
    files: dict[str, float]


async def publish(settings: Settings, records: int, done: list[int]) -> None:
    """Never more than AHEAD of what is read; `done` holds that number."""
    producer = AIOKafkaProducer(**client_options(settings), linger_ms=5)
    await producer.start()
    for number, article in enumerate(islice(news(SHARE), records)):
        while number - done[0] > AHEAD:
            await asyncio.sleep(0.05)
        marks = list(headers(EventType.ARTICLE, article.id, "bench", article.published_at))
        await producer.send(settings.topic("articles"), encode(article), article.id.encode(), headers=marks)
    await producer.stop()


async def soak(settings: Settings, records: int) -> tuple[list[Sample], bool]:
    """The samples, and whether the workers that began are those that ended."""
    admin = AIOKafkaAdminClient(**client_options(settings))
    await admin.start()
    done, samples = [0], []
    try:
        async with workers(settings):
            processes = {stage: supervised(stage) for stage in STAGES}
            publishing = asyncio.create_task(publish(settings, records, done))
            while done[0] < records:
                await asyncio.sleep(SAMPLE_SECONDS)
                done[0] = sum((await committed(admin, settings, "read")).values())
                samples.append(sample(done[0], processes))
            await publishing
            return samples, processes == {stage: supervised(stage) for stage in STAGES}
    finally:
        await admin.close()


def sample(read: int, processes: dict[str, psutil.Process]) -> Sample:
    """What the processes hold now."""
    memory = {stage: process.memory_info().rss / 1e6 for stage, process in processes.items()}
    return Sample(read, memory, {stage: float(process.num_fds()) for stage, process in processes.items()})


def verdict(samples: list[Sample], records: int) -> dict[str, float]:
    """Medians of both tenths and their ratio, by figure and stage."""
    tenth = (records - WARM_UP) / 10
    tenths = {
        "first": [one for one in samples if WARM_UP < one.read <= WARM_UP + tenth],
        "last": [one for one in samples if one.read > records - tenth],
    }
    result: dict[str, float] = {}
    for figure in FIGURES:
        for stage in STAGES:
            median = {
                name: statistics.median(getattr(one, figure)[stage] for one in held) for name, held in tenths.items()
            }
            result |= {f"{stage}_{figure}_{name}": round(value, 1) for name, value in median.items()}
            result[f"{stage}_{figure}_growth"] = round(median["last"] / median["first"] - 1, 4)
    return result


def main() -> None:
    """Print the figures."""
    records, began = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), partitions=4)
        broker = Broker(settings)
        broker.start()
        try:
            topics.create(settings)
            samples, lived = asyncio.run(soak(settings, records))
        finally:
            broker.stop()
    result = verdict(samples, records)
    flat = all(value <= GROWTH for name, value in result.items() if name.endswith("growth"))
    tell({"records": records, "seconds": round(time.monotonic() - began), **result, "lived": lived, "flat": flat})
    sys.exit(not (flat and lived))


if __name__ == "__main__":
    main()
