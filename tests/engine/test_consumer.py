"""Header names that are not UTF-8: such records are read like any other, and hold nobody up."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from hypothesis import example, given
from hypothesis import strategies as st

from schemas import DeadLetter, Report
from streams.archive.replay import copy_articles, replay_settings
from streams.broker import topics
from streams.broker.connection import client_options
from streams.engine.idle import until_idle
from streams.settings import Settings
from tests.engine.spoiled import READ_AS, sealed, write_batch
from tests.product import Workers, everything

CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}


class Name(str):
    """Written as these bytes."""

    raw: bytes

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return self.raw


def header(raw: bytes) -> tuple[str, bytes]:
    name = Name()
    name.raw = raw
    return name, b"\xff"


def batch_of(base: int, names: list[bytes], codec: int = 0) -> bytes:
    """A record for each name; its offsets begin at `base`."""
    builder = _DefaultRecordBatchBuilderPy(2, codec, 0, -1, -1, -1, 1 << 20)
    for number, name in enumerate(names):
        builder.append(number, 1000 + number, b"k", b"%d" % (base + number), [header(name), ("none", None)])
    return base.to_bytes(8, "big") + bytes(builder.build())[8:]


def records_of(data: bytes, start: int = 0) -> fetcher.PartitionRecords:
    """What aiokafka makes of a fetch from the offset `start` on."""
    return fetcher.PartitionRecords(
        TopicPartition("t", 0), fetcher.MemoryRecords(data), [], start, None, None, True, fetcher.READ_COMMITTED
    )


def read_as(name: bytes) -> str:
    return name.decode("utf-8", "replace").replace("\ufffd", "?")


NAMES = st.one_of(st.binary(max_size=5), st.text(max_size=5).map(str.encode), st.just(b"own"))


@given(st.lists(st.lists(NAMES, min_size=1, max_size=4), max_size=6), st.sampled_from(sorted(CODECS)), st.data())
@example([[b"own"], [b"\xff", b"own", b"\xfe"], [b"\xed\xa0\x80"], [b"own"]], "none", None)
def test_every_record_is_read_once_and_in_order_from_wherever_it_is_begun(
    batches: list[list[bytes]], codec: str, data: st.DataObject | None
) -> None:
    names = [name for batch in batches for name in batch]
    # A broker's answer begins with the batch that holds the offset.
    start = data.draw(st.integers(0, len(batches[0]) - 1)) if data and batches else 0
    raw, base = b"", 0
    for batch in batches:
        raw += batch_of(base, batch, CODECS[codec])
        base += len(batch)
    records = records_of(raw, start)
    assert [(r.offset, r.timestamp >= 1000, r.value, r.headers) for r in records] == [
        (offset, True, b"%d" % offset, ((read_as(name), b"\xff"), ("none", None)))
        for offset, name in enumerate(names)
        if offset >= start
    ]
    assert records.next_fetch_offset == len(names)
    assert all(len(read_as(name).encode()) <= len(name) for name in names), "it might be too large to be passed on"


def test_as_many_spoiled_batches_as_a_fetch_can_hold_are_read() -> None:
    count = 5000
    raw = b"".join(batch_of(number, [b"\xff"]) for number in range(count))
    assert [record.offset for record in records_of(raw)] == list(range(count))


@pytest.mark.parametrize("at", [-1, 57, 61])
def test_what_is_corrupt_is_an_error_behind_what_is_not(at: int) -> None:
    bad = bytearray(batch_of(1, [b"\xff", b"own"]))
    bad[at] ^= 0x55
    for broken in (bytes(bad), sealed(bytes(bad))):  # the checksum tells; only the parser can tell
        records = records_of(batch_of(0, [b"own"]) + broken)
        assert next(records).offset == 0
        with pytest.raises(CorruptRecordException):
            list(records)


def test_it_is_the_same_without_the_extension_in_c() -> None:
    chosen = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", "every_record or corrupt"]
    done = subprocess.run(chosen, env={**os.environ, "AIOKAFKA_NO_EXTENSIONS": "1"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def article(number: int) -> bytes:
    told = {"id": f"a-{number}", "source": "Wire", "published_at": "2024-05-01T12:00:00Z"}
    return json.dumps({**told, "text": f"Norway imposed sanctions on Iran. {number}"}).encode()


@pytest.mark.kafka
@pytest.mark.timeout(200)
async def test_the_read_worker_reads_it_among_others_and_its_dead_letter_and_its_replay_keep_it(
    settings: Settings, tmp_path: Path
) -> None:
    good, clients = [article(number) for number in range(20)], client_options(settings)
    spoiled, live = {good[7]: (), b"{bad": (("own", b"2"),)}, settings.topic("articles")
    for partition in range(settings.partitions):
        await write_batch(settings, live, partition, good[partition : partition + 1], {})
    await write_batch(settings, live, 0, [*good[4:10], b"{bad"], spoiled)
    workers = Workers(settings, tmp_path)
    for stage in ("read", "watch"):
        workers.start(stage)
    try:
        for partition in range(settings.partitions):
            await write_batch(settings, live, partition, good[10 + partition :: settings.partitions], spoiled)
        await asyncio.wait_for(until_idle(settings, clients), 60)
        workers.stop()
    finally:
        workers.kill()
    assert not workers.exits

    reports = [Report.model_validate_json(record.value) for record in await everything(settings, "reports")]
    assert sorted(report.article_id for report in reports) == sorted(f"a-{number}" for number in range(20))
    (letter,) = await everything(settings, "dead-letters")
    assert (letter.value, letter.headers[:2]) == (b"{bad", ((READ_AS, b"1"), ("own", b"2")))
    assert DeadLetter.from_headers(letter.headers).reason == "invalid_json"

    replay = replay_settings(settings)
    assert replay.replay_id
    topics.create(replay)
    try:
        copied = await copy_articles(settings, replay, clients, from_ms=None, to_ms=None, done=lambda done, of: None)
        told = {r.value: r.headers[0] for r in await everything(replay, "articles") if r.value in spoiled}
    finally:
        topics.delete_replay(settings, replay.replay_id)
    assert copied.records >= 21
    assert told == dict.fromkeys(spoiled, (READ_AS, b"1"))
