"""The whole monitor under faults: real workers of both stages on a real Kafka, while news come in."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from streams.broker.client import admin
from streams.broker.connection import client_options
from streams.broker.kafka import Broker
from streams.broker.topics import MAX_RECORD_BYTES, TOPICS
from streams.engine.steps import BACKFILL
from streams.errors import ServiceError
from streams.settings import Settings
from tests.exactly_once.faults import Fault
from tests.exactly_once.killing import suspend_in_transaction
from tests.exactly_once.stories import stories
from tests.product import STAGES, Workers

PATIENCE_SECONDS = 90.0
"""After a fault, until every partition of both stages has committed again."""


class Node:
    """The embedded broker of a home, for harm."""

    def __init__(self, settings: Settings) -> None:
        self._broker = Broker(settings)

    def signal(self, number: signal.Signals) -> None:
        running = self._broker.running()
        assert running, "the broker is gone"
        os.kill(running.pid, number)

    def start(self) -> None:
        """On its data; waits until it answers."""
        self._broker.start()

    def stop(self) -> None:
        """Clean."""
        self._broker.stop()


@dataclass
class System:
    """`faults`: those done so far, and how many seconds after each all partitions had committed again."""

    settings: Settings
    workers: Workers
    node: Node | None = None
    faults: list[tuple[Fault, float]] = field(default_factory=list)

    async def suffer(self, fault: Fault) -> None:
        """Do it, set it right, and wait until everything goes on. Raises AssertionError where it does not."""
        await asyncio.sleep(fault.wait_seconds)
        await getattr(self, f"_{fault.kind.name.lower()}")(fault)
        began = time.monotonic()
        await self.go_on(str(fault))
        self.faults.append((fault, time.monotonic() - began))

    async def go_on(self, after: str) -> None:
        """Wait until each partition has committed something further in both stages."""
        before, deadline = await self._committed(), time.monotonic() + PATIENCE_SECONDS
        while True:
            now = await self._committed()
            late = [tp for tp in now if before is not None and now[tp] <= before.get(tp, -1)] if now else ["no answer"]
            if before is None:
                before = now
            elif not late:
                return
            told = {stage: self.workers.log(stage).read_text(errors="replace")[-2000:] for stage in STAGES}
            assert time.monotonic() < deadline, f"after {after} nothing goes on in {late}: {told}"
            await asyncio.sleep(0.2)

    async def _committed(self) -> dict[TopicPartition, int] | None:
        """The offsets of both groups; None where the broker does not answer."""
        try:
            async with admin(client_options(self.settings)) as client:
                found: dict[TopicPartition, int] = {}
                for stage, name in zip(STAGES, ("articles", "matches"), strict=True):
                    topic = self.settings.topic(name)
                    tps = [TopicPartition(topic, number) for number in range(self.settings.partitions)]
                    offsets = await client.list_consumer_group_offsets(self.settings.group(stage), partitions=tps)
                    found |= {tp: offset.offset for tp, offset in offsets.items()}
                return found
        except ServiceError:
            return None

    async def _catch(self, fault: Fault) -> subprocess.Popen[bytes]:
        """One of the stage's workers; suspended in a transaction, if the fault hunts for that."""
        worker = random.choice(self.workers.of(fault.stage))
        if fault.hunts:
            await suspend_in_transaction(self.settings, fault.stage, worker)
        return worker

    async def _kill(self, fault: Fault) -> None:
        worker = await self._catch(fault)
        self.workers.end(fault.stage, worker)
        await asyncio.sleep(fault.seconds)
        self.workers.start(fault.stage)

    async def _term(self, fault: Fault) -> None:
        worker = await self._catch(fault)
        code = await asyncio.to_thread(self.workers.end, fault.stage, worker, signal.SIGTERM)
        assert code == 0, f"after SIGTERM a {fault.stage} worker ended with exit code {code}"
        await asyncio.sleep(fault.seconds)
        self.workers.start(fault.stage)

    async def _crowd(self, fault: Fault) -> None:
        for _ in range(2):
            self.workers.start(fault.stage)
        await asyncio.sleep(3 + fault.seconds)  # they start, and the group is shared out anew
        worker = await self._catch(fault)
        self.workers.end(fault.stage, worker)
        other = random.choice(self.workers.of(fault.stage))
        await asyncio.to_thread(self.workers.end, fault.stage, other, signal.SIGTERM)

    async def _zombie(self, fault: Fault) -> None:
        worker = await self._catch(fault)
        worker.send_signal(signal.SIGSTOP)
        self.workers.start(fault.stage)
        await asyncio.sleep(3 + self.settings.session_timeout_seconds + fault.seconds)
        worker.send_signal(signal.SIGCONT)
        await self.go_on("a zombie's waking")
        await asyncio.to_thread(self.workers.end, fault.stage, worker, signal.SIGTERM)

    async def _broker_kill(self, fault: Fault) -> None:
        assert self.node
        self.node.signal(signal.SIGKILL)
        await asyncio.sleep(fault.seconds)
        await asyncio.to_thread(self.node.start)

    async def _broker_stop(self, fault: Fault) -> None:
        assert self.node
        await asyncio.to_thread(self.node.stop)
        await asyncio.sleep(fault.seconds)
        await asyncio.to_thread(self.node.start)

    async def _silence(self, fault: Fault) -> None:
        assert self.node
        self.node.signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(2 * fault.seconds)  # up to longer than the session timeout
        finally:
            self.node.signal(signal.SIGCONT)

    async def _refusal(self, fault: Fault) -> None:
        """Not by min.insync.replicas: Kafka 4 takes no more of it than there are copies."""
        before = self._retries()
        await self.configure("watch-state", "max.message.bytes", "200")  # Kafka's own marks of transactions pass
        try:
            await asyncio.sleep(2 + fault.seconds)
        finally:
            await self.configure("watch-state", "max.message.bytes", str(MAX_RECORD_BYTES))
        assert self._retries() > before, "the changelog refused nothing"

    def _retries(self) -> int:
        return self.workers.log("watch").read_text(errors="replace").count("trying again")

    async def configure(self, name: str, setting: str, value: str) -> None:
        """Change one setting of a topic while it is in use."""
        topic = next(topic for topic in TOPICS if topic.name == name)
        configs = topic.config(replication=self.settings.replication, replay=False) | {setting: value}
        async with admin(client_options(self.settings)) as client:
            resource = ConfigResource(ConfigResourceType.TOPIC, self.settings.topic(name), configs)
            answers = await client.alter_configs([resource])  # what is not named is reset
            assert not any(code for answer in answers for code, *_ in answer.resources), answers


