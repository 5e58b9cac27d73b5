"""What `up` and `replay` run: a broker with topics, and one worker of each stage, ended in order."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import AsyncIterator, Awaitable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from streams.broker import topics
from streams.broker.connection import client_options
from streams.broker.kafka import Broker
from streams.cli.output import err, say
from streams.engine.supervisor import Child, Supervisor
from streams.errors import ServiceError, TocsinError
from streams.settings import Settings

_PORTS = {"read": 9464, "watch": 9465}
_READY_SECONDS = 60.0


@contextmanager
def broker(settings: Settings) -> Iterator[None]:
    """The embedded broker, stopped at the end if it is ours to stop; or the cluster of TOCSIN_KAFKA.

    Not asynchronous: Ctrl-C and SIGTERM then interrupt a first download where it stands.
    """
    if settings.kafka:
        yield
        return
    embedded = Broker(settings)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        embedded.start(say)
        yield
    finally:
        if (running := embedded.running()) and running.is_ours_to_stop:
            embedded.stop()


async def _keep_broker(settings: Settings) -> None:
    """Start the embedded broker again when it dies; the workers ride it out."""
    if settings.kafka:
        return
    embedded = Broker(settings)
    while True:
        await asyncio.sleep(1)
        if await asyncio.to_thread(embedded.running):
            continue
        err.print("the broker ended, starting it again", style="yellow", markup=False)
        try:
            await asyncio.to_thread(embedded.start, say)
        except ServiceError as error:
            err.print(str(error), style="yellow", markup=False)
            await asyncio.sleep(5)


async def make_topics(settings: Settings) -> None:
    """All of them, and a word on each that is not as it should be."""
    began = time.monotonic()
    made = await asyncio.to_thread(topics.create, settings)
    drift = await asyncio.to_thread(topics.check, settings)
    say("topics", time.monotonic() - began, f"{len(made)} made, {len(topics.TOPICS) - len(made)} found")
    for found in drift:
        text = f"  drift: {found.topic}: {found.setting} is {found.found}, not {found.wanted}; `tocsin topics check`"
        err.print(text, style="yellow", markup=False)


@dataclass(frozen=True)
class Workers:
    """What runs: ports of the metrics by stage, what Kafka clients are made with, who keeps it running.

    `member`: the workers' name in their groups, so that one which is started again need not wait to be missed.
    """

    settings: Settings
    ports: dict[str, int]
    clients: dict[str, Any]
    supervisor: Supervisor
    member: str

    async def until(self, *work: Awaitable[None]) -> None:
        """Until one of `work` is done. Raises what it raises, or what a worker that has stopped for good stands for."""
        tasks = [*map(asyncio.ensure_future, work), asyncio.create_task(self.supervisor.failed.wait())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if self.supervisor.failed.is_set():
                raise _failure(self.supervisor.exit_code)
            for task in done:
                await task
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def start(self) -> None:
        """One of each stage. Returns when they are ready."""
        began = time.monotonic()
        for stage, port in self.ports.items():
            self.supervisor.start(_child(self.settings, stage, port, self.member))
        await self.until(_until_ready(self.settings, self.ports))
        say("workers", time.monotonic() - began, "read and watch are ready")

    async def restart(self) -> None:
        """All end before one starts: matches of new rules would mean nothing to an old watch."""
        await self.supervisor.stop()
        await self.start()


def _failure(code: int) -> TocsinError:
    """An error that ends us with the worker's own exit code."""
    error = TocsinError("a worker stopped for good; what it said stands above")
    error.exit_code = code
    return error


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run until it is done. Ctrl-C and SIGTERM cancel it, once however often they come, so that all ends in order."""

    async def guarded() -> None:
        task = asyncio.current_task()
        assert task
        stopping = False

        def stop() -> None:
            nonlocal stopping
            if not stopping:
                stopping = True
                task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop)
        try:
            await main
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None

    asyncio.run(guarded())


@asynccontextmanager
async def workers(settings: Settings) -> AsyncIterator[Workers]:
    """One of each stage, supervised and ready."""
    supervisor = Supervisor(lambda text: err.print(text, style="yellow", markup=False))
    member = settings.member or f"up-{uuid.uuid4().hex[:12]}"  # another `up` may run on the same cluster
    running = Workers(settings, _ports(settings), client_options(settings), supervisor, member)
    keeping = asyncio.create_task(_keep_broker(settings))
    try:
        await running.start()
        yield running
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await supervisor.stop()


def _child(settings: Settings, stage: str, port: int, member: str) -> Child:
    home = settings.home.absolute()
    environment = {
        "TOCSIN_HOME": str(home),
        "TOCSIN_PREFIX": settings.prefix,
        "TOCSIN_METRICS_PORT": str(port),
        "TOCSIN_MEMBER": member,
    }
    if settings.seeds:
        environment["TOCSIN_SEEDS"] = str(settings.seeds.absolute())
    if settings.replay_id:
        environment["TOCSIN_REPLAY_ID"] = settings.replay_id
    name = f"{stage}-{settings.replay_id}" if settings.replay_id else stage
    return Child(f"worker {stage}", ("worker", stage), environment, home / "logs" / f"{name}.log")


async def _until_ready(settings: Settings, ports: dict[str, int]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    for stage, port in ports.items():
        while not await asyncio.to_thread(_is_ready, f"http://{settings.metrics_host}:{port}/readyz"):
            if time.monotonic() > deadline:
                raise ServiceError(f"worker {stage} does not get ready; see {settings.home}/logs/{stage}.log")
            await asyncio.sleep(0.1)


def _is_ready(url: str) -> bool:
    with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310
        return bool(answer.status == 200)
    return False


def _ports(settings: Settings) -> dict[str, int]:
    """TOCSIN_METRICS_PORT and the next; else the usual ones; else, as in a replay beside them, free ones."""
    if settings.metrics_port and not settings.replay_id:
        return {stage: settings.metrics_port + number for number, stage in enumerate(_PORTS)}
    return {stage: _free(settings.metrics_host, port) for stage, port in _PORTS.items()}


def _free(host: str, wanted: int) -> int:
    for port in (wanted, 0):
        with suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            found: int = probe.getsockname()[1]
            return found
    raise ServiceError(f"no free port on {host}")
