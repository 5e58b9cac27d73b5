"""`python -m bench.engine.takeover [ROUNDS]`: how long records wait when a worker is killed.

The product's own workers on an embedded Kafka in a folder of its own, while made-up articles arrive. Two ways:
*restarted*, under the supervisor of `tocsin up`, whose workers have names in their groups; and *missed*, two workers
of a stage with default settings, of which one is killed, so that the other takes over what it held. Seconds from
SIGKILL to the first commit of a partition that the dead worker held, and to that of its last; and from the start of a
process to what its log says on the way. Medians and the worst of ROUNDS (default 5) kills of each stage. Prints one
line of JSON on stdout.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from bench.engine.news import committed, news
from bench.measuring import tell
from schemas import EventType, encode, headers
from streams.broker import topics
from streams.broker.connection import client_options
from streams.broker.kafka import Broker
from streams.cli.running import workers
from streams.engine.supervisor import console_script
from streams.settings import Settings

ARTICLES_A_SECOND = 40
STAGES = ("read", "watch")
PARTITIONS = frozenset(range(4))
LIVED_SECONDS = 11.0
"""The supervisor starts a worker again at once that has lived for ten seconds."""
PHASES = {"loaded": "metrics on", "joined": "assigned [", "restored": "open at"}
"""What a worker's log says when it has read its knowledge, has its partitions, and has the state of the first."""
_PORT = 19_464
"""Not the usual one: another `tocsin up` could take it while a worker is dead."""
_DEAD_SECONDS = 0.05
"""What a killed process has sent may still arrive."""


@asynccontextmanager
async def arriving(settings: Settings) -> AsyncIterator[None]:
    """Articles arrive all the while."""

    async def publish() -> None:
        producer = AIOKafkaProducer(**client_options(settings))
        await producer.start()
        try:
            for article in news(share=0.5):
                marks = list(headers(EventType.ARTICLE, article.id, "bench", article.published_at))
                await producer.send(settings.topic("articles"), encode(article), article.id.encode(), headers=marks)
                await asyncio.sleep(1 / ARTICLES_A_SECOND)
        finally:
            await producer.stop()

    publishing = asyncio.create_task(publish())
    try:
        yield
    finally:
        publishing.cancel()
        with suppress(asyncio.CancelledError):
            await publishing


def held_by(log: Path) -> frozenset[int]:
    """The partitions that a worker got last."""
    told = re.findall(r"assigned \[([\d, ]*)\]", log.read_text())
    return frozenset(int(number) for number in told[-1].split(",") if number.strip()) if told else frozenset()


async def kill(
    admin: AIOKafkaAdminClient, settings: Settings, stage: str, process: psutil.Process, held: frozenset[int]
) -> tuple[float, float]:
    """Seconds until the first, and until the last of `held` goes on."""
    killed = time.monotonic()
    process.kill()
    await asyncio.sleep(_DEAD_SECONDS)
    before, first, waiting = await committed(admin, settings, stage), 0.0, held
    while waiting:
        await asyncio.sleep(0.02)
        waiting = still(before, await committed(admin, settings, stage), held)
        if waiting != held and not first:
            first = time.monotonic() - killed
        if time.monotonic() - killed > 60:
            raise RuntimeError(f"{stage}: partitions {sorted(waiting)} do not go on")
    return first, time.monotonic() - killed


def still(before: dict[int, int], now: dict[int, int], partitions: frozenset[int]) -> frozenset[int]:
    """Which of the partitions have not gone on since."""
    return frozenset(number for number in partitions if now.get(number, 0) <= before.get(number, 0))


async def all_go_on(admin: AIOKafkaAdminClient, settings: Settings, stage: str) -> None:
    """Wait until every partition has gone on from where it is."""
    before = await committed(admin, settings, stage)
    while still(before, await committed(admin, settings, stage), PARTITIONS):
        await asyncio.sleep(0.1)


