"""One worker process: a plan, a Faust worker, its web page, its watchdog, and how it ends."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Hashable, Mapping
from typing import Any

import faust

from streams.engine.app import Engine, Plan, make_app
from streams.engine.contract import Effects
from streams.engine.ticker import Ticker
from streams.engine.watchdog import Watchdog
from streams.engine.web import serve
from streams.errors import TocsinError
from streams.metrics import Metrics

log = logging.getLogger(__name__)


class Worker:
    """Runs a plan until SIGTERM, SIGINT, or an error that a restart or a person has to mend."""

    def __init__(
        self,
        plan: Plan,
        bootstrap: str,
        clients: Mapping[str, Any],
        credentials: Any,
        metrics: Metrics,
        *,
        tick_partitions: int | None = None,
        stall_seconds: float = 120.0,
    ) -> None:
        """`tick_partitions`: append ticks to so many partitions of the plan's topic; None where another keeps time.

        `stall_seconds`: see `Watchdog`.
        """
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        self._loop, self._plan, self._metrics = loop, plan, metrics
        self._app = make_app(plan, bootstrap, credentials)
        self._ticker = Ticker(clients, plan.topic, tick_partitions, metrics) if tick_partitions else None
        self._engine = Engine(self._app, plan, clients, metrics, committed=self._committed, fatal=self._fail)
        self._failure: TocsinError | None = None
        if self._ticker:
            self._app.task(self._keep_time)
        self._watchdog = Watchdog(stall_seconds, loop, self._waiting, clients)

    def run(self, host: str, port: int) -> int:
        """Serve, work, and return the exit code once stopped."""
        port = serve(host, port, self._metrics.registry, self._not_ready, self._refresh)
        log.info("metrics on http://%s:%d/metrics", host, port)
        worker = faust.Worker(
            self._app, loop=self._loop, quiet=True, stdout=sys.stderr, stderr=sys.stderr, override_logging=False
        )
        worker.spinner = None
        self._watchdog.start()
        # What is there now stays for good. Without this the collector walks through knowledge and rules again and again
        # (ticks of 0.3 s), and through a batch while it is made.
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        gc.enable()
        try:
            worker.execute_from_commandline()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        if self._failure:
            log.error("%s", self._failure)
            return self._failure.exit_code
        return code

    def _committed(self, effects: Effects) -> None:
        if self._ticker:
            self._ticker.committed(effects)

    async def _keep_time(self, app: Any) -> None:
        assert self._ticker
        await self._ticker.run()

    async def _fail(self, error: Exception) -> None:
        if self._failure is None:
            self._failure = error if isinstance(error, TocsinError) else TocsinError(repr(error))
            os.kill(os.getpid(), signal.SIGTERM)  # the way out that ends transactions and leaves the group

    def _waiting(self) -> dict[Hashable, object]:
        """The last progress of each partition of ours in which records wait. Asked from other threads."""
        engine, waiting = self._engine, dict[Hashable, object]()
        for tp in engine.running:
            partition = engine.partitions.get(tp)
            if engine.lag(tp) or (partition and partition.unfinished):
                waiting[f"{tp.topic}-{tp.partition}"] = partition and partition.last_progress
        return waiting

    def _not_ready(self) -> str:
        """ "" when assigned and making progress."""
        if not self._engine.running:
            return "no partition is assigned"
        dog = self._watchdog
        return f"no progress for {dog.stalled_seconds:.0f} s while records wait" if dog.worries else ""

    def _refresh(self) -> None:
        self._metrics.lag.clear()
        for tp in self._engine.running:
            lag = self._engine.lag(tp)
            if lag is not None:
                self._metrics.lag.labels(tp.topic, tp.partition).set(lag)


def end_with_parent() -> None:
    """Stop this process when its standard input closes: a supervisor that is killed leaves no orphan."""

    def wait() -> None:
        while os.read(0, 1024):  # not sys.stdin: its lock would be held when the interpreter ends
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()
