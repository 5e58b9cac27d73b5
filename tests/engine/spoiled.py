"""Writes records with a header whose name is not UTF-8. aiokafka writes no such, but a broker takes it from others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.record._crc32c import crc

from schemas import Headers
from streams.broker.connection import client_options
from streams.settings import Settings

_NAME, _STAND_IN = b"own\xff\xfe\xfd\xfc", "ownqqqq"
READ_AS = "own????"
"""What such a name is read as."""


async def write_batch(
    settings: Settings, topic: str, partition: int, values: Sequence[bytes], spoiled: Mapping[bytes, Headers]
) -> None:
    """One batch of records; before the headers of those with a value of `spoiled` stands such a one."""
    producer = AIOKafkaProducer(**client_options(settings), enable_idempotence=False)
    await producer.start()
    try:
        batch = producer.create_batch()
        for value in values:
            headers = [(_STAND_IN, b"1"), *spoiled[value]] if value in spoiled else []
            batch.append(key=b"key", value=value, timestamp=None, headers=headers)
        batch._builder = _Spoiling(batch._builder)
        await (await producer.send_batch(batch, topic, partition=partition))
    finally:
        await producer.stop()


class _Spoiling:
    """Builds what another builder would, with other bytes for the stand-in."""

    def __init__(self, builder: Any) -> None:
        self._builder = builder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._builder, name)

    def build(self) -> bytes:
        return sealed(bytes(self._builder.build()).replace(_STAND_IN.encode(), _NAME))


def sealed(batch: bytes) -> bytes:
    """With the checksum that it should have."""
    checksum: int = crc(batch[21:])
    return batch[:17] + checksum.to_bytes(4, "big") + batch[21:]