def phases(log: str, born: float) -> dict[str, float]:
    """Seconds from the start of the process to each line of PHASES, the first time it is told."""
    found = {}
    for name, text in PHASES.items():
        line = next(line for line in log.splitlines() if text in line)
        found[name] = datetime.strptime(line[:23], "%Y-%m-%d %H:%M:%S,%f").replace(tzinfo=UTC).timestamp() - born
    return found


async def restarted(admin: AIOKafkaAdminClient, settings: Settings, rounds: int) -> dict[str, list[float]]:
    """Kills of each stage under the supervisor."""
    taken: dict[str, list[float]] = defaultdict(list)
    async with workers(settings):
        for _ in range(rounds):
            await asyncio.sleep(LIVED_SECONDS)
            for stage in STAGES:
                await all_go_on(admin, settings, stage)
                log = settings.home / "logs" / f"{stage}.log"
                written = log.stat().st_size
                first, last = await kill(admin, settings, stage, supervised(stage), PARTITIONS)
                taken[f"{stage}_first"].append(first)
                taken[f"{stage}_last"].append(last)
                for name, seconds in phases(log.read_text()[written:], supervised(stage).create_time()).items():
                    taken[f"{stage}_{name}"].append(seconds)
    return taken


def supervised(stage: str) -> psutil.Process:
    """Our child that runs a stage."""
    return next(child for child in psutil.Process().children() if child.cmdline()[-2:] == ["worker", stage])


async def missed(admin: AIOKafkaAdminClient, settings: Settings, rounds: int) -> dict[str, list[float]]:
    """Kills of one of two workers of each stage, while one of the other stage runs, all without names."""
    taken: dict[str, list[float]] = defaultdict(list)
    for stage, other in (STAGES, STAGES[::-1]):
        running = [Bare(settings, other), Bare(settings, stage)]
        try:
            await all_go_on(admin, settings, stage)
            for _ in range(rounds):
                running.append(Bare(settings, stage))
                while not running[-1].held or running[-1].held | running[-2].held != PARTITIONS:
                    await asyncio.sleep(0.1)
                await all_go_on(admin, settings, stage)
                victim = running.pop(1)
                first, last = await kill(admin, settings, stage, victim.process, victim.held)
                taken[f"{stage}_first"].append(first)
                taken[f"{stage}_last"].append(last)
                victim.end()
        finally:
            for one in running:
                one.end()
    return taken


class Bare:
    """A worker that nobody supervises."""

    def __init__(self, settings: Settings, stage: str) -> None:
        ours = {"TOCSIN_HOME": str(settings.home), "TOCSIN_MEMBER": "", "TOCSIN_METRICS_PORT": "0"}
        self._log = Path(tempfile.mkstemp(dir=settings.home / "logs", suffix=".log")[1])
        with self._log.open("ab") as log:
            self.process = psutil.Popen(
                [console_script(), "worker", stage], env={**os.environ, **ours}, stdin=subprocess.DEVNULL, stderr=log
            )

    @property
    def held(self) -> frozenset[int]:
        """Its partitions."""
        return held_by(self._log)

    def end(self) -> None:
        """In order, if it still runs."""
        self.process.terminate()
        self.process.wait(20)


async def measure(settings: Settings, rounds: int) -> dict[str, object]:
    """All figures, in seconds."""
    admin = AIOKafkaAdminClient(**client_options(settings))
    await admin.start()
    try:
        async with arriving(settings):
            found = {
                "restarted": await restarted(admin, settings, rounds),
                "missed": await missed(admin, settings, rounds),
            }
    finally:
        await admin.close()
    result: dict[str, object] = {"rounds": rounds}
    for way, taken in found.items():
        for name, seconds in taken.items():
            result[f"{way}_{name}_seconds"] = round(statistics.median(seconds), 2)
            if name.endswith(("first", "last")):
                result[f"{way}_{name}_worst"] = round(max(seconds), 2)
    return result


def main() -> None:
    """Print the figures."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), partitions=len(PARTITIONS), metrics_port=_PORT)
        broker = Broker(settings)
        broker.start()
        try:
            topics.create(settings)
            tell(asyncio.run(measure(settings, rounds)))
        finally:
            broker.stop()


if __name__ == "__main__":
    main()
