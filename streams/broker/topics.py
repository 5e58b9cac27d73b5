"""The six topics with all their settings; creating them, and telling where a cluster has drifted from them.

Nothing relies on a cluster's defaults or on topics that come into being by themselves. The number of partitions is for
ever: state, order and the identity of producers are bound to it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    BrokerResponseError,
    InvalidReplicationFactorError,
    NoError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
    for_code,
)

from streams.broker.client import admin, run
from streams.broker.connection import client_options
from streams.errors import InputError, ServiceError, TocsinError
from streams.settings import Settings

MiB = 1 << 20
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
FOR_EVER = str((1 << 63) - 1)

MAX_RECORD_BYTES = 8 * MiB
"""A batch of any topic but `dead-letters`: a record with its key, headers and some 100 bytes around them."""
MAX_DEAD_LETTER_BYTES = 9 * MiB
"""Holds the largest record of any other topic, and why it is dead."""
MARK_BYTES = 1 << 16
"""A replay's records carry one header more than those they are copies of."""
YOUNG_SECONDS = 20.0
"""For so long after its start a broker may refuse what it will soon grant."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as we want it. `retention_ms` None: kept for ever."""

    name: str
    compacted: bool = False
    retention_ms: int | None = None
    max_bytes: int = MAX_RECORD_BYTES
    segment_bytes: int = 64 * MiB
    segment_ms: int = DAY_MS
    broker_stamps: bool = False

    def config(self, *, replication: int, replay: bool) -> dict[str, str]:
        """Kafka's names and values. In a replay stamps come from the past: time must not sweep nor cut anything."""
        policies = ["compact"] * self.compacted + ["delete"] * (self.retention_ms is not None)
        config = {
            "cleanup.policy": ",".join(policies),
            "retention.ms": "-1" if replay or self.retention_ms is None else str(self.retention_ms),
            "retention.bytes": "-1",
            "max.message.bytes": str(self.max_bytes + (MARK_BYTES if replay else 0)),
            "message.timestamp.type": "LogAppendTime" if self.broker_stamps and not replay else "CreateTime",
            "message.timestamp.before.max.ms": FOR_EVER,
            "segment.bytes": str(self.segment_bytes),
            "segment.ms": FOR_EVER if replay else str(self.segment_ms),
            "compression.type": "producer",
            "min.insync.replicas": "2" if replication >= 3 else "1",
            "unclean.leader.election.enable": "false",
        }
        if self.compacted:
            # A reader must get through the topic within this time, or it may miss that a key was deleted.
            config["delete.retention.ms"] = str(DAY_MS)
            config["min.cleanable.dirty.ratio"] = "0.2"
        return config


