"""Topics, worker processes and counting for tests on a real Kafka."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.broker.connection import bootstrap
from streams.settings import Settings

PARTITIONS = 4
WORKER = Path(__file__).with_name("counting_worker.py")


@dataclass
class Rig:
    """One run: topics `in`, `out`, `dead`, `state` under a prefix of its own, and workers that count."""

    servers: str
    log: Path
    prefix: str = field(default_factory=lambda: f"rig-{uuid.uuid4().hex[:10]}.")
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    async def make(cls, broker: Settings, folder: Path) -> Rig:
        rig = cls(bootstrap(broker), folder / "workers.log")
        admin = AIOKafkaAdminClient(bootstrap_servers=rig.servers)
        await admin.start()
        compact = {"cleanup.policy": "compact"}
        names = {"in": {}, "out": {}, "dead": {}, "state": compact}
        await admin.create_topics(
            [NewTopic(rig.prefix + name, PARTITIONS, 1, topic_configs=config) for name, config in names.items()]
        )
        await admin.close()
        return rig

    def start(self, **spec: Any) -> subprocess.Popen[bytes]:
        """One more worker process."""
        told = json.dumps({"servers": self.servers, "prefix": self.prefix, **spec})
        with self.log.open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, str(WORKER), told], stdin=subprocess.PIPE, stdout=log, stderr=log
            )
        self.workers.append(worker)
        return worker

    def stop(self) -> None:
        """Kill what still runs."""
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
            worker.wait(10)
            assert worker.stdin
            worker.stdin.close()

    def told(self, text: str) -> int:
        """How often the workers logged this."""
        return self.log.read_text(errors="replace").count(text) if self.log.exists() else 0

    async def send(self, values: list[bytes], per_second: float | None = None) -> None:
        """To `in`, under 97 keys."""
        producer = AIOKafkaProducer(bootstrap_servers=self.servers, enable_idempotence=True)
        await producer.start()
        try:
            sent = []
            for number, value in enumerate(values):
                sent.append(await producer.send(self.prefix + "in", value, key=b"k%d" % (number % 97)))
                if per_second and number % 20 == 19:
                    await asyncio.sleep(20 / per_second)
            await asyncio.gather(*sent)
        finally:
            await producer.stop()

    async def read(self, name: str, isolation: str = "read_committed") -> list[ConsumerRecord]:
        """All that stands in a topic."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.servers, isolation_level=isolation, enable_auto_commit=False)
        await consumer.start()
        try:
            partitions = [TopicPartition(self.prefix + name, n) for n in range(PARTITIONS)]
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            ends, found = await consumer.end_offsets(partitions), []
            deadline = time.monotonic() + 60
            while any([await consumer.position(tp) < ends[tp] for tp in partitions]):
                assert time.monotonic() < deadline, "an open transaction holds the readers back"
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found += records
            return found
        finally:
            await consumer.stop()

    async def until(self, done: Callable[[list[ConsumerRecord]], bool], name: str = "out", seconds: float = 60) -> None:
        """Wait for what stands in a topic."""
        deadline = time.monotonic() + seconds
        while not done(await self.read(name)):
            assert time.monotonic() < deadline, self.log.read_text(errors="replace")[-3000:]
            await asyncio.sleep(0.3)
