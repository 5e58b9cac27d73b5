from __future__ import annotations

import asyncio
import time
import uuid

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import MessageSizeTooLargeError
from hypothesis import given
from hypothesis import strategies as st

from streams.broker import client, topics
from streams.broker.connection import client_options
from streams.errors import InputError
from streams.settings import Settings

DAY_MS = 86_400_000


def _config(name: str, *, replication: int = 1, replay: bool = False) -> dict[str, str]:
    topic = next(topic for topic in topics.TOPICS if topic.name == name)
    return topic.config(replication=replication, replay=replay)


def test_topics_are_the_six_of_the_design() -> None:
    names = {topic.name for topic in topics.TOPICS}
    assert names == {"articles", "reports", "matches", "alerts", "dead-letters", "watch-state"}


@pytest.mark.parametrize(
    ("name", "policy", "days"),
    [
        ("articles", "delete", 30),
        ("reports", "delete", 30),
        ("matches", "delete", 2),
        ("alerts", "compact,delete", 400),
        ("dead-letters", "delete", 30),
    ],
)
def test_topic_is_kept_as_long_as_the_design_says(name: str, policy: str, days: int) -> None:
    config = _config(name)
    assert config["cleanup.policy"] == policy
    assert int(config["retention.ms"]) == days * DAY_MS


def test_state_is_compacted_and_never_swept_by_time() -> None:
    config = _config("watch-state")
    assert config["cleanup.policy"] == "compact"
    assert config["retention.ms"] == "-1"
    assert config["segment.bytes"] == str(16 << 20)
    assert config["segment.ms"] == "3600000"


def test_only_live_articles_carry_the_brokers_stamp() -> None:
    stamps = {topic.name: _config(topic.name)["message.timestamp.type"] for topic in topics.TOPICS}
    assert [name for name, stamp in stamps.items() if stamp == "LogAppendTime"] == ["articles"]
    assert _config("articles", replay=True)["message.timestamp.type"] == "CreateTime"


@given(st.sampled_from(topics.TOPICS))
def test_in_a_replay_no_stamp_is_too_old(topic: topics.Topic) -> None:
    config = topic.config(replication=1, replay=True)
    assert config["retention.ms"] == "-1"
    assert int(config["message.timestamp.before.max.ms"]) == int(config["segment.ms"]) == (1 << 63) - 1


@pytest.mark.parametrize(("replication", "wanted"), [(1, "1"), (2, "1"), (3, "2"), (5, "2")])
def test_two_copies_must_be_written_where_three_are_kept(replication: int, wanted: str) -> None:
    assert _config("articles", replication=replication)["min.insync.replicas"] == wanted


@pytest.mark.parametrize("replay_id", ["", ".", "tocsin.", "x.", "*"])
def test_what_is_no_replays_id_deletes_nothing(replay_id: str) -> None:
    with pytest.raises(InputError, match="replay"):
        topics.delete_replay(Settings(kafka="127.0.0.1:9"), replay_id)


@pytest.mark.kafka
def test_creating_twice_makes_the_topics_once_without_drift(broker: Settings) -> None:
    replay_id = uuid.uuid4().hex
    replay = broker.model_copy(update={"prefix": f"replay.{replay_id}.", "replay_id": replay_id})
    missing = topics.check(replay)
    assert [(drift.setting, drift.found) for drift in missing] == [("topic", "missing")] * 6

    made = topics.create(replay)
    assert sorted(made) == sorted(replay.topic(topic.name) for topic in topics.TOPICS)
    assert topics.create(replay) == []
    assert topics.check(replay) == []

    assert topics.delete_replay(replay, replay_id, dry_run=True) == sorted(made)
    assert topics.check(replay) == []
    assert topics.delete_replay(replay, replay_id) == sorted(made)
    assert len(topics.check(replay)) == 6


@pytest.mark.kafka
def test_drift_is_told_with_what_was_wanted_and_what_is(settings: Settings) -> None:
    assert topics.check(settings) == []
    client.run(_alter(settings, settings.topic("reports"), {"retention.ms": "60000"}))
    deadline, drifts = time.monotonic() + 20, list[topics.Drift]()
    while not drifts and time.monotonic() < deadline:  # a broker tells of a change when it has heard of it itself
        drifts = [drift for drift in topics.check(settings) if drift.setting == "retention.ms"]
    assert drifts == [topics.Drift(settings.topic("reports"), "retention.ms", str(30 * DAY_MS), "60000")]

    repartitioned = settings.model_copy(update={"partitions": settings.partitions + 1})
    found = {drift.topic for drift in topics.check(repartitioned) if drift.setting == "partitions"}
    assert found == {settings.topic(topic.name) for topic in topics.TOPICS}
    assert topics.create(repartitioned) == []  # what is there is never changed


async def _alter(settings: Settings, topic: str, config: dict[str, str]) -> None:
    async with client.admin(client_options(settings)) as admin:
        assert isinstance(admin, AIOKafkaAdminClient)
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, config)])


@pytest.mark.kafka
def test_more_copies_than_brokers_are_refused_with_the_settings_name(
    broker: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "YOUNG_SECONDS", 0.5)
    many = broker.model_copy(update={"prefix": f"test-{uuid.uuid4().hex}.", "replication": 9})
    with pytest.raises(InputError, match="TOCSIN_REPLICATION=9"):
        topics.create(many)


@pytest.mark.kafka
async def test_topics_can_be_made_from_within_an_event_loop(broker: Settings) -> None:
    replay_id = uuid.uuid4().hex
    replay = broker.model_copy(update={"prefix": f"replay.{replay_id}.", "replay_id": replay_id})
    made = await asyncio.to_thread(topics.create, replay)
    assert topics.delete_replay(replay, replay_id, dry_run=True) == sorted(made)
    assert topics.check(replay) == []
    assert topics.delete_replay(replay, replay_id) == sorted(made)


@pytest.mark.kafka
async def test_record_of_eight_mebibytes_passes_and_a_larger_one_is_dead_letter_size_only(settings: Settings) -> None:
    room = 1024  # for key, headers and what Kafka puts around them
    async with AIOKafkaProducer(**client_options(settings), max_request_size=10 << 20, acks="all") as producer:
        for name in ("articles", "watch-state"):
            await producer.send_and_wait(settings.topic(name), b"x" * (topics.MAX_RECORD_BYTES - room), key=b"k")
        with pytest.raises(MessageSizeTooLargeError):
            await producer.send_and_wait(settings.topic("articles"), b"x" * (topics.MAX_RECORD_BYTES + 1), key=b"k")
        await producer.send_and_wait(
            settings.topic("dead-letters"), b"x" * (topics.MAX_DEAD_LETTER_BYTES - room), key=b"k"
        )