TOPICS = (
    Topic("articles", retention_ms=30 * DAY_MS, broker_stamps=True),
    Topic("reports", retention_ms=30 * DAY_MS),
    Topic("matches", retention_ms=2 * DAY_MS, segment_ms=6 * HOUR_MS),
    Topic("alerts", compacted=True, retention_ms=400 * DAY_MS, segment_bytes=16 * MiB, segment_ms=HOUR_MS),
    Topic("dead-letters", retention_ms=30 * DAY_MS, max_bytes=MAX_DEAD_LETTER_BYTES),
    Topic("watch-state", compacted=True, segment_bytes=16 * MiB, segment_ms=HOUR_MS),
)


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing about a topic that is not as it should be. A topic that is missing has the setting `topic`."""

    topic: str
    setting: str
    wanted: str
    found: str


def create(settings: Settings) -> list[str]:
    """Make the topics that are missing, leave the others as they are, and wait until all can be used.

    Returns the names of those made. Raises ServiceError if there is no Kafka or it refuses, InputError if it has too
    few brokers for TOCSIN_REPLICATION.
    """
    return run(_create(settings, client_options(settings)))


def check(settings: Settings) -> list[Drift]:
    """What is missing or other than wanted; changes nothing. Raises ServiceError if there is no Kafka."""
    return run(_check(settings, client_options(settings)))


def delete_replay(settings: Settings, replay_id: str, *, dry_run: bool = False) -> list[str]:
    """Remove all topics of a replay and wait until they are gone; with `dry_run` only name them. Nothing live can go.

    Raises InputError where the id is none, ServiceError if there is no Kafka.
    """
    if not replay_id.isalnum():
        raise InputError(f"{replay_id!r} is no replay's id: `tocsin replay` says it, for example 3f9a02c1")
    return run(_delete(client_options(settings), f"replay.{replay_id}.", dry_run=dry_run))


async def _create(settings: Settings, options: Mapping[str, Any]) -> list[str]:
    wanted = _wanted(settings)
    made: list[str] = []
    deadline = time.monotonic() + YOUNG_SECONDS
    async with admin(options) as client:
        while True:
            found = await _partitions(client)
            if missing := sorted(wanted.keys() - found.keys()):
                new = [NewTopic(n, settings.partitions, settings.replication, topic_configs=wanted[n]) for n in missing]
                answer = [
                    (name, for_code(code), text) for name, code, text in (await client.create_topics(new)).topic_errors
                ]
                made += [name for name, error, _ in answer if error is NoError]
                refused = [item for item in answer if item[1] not in (NoError, TopicAlreadyExistsError)]
                late = time.monotonic() > deadline
                if refused and (late or not all(_may_pass(error) for _, error, _ in refused)):
                    raise _refusal(settings, *refused[0])
            elif all(partition["leader"] >= 0 for name in wanted for partition in found[name]):
                return made
            if time.monotonic() > deadline + YOUNG_SECONDS:
                raise ServiceError(f"Kafka at {options['bootstrap_servers']} gives the topics no leaders; see its logs")
            await asyncio.sleep(0.05)


async def _check(settings: Settings, options: Mapping[str, Any]) -> list[Drift]:
    wanted = _wanted(settings)
    async with admin(options) as client:
        found = await _partitions(client)
        configs = await _configs(client, [name for name in wanted if name in found])
    drifts: list[Drift] = []
    for name, config in wanted.items():
        if name not in configs:
            drifts.append(Drift(name, "topic", "present", "missing"))
            continue
        copies = min(len(partition["replicas"]) for partition in found[name])
        pairs = [("partitions", str(settings.partitions), str(len(found[name])))]
        pairs += [("replication", str(settings.replication), str(copies))]
        pairs += [(setting, value, configs[name].get(setting, "unknown")) for setting, value in config.items()]
        drifts += [Drift(name, *pair) for pair in pairs if set(pair[1].split(",")) != set(pair[2].split(","))]
    return drifts


async def _delete(options: Mapping[str, Any], prefix: str, *, dry_run: bool) -> list[str]:
    async with admin(options) as client:
        names = sorted(name for name in await _partitions(client) if name.startswith(prefix))
        if names and not dry_run:
            answer = await client.delete_topics(names)
            for name, code in answer.topic_error_codes:
                if for_code(code) not in (NoError, UnknownTopicOrPartitionError):
                    raise ServiceError(f"Kafka does not delete {name}: {for_code(code).__name__}")
            while not (await _partitions(client)).keys().isdisjoint(names):
                await asyncio.sleep(0.05)  # a broker hears of what its controller deleted a moment later
    return names


def _wanted(settings: Settings) -> dict[str, dict[str, str]]:
    replay = settings.replay_id is not None
    return {settings.topic(t.name): t.config(replication=settings.replication, replay=replay) for t in TOPICS}


async def _partitions(client: AIOKafkaAdminClient) -> dict[str, list[dict[str, Any]]]:
    """Of all topics of the cluster: asking for one by name would make it where topics come into being by themselves."""
    topics = await client.describe_topics()
    return {topic["topic"]: topic["partitions"] for topic in topics if topic["partitions"]}


async def _configs(client: AIOKafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    answers = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    configs: dict[str, dict[str, str]] = {}
    for error_code, text, _, name, entries in (item for answer in answers for item in answer.resources):
        if for_code(error_code) is UnknownTopicOrPartitionError:
            continue  # deleted since its partitions were asked for
        if error_code:
            raise ServiceError(f"Kafka does not tell the settings of {name}: {text or for_code(error_code).__name__}")
        configs[name] = {entry[0]: entry[1] for entry in entries}
    return configs


def _may_pass(error: type[BrokerResponseError]) -> bool:
    """A young cluster does not know all its brokers yet, and calls the replication factor too high."""
    return error is InvalidReplicationFactorError or bool(error.retriable)


def _refusal(settings: Settings, name: str, error: type[BrokerResponseError], text: str | None) -> TocsinError:
    why = text or error.__name__
    if error is InvalidReplicationFactorError:
        return InputError(f"TOCSIN_REPLICATION={settings.replication} is more than the cluster can hold: {why}")
    return ServiceError(f"Kafka does not create {name}: {why}")
