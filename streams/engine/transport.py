"""Faust's transport, changed so that one fetch of a partition is one event, and raw.

A quarter of the cost of Faust's record at a time, with more guaranteed (docs/engine.md). The private names of Faust
and aiokafka that are used here are asserted in tests/engine/test_private_parts.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import faust
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.engine.member import give_up_name, keep_name


@dataclass(slots=True)
class Batch:
    """All committed records of offsets [start, end) of a partition. To Faust it is one record, and its own value.

    Transaction markers and aborted records take offsets too, so the first record's may be above `start`.
    """

    topic: str
    partition: int
    start: int
    end: int
    records: list[ConsumerRecord]
    offset: int
    timestamp: int = 0
    timestamp_type: int = 0
    headers: tuple[()] = ()
    key: None = None
    checksum: None = None
    serialized_key_size: int = 0
    serialized_value_size: int = 0

    @property
    def value(self) -> Batch:
        """Faust hands on a record's value: here the whole batch."""
        return self


class BatchThread(driver.AIOKafkaConsumerThread):
    """The consumer's thread: reads committed records only, and knows which offsets each batch covers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._covered: dict[TP, int] = {}  # the end of what was handed out since the last seek

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # Faust fixes both: it reads uncommitted records unless it runs transactions of its own.
        consumer._isolation_level = "read_committed"
        consumer._fetch_max_wait_ms = 500
        return consumer

    async def on_start(self) -> None:
        await super().on_start()
        if self.app.conf.consumer_group_instance_id:
            keep_name(self._consumer._coordinator, self.app.engine.name_taken)

    async def on_thread_stop(self) -> None:
        if self._consumer is not None:
            give_up_name(self._consumer._coordinator)
        await super().on_thread_stop()

    async def seek_to_committed(self) -> Mapping[TP, int]:
        offsets: Mapping[TP, int] = await self.call_thread(self._seek_to_committed, self._ensure_consumer())
        return offsets

    async def _seek_to_committed(self, consumer: AIOKafkaConsumer) -> Mapping[TP, int]:
        """Faust calls this after it threw away what it had fetched. aiokafka's own does not seek where nothing is
        committed, and waits between one partition and the next: a batch would cover what nobody was given.
        """
        offsets = {tp: await consumer.committed(tp) or 0 for tp in consumer.assignment()}
        for tp, offset in offsets.items():  # no await here: nothing is fetched in between
            consumer.seek(tp, offset)
            self._covered[tp] = offset
        return offsets

    async def _seek_wait(self, consumer: AIOKafkaConsumer, partitions: Mapping[TP, int]) -> None:
        self._covered.update(partitions)
        await super()._seek_wait(consumer, partitions)

    async def _fetch_records(
        self,
        consumer: AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,  # noqa: ASYNC109 - Faust's signature
        max_records: int | None = None,
    ) -> dict[TP, list[Batch]]:
        found: dict[TP, list[ConsumerRecord]] = await super()._fetch_records(
            consumer, active_partitions, timeout=timeout, max_records=max_records
        )
        batches = {}
        for tp, records in found.items():
            start, end = self._covered.get(tp, 0), records[-1].offset + 1
            self._covered[tp] = end
            batches[tp] = [Batch(tp.topic, tp.partition, start, end, records, offset=records[0].offset)]
        return batches

    def behind(self, tp: TopicPartition) -> int | None:
        """Offsets between what has been fetched and the last committed one; None while unknown. Any thread may ask."""
        consumer = self._consumer
        assignment = consumer._subscription.subscription and consumer._subscription.subscription.assignment
        if assignment is None or tp not in assignment.tps:
            return None
        state = assignment.state_value(tp)
        if state.lso is None or not state.has_valid_position:
            return None
        return max(0, int(state.lso) - int(state.position))


class BatchConsumer(driver.Consumer):
    """Asks again soon where Faust sleeps a second: 100 ms at the 99th percentile instead of 1,000."""

    def _new_consumer_thread(self) -> BatchThread:
        return BatchThread(self, loop=self.loop, beacon=self.beacon)

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):
                await self.sleep(0)
                async for _, message in self.getmany(timeout=0.1):
                    await self.wait_first(self.callback(message), self.suspend_flow.wait())
        except (asyncio.CancelledError, *self.consumer_stopped_errors):
            if not self.transport.app.should_stop:
                raise

    async def _wait_next_records(self, timeout: float) -> tuple[dict[TP, list[Batch]], set[TP]]:  # noqa: ASYNC109
        if self.flow_active and not self._get_active_partitions():  # every partition's queue is full
            await self.sleep(0.01)
            return {}, set()
        found: tuple[dict[TP, list[Batch]], set[TP]] = await super()._wait_next_records(timeout)
        return found


class BatchTransport(driver.Transport):
    """Set as an app's transport."""

    Consumer = BatchConsumer


class Raw(faust.Schema):
    """Keys and values as they are: decoding is the step's, so that what cannot be decoded is not lost."""

    def loads_key(self, app: Any, message: Any, **options: Any) -> Any:
        return message.key

    def loads_value(self, app: Any, message: Any, **options: Any) -> Any:
        return message.value
