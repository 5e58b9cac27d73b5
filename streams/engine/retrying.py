"""Retrying or dropping dead letters, each exactly once.

A marker and the retried record are written in one transaction, by a producer of one name that is opened **before** the
topic is read: who had the name cannot commit any more, and all that it did commit is read. So a killed command, or two
at once, handle no letter twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalOperation, KafkaError, ProducerFenced

from schemas.dead_letter import Handled
from streams.engine.contract import Output
from streams.engine.letters import At, How, Letter, Wanted, between, kafka_errors, nowhere, partitions, reader, scan
from streams.engine.transaction import drop, open_producer, transact
from streams.errors import ServiceError
from streams.settings import Settings

_LETTERS, _BYTES = 200, 4 << 20
"""Of one transaction at most; a single letter may be larger."""
_TIMEOUT_MS = 10_000
"""For so long, and some seconds more, the open transaction of a killed command holds up the readers of its topics."""

Progress = Callable[[int, int], None]
"""Is told how many of how many letters are done."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the letters that were wanted. `left`: those that cannot be retried, or were handled before."""

    done: tuple[Letter, ...]
    left: tuple[Letter, ...]


async def plan(how: How, settings: Settings, clients: Mapping[str, Any], wanted: Wanted) -> Outcome:
    """What `handle` would do now. Raises what it raises."""
    with kafka_errors(settings):
        async with reader(settings, clients) as consumer:
            return await _sort_out(how, settings, clients, consumer, wanted)


async def handle(
    how: How, settings: Settings, clients: Mapping[str, Any], wanted: Wanted, progress: Progress
) -> Outcome:
    """Retry or drop all that are wanted, each exactly once, whoever else does so and whenever one of us is killed.

    A retried record goes to where it came from, with its key, its bytes and its headers, its deaths among them.
    Raises ServiceError where Kafka fails, and, before anything is done, InputError where nothing stands at a place
    that is wanted.
    """
    done: list[Letter] = []
    try:
        producer = await open_producer(clients, settings.topic("dead-letters"), _TIMEOUT_MS)  # 1: fence
        try:
            async with reader(settings, clients) as consumer:
                found = await _sort_out(how, settings, clients, consumer, wanted)  # 2: read
                progress(0, len(found.done))
                async for batch in _batches(settings, consumer, {letter.at: letter for letter in found.done}):
                    outputs = [output for letter, record in batch for output in _outputs(how, letter, record)]
                    await transact(producer, outputs, {})  # 3: write
                    done += (letter for letter, _ in batch)
                    progress(len(done), len(found.done))
        finally:
            await drop(producer)
    except (ProducerFenced, IllegalOperation) as error:  # the latter where the former struck between two sends
        text = "another `tocsin dead-letters` took over, or Kafka stood still: call it again"
        raise ServiceError(f"{text}. {len(done):,} letters were {how} here, and none is twice") from error
    except (KafkaError, TimeoutError) as error:
        text = f"Kafka failed ({error!r}): call it again"
        raise ServiceError(f"{text}. {len(done):,} letters were {how}, and none is twice") from error
    return Outcome(tuple(done), found.left)


async def _sort_out(
    how: How, settings: Settings, clients: Mapping[str, Any], consumer: AIOKafkaConsumer, wanted: Wanted
) -> Outcome:
    tps = await partitions(settings, consumer)
    # Not the ends of what is committed: the open transaction of a worker may stand before a marker that counts.
    async with reader(settings, clients, "read_uncommitted") as all_there_is:
        ends = await all_there_is.end_offsets(tps)
    named = Wanted(places=wanted.places) if wanted.places else wanted
    found = await scan(settings, consumer, ends, named, handled=bool(wanted.places))
    if missing := wanted.places - {letter.at for letter in found}:
        raise nowhere(missing)
    found = [letter for letter in found if wanted(letter)]
    cannot = {letter.at for letter in found if letter.handled or (how == "retried" and letter.obstacle)}
    return Outcome(
        tuple(letter for letter in found if letter.at not in cannot),
        tuple(letter for letter in found if letter.at in cannot),
    )


async def _batches(
    settings: Settings, consumer: AIOKafkaConsumer, todo: Mapping[At, Letter]
) -> AsyncIterator[list[tuple[Letter, ConsumerRecord]]]:
    """The letters with their bytes, a transaction's worth each, in the order of their partitions, so of their keys."""
    starts: dict[TopicPartition, int] = {}
    ends: dict[TopicPartition, int] = {}
    for partition, offset in todo:
        tp = TopicPartition(settings.topic("dead-letters"), partition)
        starts[tp], ends[tp] = min(starts.get(tp, offset), offset), max(ends.get(tp, 0), offset + 1)
    batch: list[tuple[Letter, ConsumerRecord]] = []
    size = 0
    async for record in between(consumer, starts, ends):
        letter = todo.get((record.partition, record.offset))
        if letter is None:
            continue
        weight = len(record.value or b"")
        if batch and (len(batch) == _LETTERS or size + weight > _BYTES):
            yield batch
            batch, size = [], 0
        batch.append((letter, record))
        size += weight
    if batch:
        yield batch


def _outputs(how: How, letter: Letter, record: ConsumerRecord) -> Iterable[Output]:
    if how == "retried":
        assert letter.why
        assert not letter.obstacle
        yield Output(letter.why.topic, record.key, record.value, tuple(record.headers), letter.why.partition)
    marker = Handled(how=how, partition=record.partition, offset=record.offset)
    yield Output(record.topic, marker.place, None, marker.headers(), record.partition)
