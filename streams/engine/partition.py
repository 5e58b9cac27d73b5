"""Works through one input partition, batch by batch, each in one transaction."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from aiokafka import ConsumerRecord, TopicPartition

from schemas import Headers
from streams.engine.contract import Effects, Record, Step
from streams.engine.limits import StopLimit, Tolerance
from streams.engine.queue import Queue
from streams.engine.session import Place, Session, open_session
from streams.engine.transport import Batch
from streams.engine.work import Done, Limits, letters, marked, work
from streams.errors import TocsinError
from streams.metrics import Metrics

log = logging.getLogger(__name__)

_BACKOFF_SECONDS = (0.1, 3.0)
"""The first wait after an error, doubling to the last."""


class Group(Protocol):
    """What a partition asks of the consumer group's member it runs in."""

    @property
    def generation(self) -> int:
        """The group's generation; a change means others may have worked on our partitions."""

    def assigned(self, tp: TopicPartition) -> bool:
        """Whether the partition is ours now."""

    def pause(self, tp: TopicPartition) -> None:
        """Stop fetching."""

    def resume(self, tp: TopicPartition) -> None:
        """Fetch again."""

    async def seek(self, tp: TopicPartition, offset: int) -> None:
        """Fetch from `offset` next."""


@dataclass(frozen=True)
class Job:
    """What is the same for all partitions of an engine."""

    step: Step
    limits: Limits
    tolerance: Tolerance
    headers: Headers
    metrics: Metrics
    executor: Executor
    group: Group
    committed: Callable[[Effects], None]
    fatal: Callable[[Exception], Awaitable[None]]