@asynccontextmanager
async def news(settings: Settings, seed: int, per_second: float) -> AsyncIterator[None]:
    """Made-up news come in meanwhile."""
    enough = asyncio.Event()
    publishing = asyncio.create_task(_publish(settings, seed, per_second, enough))
    try:
        yield
        enough.set()
        await publishing
    finally:
        publishing.cancel()


async def _publish(settings: Settings, seed: int, per_second: float, enough: asyncio.Event) -> None:
    """Made-up news until it is enough, whatever becomes of the broker: what is sent twice is in the log twice."""
    news = stories(1 << 30, seed)
    while not enough.is_set():
        producer = AIOKafkaProducer(**client_options(settings), enable_idempotence=True, request_timeout_ms=5000)
        with suppress(KafkaError, TimeoutError, ServiceError):
            await producer.start()
            await _send(producer, settings.topic("articles"), news, per_second, enough)
        await asyncio.wait([asyncio.ensure_future(producer.stop())], timeout=2)
        await asyncio.sleep(0.2)


async def _send(
    producer: AIOKafkaProducer,
    topic: str,
    news: Iterable[tuple[bytes, bytes, bool]],
    per_second: float,
    enough: asyncio.Event,
) -> None:
    began = time.monotonic()
    for number, (key, value, backfill) in zip(count(), news, strict=False):
        if enough.is_set():
            return
        sent = await producer.send(topic, value, key=key, headers=[(BACKFILL, b"1")] if backfill else [])
        if number % 20 == 0:
            await sent
        await asyncio.sleep(max(0.0, began + number / per_second - time.monotonic()))
