"""The Faust side of the engine: membership, assignment, fetching and pausing; batches go to their `Partition`."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import faust
from aiokafka import TopicPartition
from faust.tables import TableManager
from faust.types import TP

from schemas import Headers
from streams.engine.consumer import FETCH_BYTES
from streams.engine.contract import Effects, Step
from streams.engine.limits import Tolerance
from streams.engine.partition import Group, Job, Partition
from streams.engine.session import Place
from streams.engine.transport import BatchTransport, Raw
from streams.engine.work import Limits
from streams.errors import InputError
from streams.metrics import Metrics
from streams.store import Store

log = logging.getLogger("streams.engine.group")  # not this module's: Faust logs its own under that

_SETTLE_SECONDS = 5.0
"""How long a rebalance or a stop waits for running batches; a batch is about a second of step time."""


@dataclass(frozen=True)
class Plan:
    """What one engine runs: a step over one topic, as one consumer group; `member` is its name there, if it has one.

    `accept`: see `Place`.
    """

    group: str
    topic: str
    changelog: str | None
    step: Step
    limits: Limits
    tolerance: Tolerance = field(default_factory=Tolerance)
    headers: Headers = ()
    session_timeout_seconds: float = 6.0
    accept: Callable[[Store], None] | None = None
    member: str | None = None


def make_app(plan: Plan, bootstrap: str, credentials: Any) -> faust.App:
    """A Faust app without any of what loses or doubles records: its tables, its transactions, its offsets."""
    options: dict[str, Any] = {"broker_credentials": credentials} if credentials is not None else {}
    app = _App(
        plan.group,
        broker=[f"kafka://{server}" for server in bootstrap.split(",")],
        store="memory://",
        datadir=f"{tempfile.gettempdir()}/tocsin-{os.getuid()}",  # it wants a folder, and keeps nothing there
        autodiscover=False,
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        stream_wait_empty=False,
        stream_buffer_maxsize=16,  # batches, not records
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=FETCH_BYTES,
        consumer_group_instance_id=plan.member,
        TableManager=_NoTables,
        broker_max_poll_records=500,
        broker_session_timeout=plan.session_timeout_seconds,
        broker_heartbeat_interval=min(1.0, plan.session_timeout_seconds / 3),
        broker_rebalance_timeout=15.0,  # above the longest batch and _SETTLE_SECONDS
        broker_request_timeout=max(15.0, plan.session_timeout_seconds),
        producer_request_timeout=30.0,
        agent_supervisor="mode.CrashingSupervisor",
        worker_redirect_stdouts=False,
        **options,
    )
    app.transport = BatchTransport(app.conf.broker_consumer, app)
    return app


class _NoTables(TableManager):
    """There are none to wait for; Faust waits a second for them at each start."""

    async def on_start(self) -> None:
        await self._update_channels()
        await self.recovery.start()


class _App(faust.App):
    engine: Engine

    async def on_stop(self) -> None:
        await self.engine.stop()  # before Faust leaves the group: nobody may wait for our transactions
        await super().on_stop()


class Engine(Group):
    """Runs a plan's step over the partitions that the group assigns to this process."""

    def __init__(
        self,
        app: faust.App,
        plan: Plan,
        clients: Mapping[str, Any],
        metrics: Metrics,
        *,
        committed: Callable[[Effects], None],
        fatal: Callable[[Exception], Awaitable[None]],
    ) -> None:
        self._app, self._plan, self._clients = app, plan, clients
        self.partitions: dict[TopicPartition, Partition] = {}
        self._assigned: frozenset[TopicPartition] = frozenset()
        self._ready = asyncio.Event()
        # One thread: one core, one process. It keeps the loop free for fetching, heartbeats and shutdown.
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="step")
        self._job = Job(
            plan.step, plan.limits, plan.tolerance, plan.headers, metrics, self._executor, self, committed, fatal
        )
        self._metrics = metrics
        app.engine = self
        app.agent(app.topic(plan.topic, schema=Raw(), acks=False), name=plan.step.name)(self._agent)
        app.on_partitions_revoked.connect(self._on_revoked, weak=False)
        app.on_partitions_assigned.connect(self._on_assigned, weak=False)

    async def stop(self) -> None:
        """End running batches, then drop the sessions, so that the next owners need not wait."""
        self._assigned = frozenset()
        await self._settle()
        await asyncio.gather(*(partition.stop() for partition in self.partitions.values()))
        self._executor.shutdown(wait=False, cancel_futures=True)

    # --- what a partition asks

    async def name_taken(self) -> None:
        """Another process has joined under our name: end, for good, and leave the partitions to it."""
        text = f"another process has joined {self._plan.group} as {self._plan.member} and has taken over its partitions"
        await self._job.fatal(InputError(f"{text}: give each its own TOCSIN_MEMBER"))

    @property
    def generation(self) -> int:
        generation: int = self._app.consumer_generation_id
        return generation

    def assigned(self, tp: TopicPartition) -> bool:
        return tp in self._assigned

    def pause(self, tp: TopicPartition) -> None:
        self._app.consumer.on_buffer_full(TP(*tp))  # Faust's own type: its equal is refused later, by an assert

    def resume(self, tp: TopicPartition) -> None:
        self._app.consumer.on_buffer_drop(TP(*tp))

    async def seek(self, tp: TopicPartition, offset: int) -> None:
        await self._app.consumer._thread.seek_wait({TP(*tp): offset})

    # --- what an operator asks

    @property
    def running(self) -> frozenset[TopicPartition]:
        """The partitions that are ours now."""
        return self._assigned

    def lag(self, tp: TopicPartition) -> int | None:
        """Committed records that are not processed yet; None while unknown."""
        behind: int | None = self._app.consumer._thread.behind(TP(*tp))
        if behind is None:
            return None
        partition = self.partitions.get(tp)
        return behind + (partition.unfinished if partition else 0)

    # --- what Faust tells

    async def _agent(self, stream: Any) -> None:
        async for event in stream.events():
            await self._ready.wait()  # the first batches may come before the assignment is told
            message, batch = event.message, event.value
            if message.generation_id != self.generation:  # of before a rebalance
                continue
            tp = TopicPartition(batch.topic, batch.partition)
            if tp not in self.partitions:
                plan = self._plan
                place = Place(plan.group, tp, plan.changelog, self._clients, plan.accept)
                self.partitions[tp] = Partition(self._job, place)
            self.partitions[tp].offer(batch)

    async def _on_revoked(self, app: faust.App, revoked: Any, **_: Any) -> None:
        self._assigned = frozenset()
        self._ready.clear()
        await self._settle()

    async def _on_assigned(self, app: faust.App, assigned: Any, **_: Any) -> None:
        self._assigned = frozenset(TopicPartition(*tp) for tp in assigned if tp.topic == self._plan.topic)
        for tp in [tp for tp in self.partitions if tp not in self._assigned]:
            await self.partitions.pop(tp).stop()
            self._metrics.forget(tp.partition)
        self._ready.set()
        log.info("assigned %s", sorted(tp.partition for tp in self._assigned))

    async def _settle(self) -> None:
        """No partition leaves in the middle of a transaction, if it can be helped."""
        for partition in self.partitions.values():
            partition.clear()
        waits = [asyncio.create_task(partition.idle.wait()) for partition in self.partitions.values()]
        if waits:
            _, late = await asyncio.wait(waits, timeout=_SETTLE_SECONDS)
            for wait in late:
                wait.cancel()
