"""`python -m bench.watching.restore [GROUPS]`: how long a worker takes to get the state of a million groups back.

Each group had one story, whose alert has resolved. The state is written to the four partitions of `watch-state` of
an embedded Kafka in a folder of its own, then restored as a worker does at its start, partition by partition, while
no step runs; the yardstick is reading the same records with a bare consumer. Prints one line of JSON on stdout.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tempfile
import time
from pathlib import Path
from zlib import crc32

import psutil
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.watching.matches import START, rules, stream
from schemas import Tick
from schemas.model import to_ms
from streams.broker import topics
from streams.broker.connection import client_options
from streams.broker.kafka import Broker
from streams.engine.session import Place, open_session
from streams.settings import Settings
from streams.store import MemoryStore
from streams.watching.watcher import Watcher

PARTITIONS = 4


def quiet_group() -> dict[bytes, bytes]:
    """The entries of one group that is quiet, by key."""
    store = MemoryStore()
    with Watcher(rules()).on(store) as watch:
        watch.take(next(stream(1, groups=1, copies=1, each_ms=1)))
        watch.tick(Tick(partition=0, partitions=1, time_ms=to_ms(START) + 2 * 86_400_000))
    return dict(store.entries)


async def fill(settings: Settings, groups: int) -> int:
    """Write the state of so many groups; returns the bytes."""
    producer = AIOKafkaProducer(**client_options(settings), linger_ms=50, max_batch_size=500_000)
    await producer.start()
    template, size, topic = quiet_group(), 0, settings.topic("watch-state")
    for number in range(groups):
        name = b"%07d" % number
        for key, value in template.items():
            if b"country" in key:
                own = key.replace(b"00000", name, 1)
                size += len(own) + len(value)
                await producer.send(topic, value, key=own, partition=crc32(name) % PARTITIONS)
    await producer.stop()
    return size


async def bare(settings: Settings, tp: TopicPartition) -> int:
    """Read a partition to its end and keep nothing; returns the records."""
    consumer = AIOKafkaConsumer(**client_options(settings), isolation_level="read_committed", enable_auto_commit=False)
    await consumer.start()
    consumer.assign([tp])
    await consumer.seek_to_beginning(tp)
    end, records = (await consumer.end_offsets([tp]))[tp], 0
    while await consumer.position(tp) < end:
        records += len((await consumer.getmany(tp, timeout_ms=200)).get(tp, []))
    await consumer.stop()
    return records


async def measure(settings: Settings, groups: int) -> dict[str, float]:
    """Seconds of both ways, and memory."""
    size = await fill(settings, groups)
    records, started = 0, time.monotonic()
    for partition in range(PARTITIONS):
        records += await bare(settings, TopicPartition(settings.topic("watch-state"), partition))
    bare_seconds = time.monotonic() - started
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)  # as a worker's
    process = psutil.Process()
    before, started, sessions = process.memory_info().rss, time.monotonic(), []
    for partition in range(PARTITIONS):
        tp = TopicPartition(settings.topic("matches"), partition)
        place = Place("bench", tp, settings.topic("watch-state"), client_options(settings))
        sessions.append(await open_session(place))
    seconds = time.monotonic() - started
    assert sum(len(session.state) for session in sessions) == records
    held = process.memory_info().rss - before
    for session in sessions:
        await session.abandon()
    return {
        "groups": groups,
        "records": records,
        "megabytes": round(size / 1e6),
        "restore_seconds": round(seconds, 2),
        "restore_over_bare_reading": round(seconds / bare_seconds, 2),
        "bytes_a_group_in_memory": round(held / groups),
    }


def main() -> None:
    """Print the figures."""
    groups = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), partitions=PARTITIONS)
        broker = Broker(settings)
        broker.start()
        try:
            topics.create(settings)
            sys.stdout.write(json.dumps(asyncio.run(measure(settings, groups))) + "\n")
        finally:
            broker.stop()


if __name__ == "__main__":
    main()