class Partition:
    """Owns the queue, the session and the task of one input partition.

    `last_progress`: monotonic seconds of the last commit, of the last step of a restore, or of an empty queue.
    """

    def __init__(self, job: Job, place: Place) -> None:
        self.job, self.place, self.tp = job, place, place.tp
        self.queue, self.session, self.generation = Queue(), None, -1
        self.last_progress = time.monotonic()
        self.idle = asyncio.Event()
        self._wake = asyncio.Event()
        self._stopping, self._working = False, 0
        self._limit = self._fresh_limit()
        self._task = asyncio.create_task(self._run(), name=f"partition-{place.tp.topic}-{place.tp.partition}")

    session: Session | None

    def offer(self, batch: Batch) -> None:
        """Take a fetched batch; never waits."""
        self.queue.put(batch)
        if self.queue.full:
            self.job.group.pause(self.tp)
        self._wake.set()

    @property
    def unfinished(self) -> int:
        """Records that wait or are being worked on."""
        return self.queue.records + self._working

    def clear(self) -> None:
        """Forget what waits; what is being worked on goes on."""
        self.queue.clear()
        self.job.group.resume(self.tp)

    async def stop(self) -> None:
        """After the batch in work, if it ends in time: drop the session. The next owner need not wait for us."""
        self._stopping = True
        self._task.cancel()
        await asyncio.wait([self._task], timeout=1)
        if self.session:
            await self.session.abandon()

    async def _run(self) -> None:
        while True:
            if not self.queue:
                self._wake.clear()
                self.idle.set()
                self.last_progress = time.monotonic()
                await self._wake.wait()
                self.last_progress = time.monotonic()  # waiting for work is no stall
            self.idle.clear()
            if not self.queue:
                continue
            batch = self.queue.take()
            if self.queue.low:
                self.job.group.resume(self.tp)
            self._working = len(batch.records)
            try:
                await self._until_done(batch)
            except TocsinError as error:
                self.idle.set()
                await self.job.fatal(error)
                return
            finally:
                self._working = 0

    async def _until_done(self, batch: Batch) -> None:
        """Whatever infrastructure does: keep the batch, back off, open again, and do it again."""
        wait = _BACKOFF_SECONDS[0]
        while not self._stopping and self.job.group.assigned(self.tp):
            try:
                if await self._advance(batch):
                    return
                wait = _BACKOFF_SECONDS[0]
            except TocsinError:
                raise
            except Exception as error:  # noqa: BLE001 - Kafka's errors are many, the answer to all is the same
                log.warning("%s-%d: %r; trying again", self.tp.topic, self.tp.partition, error)
                self.job.metrics.retries.labels(self.tp.partition).inc()
                await self._abandon()
                await asyncio.sleep(wait)
                wait = min(wait * 2, _BACKOFF_SECONDS[1])

    async def _advance(self, batch: Batch) -> bool:
        """One transaction's worth of `batch`. True when none of it is left."""
        session = self.session or await self._open()
        if batch.end <= session.next:  # seen
            return True
        if batch.start > session.next:
            return await self._gap(session, batch)
        records = [_record(r) for r in batch.records if r.offset >= session.next]
        loop = asyncio.get_running_loop()
        done = await loop.run_in_executor(
            self.job.executor, work, self.job.step, records, session.state, self.job.limits
        )
        end = records[done.used].offset if done.used < len(records) else batch.end
        started = time.monotonic()
        outputs = marked(done.effects.outputs + letters(done.effects, self.job.limits), self.job.headers)
        await session.commit(outputs, done.changes, end)
        self.last_progress = time.monotonic()
        self._measure(session, done, self.last_progress - started)
        self.job.committed(done.effects)
        self._limit.add(done.effects.understood, Counter(letter.reason for _, letter in done.effects.dead_letters))
        return end == batch.end

    async def _gap(self, session: Session, batch: Batch) -> bool:
        """The batch does not follow on: another may have gone on in between, or the fetcher stands elsewhere."""
        log.info("%s-%d: gap, next %d but fetched from %d", *self.tp, session.next, batch.start)
        self.job.metrics.gaps.labels(self.tp.partition).inc()
        if self.generation != self.job.group.generation:
            await self._abandon()
            return False
        self.clear()
        await self.job.group.seek(self.tp, session.next)
        return True

    async def _open(self) -> Session:
        self.generation = self.job.group.generation
        self.session = session = await open_session(self.place, self._moved)
        self._limit = self._fresh_limit()
        self.job.metrics.restore_seconds.labels(self.tp.partition).set(session.restore_seconds)
        self.job.metrics.state_keys.labels(self.tp.partition).set(len(session.state))
        log.info("%s-%d: open at %d with %d keys", *self.tp, session.next, len(session.state))
        if session.lost:
            self.job.metrics.offsets_lost.labels(self.tp.partition).inc(session.lost)
            log.error("%s-%d: retention deleted %d offsets before they were read", *self.tp, session.lost)
        return session

    def _moved(self) -> None:
        self.last_progress = time.monotonic()

    def _fresh_limit(self) -> StopLimit:
        return StopLimit(f"{self.tp.topic}-{self.tp.partition}", self.job.tolerance)

    async def _abandon(self) -> None:
        if self.session:
            await self.session.abandon()  # if we are stopped in here, `stop` does it again
            self.session = None

    def _measure(self, session: Session, done: Done, commit_seconds: float) -> None:
        metrics, name, now_ms = self.job.metrics, self.job.step.name, time.time() * 1000
        metrics.records_in.labels(self.tp.topic).inc(done.used)
        for topic, count in Counter(output.topic for output in done.effects.outputs).items():
            metrics.records_out.labels(topic).inc(count)
        for _, letter in done.effects.dead_letters:
            metrics.dead_letters.labels(letter.reason).inc()
        metrics.batch_seconds.labels(name).observe(done.seconds)
        metrics.commit_seconds.labels(name).observe(commit_seconds)
        metrics.state_keys.labels(self.tp.partition).set(len(session.state))
        for (metric, labels), count in done.effects.counts.items():
            metrics.count(metric, labels, count)
        for metric, since_ms in done.effects.ages:
            metrics.observe(metric, max(0.0, (now_ms - since_ms) / 1000))
        clock_ms = done.effects.clock_ms
        if clock_ms is not None:
            metrics.clock_delay.labels(self.tp.partition).set_function(lambda: time.time() - clock_ms / 1000)


def _record(record: ConsumerRecord) -> Record:
    return Record(
        record.topic,
        record.partition,
        record.offset,
        record.timestamp,
        record.key,
        record.value,
        tuple((name, value or b"") for name, value in record.headers) if record.headers else (),
    )
