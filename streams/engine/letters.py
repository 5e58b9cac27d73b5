"""Dead letters: which there are, what is told of them, and which of them are handled.

A letter is handled when a marker stands behind it in its partition; `retrying.py` writes it.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from schemas import DeadLetter
from schemas.dead_letter import OMITTED, Handled
from streams.broker.topics import TOPICS
from streams.engine.consumer import make_consumer
from streams.engine.contract import Output
from streams.engine.steps import TICK
from streams.engine.work import Limits
from streams.errors import InputError, ServiceError
from streams.settings import Settings

_INPUTS = {topic.name: topic.max_bytes for topic in TOPICS if topic.name in ("articles", "matches")}
"""The topics that steps read, and the largest record of each: only from there a letter can have come."""
_WAIT_SECONDS = 60.0
"""More than a transaction of a killed worker stays open."""
_MAX_CHARACTERS = 500
"""Of any one thing that is told of a letter: headers may be as large as the record."""
FOREIGN = "foreign"
"""The reason of a record that is no letter of ours."""

At = tuple[int, int]
"""Partition and offset in `dead-letters`."""
How = Literal["retried", "dropped"]


@dataclass(frozen=True, slots=True)
class Letter:
    """One record of `dead-letters`, without its bytes. `why` is its last death; None: it is no letter of ours.

    `received_ms`: when it was received before that. `source`: the article's, where the bytes can be read as such.
    `obstacle`: why it cannot be retried, or nothing.
    """

    at: At
    why: DeadLetter | None
    deaths: int
    received_ms: int
    source: str
    obstacle: str
    handled: How | None = None

    @property
    def reason(self) -> str:
        """For machines."""
        return self.why.reason if self.why else FOREIGN

    @property
    def step(self) -> str:
        """Where it died; nothing where nobody knows."""
        return self.why.step if self.why else ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters: those that meet all that is said. `places`, where there are any, are the only ones.

    Received in [since_ms, until_ms).
    """

    reason: str | None = None
    source: str | None = None
    step: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    places: frozenset[At] = frozenset()

    def __call__(self, letter: Letter) -> bool:
        """Whether it is one of them."""
        return (
            (not self.places or letter.at in self.places)
            and self.reason in (None, letter.reason)
            and self.source in (None, letter.source)
            and self.step in (None, letter.step)
            and (self.since_ms is None or self.since_ms <= letter.received_ms)
            and (self.until_ms is None or letter.received_ms < self.until_ms)
        )


async def find(settings: Settings, clients: Mapping[str, Any], wanted: Wanted, *, handled: bool) -> list[Letter]:
    """Those in the topic now, in order of receipt; with `handled`, also those that were retried or dropped.

    Raises ServiceError where Kafka or the topic cannot be had, InputError where it has other partitions than we.
    """
    with kafka_errors(settings):
        async with reader(settings, clients) as consumer:
            tps = await partitions(settings, consumer)
            return await scan(settings, consumer, await consumer.end_offsets(tps), wanted, handled=handled)


async def fetch(settings: Settings, clients: Mapping[str, Any], at: At) -> tuple[Letter, ConsumerRecord]:
    """One of them with its bytes. Raises as `find`, and InputError where none stands there."""
    with kafka_errors(settings):
        async with reader(settings, clients) as consumer:
            tps = await partitions(settings, consumer)
            letter = record = None
            if at[0] < len(tps):
                tp = tps[at[0]]
                first, end = await consumer.beginning_offsets([tp]), await consumer.end_offsets([tp])
                start = max(first[tp], min(at[1], end[tp]))
                async for each in between(consumer, {tp: start}, end):
                    marker = _marker(each)
                    if marker is None and each.offset == at[1]:
                        letter, record = _letter(settings, each), each
                    elif letter is None or record is None:
                        break
                    elif marker and marker.offset == at[1]:
                        return replace(letter, handled=marker.how), record
    if letter is None or record is None:
        raise nowhere([at])
    return letter, record


async def scan(
    settings: Settings, consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int], wanted: Wanted, *, handled: bool
) -> list[Letter]:
    """As `find`, of what stands before `ends`. Holds what is told of the letters, never their bytes."""
    found: dict[At, Letter] = {}
    async for record in between(consumer, await consumer.beginning_offsets(list(ends)), ends):
        marker = _marker(record)
        if marker is None:
            letter = _letter(settings, record)
            if wanted(letter):
                found[letter.at] = letter
        elif (marked := found.pop((marker.partition, marker.offset), None)) and handled:
            found[marked.at] = replace(marked, handled=marker.how)
    return sorted(found.values(), key=lambda letter: (letter.received_ms, letter.at))


