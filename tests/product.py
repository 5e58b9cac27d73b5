"""The product's own workers, and all that stands in its topics: for tests of the monitor as a whole."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import defaultdict
from pathlib import Path

from aiokafka import ConsumerRecord

from streams.broker.connection import client_options
from streams.engine.contract import Record
from streams.engine.supervisor import console_script
from streams.engine.tail import tail
from streams.settings import Settings

STAGES = ("read", "watch")


class Workers:
    """Processes of both stages. `exits`: the codes of those that ended although nobody ended them."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._environment = environment_of(settings)
        self._folder = folder
        self._running: dict[str, list[subprocess.Popen[bytes]]] = defaultdict(list)
        self.exits: list[tuple[str, int]] = []

    def start(self, stage: str) -> subprocess.Popen[bytes]:
        """One more of the stage."""
        with self.log(stage).open("ab") as log:
            worker = subprocess.Popen(
                [console_script(), "worker", stage], env=self._environment, stdin=subprocess.DEVNULL, stderr=log
            )
        self._running[stage].append(worker)
        return worker

    def log(self, stage: str) -> Path:
        """What the workers of a stage have to say."""
        return self._folder / f"{stage}.log"

    def of(self, stage: str) -> list[subprocess.Popen[bytes]]:
        """Those of the stage that run, the oldest first."""
        for worker in [worker for worker in self._running[stage] if worker.poll() is not None]:
            self._running[stage].remove(worker)
            self.exits.append((stage, worker.returncode))
        return self._running[stage]

    def end(self, stage: str, worker: subprocess.Popen[bytes], number: signal.Signals = signal.SIGKILL) -> int:
        """End one, and wait for it; its exit code."""
        self._running[stage].remove(worker)
        worker.send_signal(number)
        worker.send_signal(signal.SIGCONT)
        try:
            return worker.wait(30)
        finally:
            worker.kill()

    def stop(self) -> None:
        """SIGTERM to all."""
        everybody = [worker for stage in STAGES for worker in self.of(stage)]
        self._running.clear()
        for worker in everybody:
            worker.terminate()
        for worker in everybody:
            worker.wait(30)

    def kill(self) -> None:
        """All, at once: also those that a failure left suspended."""
        for stage in STAGES:
            for worker in list(self.of(stage)):
                self.end(stage, worker)


def environment_of(settings: Settings) -> dict[str, str]:
    """For a command that is to see these settings."""
    told = {
        "TOCSIN_HOME": str(settings.home),
        "TOCSIN_PREFIX": settings.prefix,
        "TOCSIN_METRICS_PORT": str(settings.metrics_port),
        "TOCSIN_REPLICATION": str(settings.replication),
        "TOCSIN_SESSION_TIMEOUT_SECONDS": str(settings.session_timeout_seconds),
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
