"""What has been fetched of one partition and waits to be worked on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from aiokafka import ConsumerRecord

from streams.engine.transport import Batch

BATCH_BYTES = 8 << 20
_FULL_RECORDS, _FULL_BYTES = 4000, 16 << 20


def _bytes(records: Iterable[ConsumerRecord]) -> int:
    return sum([len(record.key or b"") + len(record.value or b"") for record in records])


@dataclass
class Queue:
    """Bounded by records and bytes, not by batches: fetching pauses while it is full."""

    _batches: deque[tuple[Batch, int]] = field(default_factory=deque)  # with their bytes
    _records: int = 0
    _bytes: int = 0

    def __bool__(self) -> bool:
        return bool(self._batches)

    @property
    def records(self) -> int:
        """How many wait."""
        return self._records

    @property
    def full(self) -> bool:
        """No more should be fetched."""
        return self._records >= _FULL_RECORDS or self._bytes >= _FULL_BYTES

    @property
    def low(self) -> bool:
        """Fetching may go on."""
        return self._records <= _FULL_RECORDS // 2 and self._bytes <= _FULL_BYTES // 2

    def put(self, batch: Batch) -> None:
        """Append a fetched batch."""
        size = _bytes(batch.records)
        self._batches.append((batch, size))
        self._records += len(batch.records)
        self._bytes += size

    def take(self) -> Batch:
        """The first batch, joined with those that follow on from it, up to BATCH_BYTES."""
        first, size = self._batches.popleft()
        records, end = list(first.records), first.end
        while self._batches:
            batch, more = self._batches[0]
            if batch.start != end or size + more > BATCH_BYTES:
                break
            self._batches.popleft()
            records += batch.records
            end, size = batch.end, size + more
        self._records -= len(records)
        self._bytes -= size
        return Batch(first.topic, first.partition, first.start, end, records, offset=first.offset)

    def clear(self) -> None:
        """Forget everything."""
        self._batches.clear()
        self._records = self._bytes = 0