def nowhere(places: Iterable[At]) -> InputError:
    """What is raised where nothing stands."""
    told = ", ".join(f"{partition}/{offset}" for partition, offset in sorted(places)[:10])
    return InputError(f"no dead letter at {told}; `tocsin dead-letters ls` lists them")


def source_of(value: bytes | None) -> str:
    """The source that an article or a match names, as far as its bytes can be read."""
    try:
        told = json.loads(value or b"")
    except (ValueError, RecursionError):
        return ""
    source = told.get("source") if isinstance(told, dict) else None
    return source[:_MAX_CHARACTERS] if isinstance(source, str) else ""


def _marker(record: ConsumerRecord) -> Handled | None:
    """None: it is a letter, or a foreign record."""
    marker = Handled.from_headers(record.headers) if record.value is None else None
    return marker if marker and marker.partition == record.partition and marker.offset < record.offset else None


def _letter(settings: Settings, record: ConsumerRecord) -> Letter:
    history = DeadLetter.history(record.headers)
    why = history[-1] if history else None
    obstacle = _obstacle(settings, record, why)
    if why:
        why = why.model_copy(update={name: text[:_MAX_CHARACTERS] for name, text in why if isinstance(text, str)})
    received_ms = why.timestamp_ms if why else record.timestamp
    source = source_of(record.value)
    return Letter((record.partition, record.offset), why, len(history), received_ms, source, obstacle)


def _obstacle(settings: Settings, record: ConsumerRecord, why: DeadLetter | None) -> str:
    """Headers may say anything: what is written goes to an input of ours, or nowhere."""
    if why is None:
        return "it does not say where it came from"
    name = next((name for name in _INPUTS if settings.topic(name) == why.topic), None)
    if name is None:
        return f"it says it came from {why.topic[:_MAX_CHARACTERS]}, which no worker of ours reads"
    if not 0 <= why.partition < settings.partitions:
        return f"{why.topic} has no partition {why.partition}"
    if TICK in record.headers:
        return "it is a tick, which never dies"
    headers = tuple((name, value or b"") for name, value in record.headers)
    if omitted := dict(headers).get(OMITTED):
        size, place = omitted[:20].decode("ascii", "replace"), f"{why.topic}/{why.partition}/{why.offset}"
        return f"its {size} bytes were too many to be kept; they stand at {place} as long as that topic keeps them"
    if Limits("", {why.topic: _INPUTS[name]}).too_large(Output(why.topic, record.key, record.value, headers)):
        return f"with its history it is larger than {why.topic} takes"
    return ""


@contextmanager
def kafka_errors(settings: Settings) -> Iterator[None]:
    """What goes wrong in reading as ServiceError."""
    try:
        yield
    except KafkaError as error:
        raise ServiceError(f"reading {settings.topic('dead-letters')}: {error!r}") from error


@asynccontextmanager
async def reader(
    settings: Settings, clients: Mapping[str, Any], isolation: str = "read_committed"
) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer. Raises ServiceError where there is no such topic."""
    topic = settings.topic("dead-letters")
    consumer = make_consumer(clients, isolation_level=isolation)
    try:
        await consumer.start()
        if topic not in await consumer.topics():
            raise ServiceError(f"there is no topic {topic}: `tocsin topics create` or `tocsin up`")
        yield consumer
    finally:
        await consumer.stop()


async def partitions(settings: Settings, consumer: AIOKafkaConsumer) -> list[TopicPartition]:
    """All of the topic. Raises InputError where they are not as many as ours: letters would be missed."""
    topic = settings.topic("dead-letters")
    await consumer.end_offsets([TopicPartition(topic, 0)])  # from now on it knows of the topic
    count = len(consumer.partitions_for_topic(topic) or ())
    if count != settings.partitions:
        raise InputError(
            f"{topic} has {count} partitions and TOCSIN_PARTITIONS is {settings.partitions}: set it to {count}"
        )
    return [TopicPartition(topic, number) for number in range(count)]


async def between(
    consumer: AIOKafkaConsumer, starts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> AsyncIterator[ConsumerRecord]:
    """What is committed of [start, end) of each partition, once the transactions that are open there have ended.

    Raises ServiceError where one stays open.
    """
    left = {tp for tp, start in starts.items() if start < ends[tp]}
    consumer.assign(left)
    for tp in left:
        consumer.seek(tp, starts[tp])
    moved = time.monotonic()
    while left:
        for tp, records in (await consumer.getmany(*left, timeout_ms=200)).items():
            for record in records:
                if record.offset < ends[tp]:
                    yield record
            moved = time.monotonic()
        left -= {tp for tp in left if await consumer.position(tp) >= ends[tp]}
        if time.monotonic() - moved > _WAIT_SECONDS:
            raise ServiceError(f"an open transaction holds back who reads {next(iter(left)).topic}: try again later")
