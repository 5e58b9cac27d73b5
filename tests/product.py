"""The product's own workers, and all that stands in its topics: for tests of the monitor as a whole."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from aiokafka import ConsumerRecord

from streams.broker.connection import client_options
from streams.engine.contract import Record
from streams.engine.supervisor import console_script
from streams.engine.tail import tail
from streams.settings import Settings


class Workers:
    """One process of each stage, started again when killed."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._environment = environment_of(settings)
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, stage: str) -> None:
        with (self._folder / f"{stage}.log").open("ab") as log:
            self._running[stage] = subprocess.Popen(
                [console_script(), "worker", stage], env=self._environment, stdin=subprocess.DEVNULL, stderr=log
            )

    def signal(self, stage: str, number: signal.Signals) -> None:
        self._running[stage].send_signal(number)

    def kill(self, stage: str) -> None:
        self._running[stage].kill()
        self._running[stage].wait(10)

    def stop(self) -> None:
        for worker in self._running.values():
            worker.terminate()
        for worker in self._running.values():
            worker.wait(20)


def environment_of(settings: Settings) -> dict[str, str]:
    """For a command that is to see these settings."""
    told = {
        "TOCSIN_HOME": str(settings.home),
        "TOCSIN_PREFIX": settings.prefix,
        "TOCSIN_METRICS_PORT": str(settings.metrics_port),
    }
    return {**os.environ, **told, **({"TOCSIN_KAFKA": settings.kafka} if settings.kafka else {})}


async def everything(settings: Settings, name: str, isolation: str = "read_committed") -> list[ConsumerRecord]:
    """All records of a topic."""
    records = tail(
        client_options(settings), settings.topic(name), settings.partitions, follow=False, isolation=isolation
    )
    return [record async for record in records if record is not None]


def raw(record: ConsumerRecord) -> Record:
    return Record(
        record.topic, record.partition, record.offset, record.timestamp, record.key, record.value, tuple(record.headers)
    )
