"""Topics, worker processes and counting for tests on a real Kafka; and the runner of the contract suite there."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.broker.connection import bootstrap
from streams.engine.contract import Output, Record
from streams.settings import Settings
from tests.engine.runner import PARTITIONS
from tests.product import raw

WORKER = Path(__file__).with_name("counting_worker.py")
OPEN = "a transaction is open"
"""What a worker logs that holds its transactions open."""


@dataclass
class Rig:
    """One run: topics `in`, `out`, `dead`, `state` under a prefix of its own, and workers that count."""

    servers: str
    folder: Path
    prefix: str = field(default_factory=lambda: f"rig-{uuid.uuid4().hex[:10]}.")
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    async def make(cls, broker: Settings, folder: Path) -> Rig:
        rig = cls(bootstrap(broker), folder)
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
        with self.log(len(self.workers)).open("wb") as log:
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

    def log(self, number: int) -> Path:
        """What the worker of this number, by start, has logged."""
        return self.folder / f"{self.prefix}{number}.log"

    @property
    def logged(self) -> str:
        """What all workers have logged."""
        return "".join(self.log(number).read_text(errors="replace") for number in range(len(self.workers)))

    def told(self, text: str) -> int:
        """How often the workers logged this."""
        return self.logged.count(text)

    async def send(self, values: list[bytes], per_second: float | None = None) -> None:
        """To `in`, under 97 keys."""
        await self.put([Output("in", b"k%d" % (n % 97), value) for n, value in enumerate(values)], per_second)

    async def put(self, outputs: Sequence[Output], per_second: float | None = None) -> None:
        """To the topics they say, below the prefix."""
        producer = AIOKafkaProducer(bootstrap_servers=self.servers, enable_idempotence=True)
        await producer.start()
        try:
            sent = []
            for number, output in enumerate(outputs):
                headers, name = list(output.headers), self.prefix + output.topic
                sent.append(await producer.send(name, output.value, output.key, output.partition, headers=headers))
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
            assert time.monotonic() < deadline, self.logged[-3000:]
            await asyncio.sleep(0.3)


class KafkaMember:
    """A worker process."""

    def __init__(self, rig: Rig, **spec: Any) -> None:
        self._rig, self._log = rig, rig.log(len(rig.workers))
        self._process = rig.start(**spec, session_timeout_seconds=3)

    @property
    def shares(self) -> frozenset[int]:
        told = re.findall(r"assigned \[([\d, ]*)\]", self._logged())
        return frozenset(map(int, re.findall(r"\d+", told[-1]))) if told else frozenset()

    async def in_transaction(self) -> None:
        opened = self._logged().count(OPEN)
        while self._logged().count(OPEN) == opened:
            await asyncio.sleep(0.02)

    def kill(self) -> None:
        self._process.kill()

    def suspend(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    async def stop(self) -> int:
        self._process.terminate()
        return await self.ended()

    async def ended(self) -> int:
        return await asyncio.to_thread(self._process.wait, 60)

    def _logged(self) -> str:
        return self._log.read_text(errors="replace")


@dataclass
class KafkaRunner:
    """The group of a rig's workers."""

    rig: Rig

    @property
    def prefix(self) -> str:
        return self.rig.prefix

    @property
    def refused(self) -> int:
        return self.rig.told("ProducerFenced")

    def start(self, *, slow_seconds: float = 0.0, mended: bool = False, open_seconds: float = 0.0) -> KafkaMember:
        return KafkaMember(self.rig, slow_seconds=slow_seconds, mended=mended, hold_open_seconds=open_seconds)

    async def put(self, inputs: Sequence[Output]) -> None:
        await self.rig.put(inputs)

    async def read(self, name: str) -> list[Record]:
        return [raw(record) for record in await self.rig.read(name)]

    async def until(self, done: Callable[[], Awaitable[bool]]) -> None:
        deadline = time.monotonic() + 60
        while not await done():
            assert time.monotonic() < deadline, self.rig.logged[-3000:]
            await asyncio.sleep(0.3)

    def close(self) -> None:
        self.rig.stop()
