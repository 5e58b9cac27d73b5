"""From an alert back to the matches, reports and articles that it was made of, and where each of them stands."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner
from pydantic import BaseModel

from schemas import Alert, Article, Evidence, Match, Report
from streams.engine.consumer import make_consumer
from streams.errors import ServiceError
from streams.settings import Settings
from streams.watching.matching import match_key

_partition_of = DefaultPartitioner()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands, for ever."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"

    @classmethod
    def of(cls, record: ConsumerRecord) -> Place:
        """That of a record."""
        return cls(record.topic, record.partition, record.offset)

    @classmethod
    def of_article(cls, record: ConsumerRecord) -> Place:
        """That of the article that a report or match was made of: its `ce_id` begins with it."""
        topic, partition, offset = dict(record.headers)["ce_id"].decode().split("/")[:3]
        return cls(topic, int(partition), int(offset))


M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Found(Generic[M]):
    """A record: where it stands, and what; None if its topic no longer holds it. `article_at`: what it was made of."""

    at: Place
    value: M | None
    article_at: Place


@dataclass(frozen=True, slots=True)
class Link:
    """One story's sentence, and what it came from; None where it cannot be said any more."""

    evidence: Evidence
    match: Found[Match] | None
    report: Found[Report] | None
    article: Found[Article] | None

    @property
    def received_at(self) -> datetime | None:
        """When the article was received, if its match or report is still there."""
        return next((found.value.received_at for found in (self.match, self.report) if found and found.value), None)


@dataclass(frozen=True, slots=True)
class Lineage:
    """An alert in its latest revision, where that stands, and a link for each sentence that it shows."""

    alert: Alert
    at: Place
    links: tuple[Link, ...]


async def trace(
    settings: Settings, clients: Mapping[str, Any], alert_id: str, done: Callable[[str, int], None]
) -> Lineage | None:
    """None: there is no such alert. Committed records only; `done(topic, records)` as it goes on.

    Looks through the partitions alone in which the records can stand. Raises ServiceError where Kafka or a topic
    cannot be had.
    """
    consumer = make_consumer(clients)
    try:
        await consumer.start()
        return await _Tracer(settings, consumer, done).trace(alert_id)
    except KafkaError as error:
        raise ServiceError(f"looking for alert {alert_id}: {error!r}") from error
    finally:
        await consumer.stop()


def _key_of_matches(alert: Alert) -> bytes:
    at = alert.opened_at
    return match_key(Match(rule=alert.rule, group=alert.group, article_id="", published_at=at, received_at=at))


@dataclass
class _Tracer:
    settings: Settings
    consumer: AIOKafkaConsumer
    done: Callable[[str, int], None]

    async def trace(self, alert_id: str) -> Lineage | None:
        found: tuple[Alert, Place] | None = None
        async for record in self._with_keys("alerts", [alert_id.encode()]):
            if record.value is not None:
                alert = Alert.model_validate_json(record.value)
                if found is None or alert.revision >= found[0].revision:
                    found = alert, Place.of(record)
        if found is None:
            return None
        return Lineage(*found, tuple(await self._links(found[0])))

    async def _links(self, alert: Alert) -> list[Link]:
        wanted = {evidence.article_id for evidence in alert.evidence}
        key = _key_of_matches(alert)
        matches: dict[str, Found[Match]] = {}
        async for record in self._with_keys("matches", [key]):
            match = Match.model_validate_json(record.value)
            if match.article_id in wanted:
                matches.setdefault(match.article_id, Found(Place.of(record), match, Place.of_article(record)))
        reports: dict[str, Found[Report]] = {}
        async for record in self._with_keys("reports", [article_id.encode() for article_id in wanted]):
            article_id, place = record.key.decode(), Place.of_article(record)
            # An article that was published twice has two reports.
            if article_id not in reports and (article_id not in matches or matches[article_id].article_at == place):
                reports[article_id] = Found(Place.of(record), Report.model_validate_json(record.value), place)
        return [
            await self._link(evidence, matches.get(evidence.article_id), reports.get(evidence.article_id))
            for evidence in alert.evidence
        ]

    async def _link(self, evidence: Evidence, match: Found[Match] | None, report: Found[Report] | None) -> Link:
        made = match or report
        if made is None:
            return Link(evidence, match, report, None)
        record = await self._at(made.article_at)
        article = Article.model_validate_json(record.value) if record else None
        return Link(evidence, match, report, Found(made.article_at, article, made.article_at))

    async def _with_keys(self, name: str, keys: Collection[bytes]) -> AsyncIterator[ConsumerRecord]:
        """The records with these keys, which the default partitioner put where it puts each key."""
        topic = self.settings.topic(name)
        if topic not in await self.consumer.topics():
            raise ServiceError(f"there is no topic {topic}: `tocsin topics create` or `tocsin up`")
        numbers = list(range(self.settings.partitions))
        tps = sorted({TopicPartition(topic, _partition_of(key, numbers, numbers)) for key in keys})
        wanted, count = set(keys), 0
        async for records in self._all(tps):
            count += len(records)
            self.done(topic, count)
            for record in records:
                if record.key in wanted:
                    yield record

    async def _all(self, tps: Iterable[TopicPartition]) -> AsyncIterator[list[ConsumerRecord]]:
        """What stands in these partitions now, one after the other."""
        for tp in tps:
            self.consumer.assign([tp])
            await self.consumer.seek_to_beginning(tp)
            end = (await self.consumer.end_offsets([tp]))[tp]
            while await self.consumer.position(tp) < end:
                yield (await self.consumer.getmany(tp, timeout_ms=500)).get(tp, [])

    async def _at(self, place: Place) -> ConsumerRecord | None:
        """The record that stands there, or None if it is gone."""
        tp = TopicPartition(place.topic, place.partition)
        self.consumer.assign([tp])
        first, end = await self.consumer.beginning_offsets([tp]), await self.consumer.end_offsets([tp])
        if not first[tp] <= place.offset < end[tp]:
            return None
        self.consumer.seek(tp, place.offset)
        while await self.consumer.position(tp) <= place.offset:
            for record in (await self.consumer.getmany(tp, timeout_ms=500, max_records=1)).get(tp, []):
                return record if record.offset == place.offset else None
        return None
