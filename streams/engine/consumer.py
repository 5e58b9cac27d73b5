"""What reads Kafka: a consumer's options, and records whose header names are not UTF-8.

A broker takes such a name, and aiokafka raises at it: one of them would hold everybody who reads its partition for
ever. Here it can be read, from the moment of import on by every consumer of the process, Faust's too. The private
names of aiokafka that are used here are asserted in tests/engine/test_private_parts.py.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchPy

FETCH_BYTES = 10 << 20
"""Of one partition in one fetch: the largest record of any topic fits, and a batch's 8 MiB."""


def make_consumer(clients: Mapping[str, Any], **options: Any) -> AIOKafkaConsumer:
    """Reads committed records from the earliest on and commits no offset, unless `options` say otherwise."""
    told = {
        "isolation_level": "read_committed",
        "auto_offset_reset": "earliest",
        "enable_auto_commit": False,
        "max_partition_fetch_bytes": FETCH_BYTES,
    }
    return AIOKafkaConsumer(**clients, **told | options)


class _Fetched(fetcher.MemoryRecords):  # type: ignore[misc]
    """Of one partition in one fetch: aiokafka's batches, and the bytes that they are made of."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.data = data


class _Records(fetcher.PartitionRecords):  # type: ignore[misc]
    """Those of one partition in one fetch. The C parser reads all batches but those that it fails at."""

    next_fetch_offset: int

    def _unpack_records(self) -> Iterator[ConsumerRecord]:
        place = 0
        while True:
            try:
                yield from super()._unpack_records()
            except (UnicodeDecodeError, CorruptRecordException) as error:
                if not isinstance(error.__cause__ or error, UnicodeDecodeError):  # so says aiokafka's Python parser
                    raise
            else:
                return
            # `_records` stands behind the batch already, and all that is decided by its header has been decided.
            place, end = _batch_of(self.next_fetch_offset, self._records.data, place)
            batch = _Lenient(memoryview(self._records.data)[place:end])
            for record in batch:
                if record.offset >= self.next_fetch_offset:
                    read = self._consumer_record(self._tp, record)
                    self.next_fetch_offset = record.offset + 1
                    yield read
            self.next_fetch_offset, place = batch.next_offset, end


def _batch_of(offset: int, data: bytes, place: int) -> tuple[int, int]:
    """Where, from `place` on, the first batch begins and ends that reaches to `offset` or past it."""
    while True:
        base, length, magic, delta = struct.unpack_from(">qi4xb6xi", data, place)
        end = place + 12 + length
        if magic >= 2 and base + delta >= offset:  # older ones have no headers
            return place, end
        place = end


class _Lenient(_DefaultRecordBatchPy):  # type: ignore[misc]
    """A batch of which any header's name can be read. Forty times slower than the C parser."""

    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _Text(self._buffer)


class _Text(bytearray):
    """`?` for what is no UTF-8: such a name is none of ours, and never longer than it was, so it can be passed on."""

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return _Text(found) if isinstance(index, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        return super().decode(encoding, errors).replace("\N{REPLACEMENT CHARACTER}", "?")


fetcher.MemoryRecords, fetcher.PartitionRecords = _Fetched, _Records
