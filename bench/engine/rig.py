"""An embedded Kafka in a folder of its own, and the processes that are measured on it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.broker.connection import bootstrap
from streams.broker.kafka import Broker
from streams.settings import Settings

PARTITIONS = 4


@contextmanager
def kafka() -> Iterator[Settings]:
    """Settings for a broker that runs until the end."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), kafka=None, partitions=PARTITIONS)
        broker = Broker(settings)
        broker.start()
        try:
            yield settings
        finally:
            broker.stop()


class Running:
    """A process of ours, and what it has cost. Its output goes to a log in the folder."""

    def __init__(self, command: Sequence[str], folder: Path, name: str, environment: Mapping[str, str]) -> None:
        self._log = folder / f"{name}.log"
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._process = psutil.Process(self._child.pid)

    @property
    def cpu_seconds(self) -> float:
        """User and system, children included. Raises RuntimeError with the end of its log if it has ended."""
        self.check()
        everybody = [self._process, *self._process.children(recursive=True)]
        return sum(times.user + times.system for times in (process.cpu_times() for process in everybody))

    def check(self) -> None:
        """Raises RuntimeError with the end of its log if it has ended."""
        if self._child.poll() is not None:
            told = self._log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{self._log.stem} ended with {self._child.returncode}:\n{told}")

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Stands still meanwhile; not for longer than its group's patience."""
        self._child.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._child.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """SIGTERM; SIGKILL to who does not listen."""
        self._child.terminate()
        try:
            self._child.wait(15)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


def start(
    module: str, arguments: Sequence[str], folder: Path, name: str, environment: Mapping[str, str] | None = None
) -> Running:
    """A module of ours as a process."""
    return Running([sys.executable, "-m", module, *arguments], folder, name, environment or {})


async def make_topics(settings: Settings, names: Sequence[str]) -> None:
    """With four partitions each, kept for ever."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap(settings))
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names])
        while not all(map(_usable, await admin.describe_topics(list(names)))):
            await asyncio.sleep(0.05)
    finally:
        await admin.close()


def _usable(topic: Mapping[str, Any]) -> bool:
    return bool(topic["partitions"]) and all(partition["leader"] >= 0 for partition in topic["partitions"])


async def open_producer(settings: Settings, linger_ms: int = 0) -> AIOKafkaProducer:
    """One that neither loses nor doubles."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap(settings), enable_idempotence=True, linger_ms=linger_ms)
    await producer.start()
    return producer


async def open_reader(settings: Settings, topic: str) -> AIOKafkaConsumer:
    """Of all that is committed to a topic from now on."""
    reader = AIOKafkaConsumer(
        bootstrap_servers=bootstrap(settings), isolation_level="read_committed", enable_auto_commit=False
    )
    await reader.start()
    reader.assign([TopicPartition(topic, number) for number in range(PARTITIONS)])
    await reader.seek_to_end()
    for tp in reader.assignment():
        await reader.position(tp)
    return reader
