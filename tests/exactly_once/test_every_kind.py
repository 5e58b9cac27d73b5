"""Whatever kind of rule rings: workers killed again and again give the very sequence of alerts that the log gives."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from schemas import Alert, encode
from streams.archive.replay import replay_settings
from streams.broker import topics
from streams.broker.connection import client_options
from streams.engine.idle import until_idle
from streams.engine.oracle import run_log
from streams.engine.steps import is_tick
from streams.engine.wiring import load_seeds
from streams.settings import Settings
from tests.exactly_once.chronicle import RULES, chronicle
from tests.exactly_once.killing import WRITES, aborted, kill_in_turn
from tests.product import Workers, everything, raw

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(240)]

SEEDS = Path(__file__).parents[2] / "seeds"
SECONDS, KILLS, PAUSE = 80, 6, 5.5


@pytest.fixture
def replay(broker: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings of a replay by rules of our own, in which producers say when something was received."""
    folder = tmp_path / "seeds"
    folder.mkdir()
    for name in ("actors", "topics", "sources.yaml"):
        (folder / name).symlink_to(SEEDS / name)
    (folder / "rules.yaml").write_text(RULES)
    own = replay_settings(broker).model_copy(update={"seeds": folder})
    assert own.replay_id
    monkeypatch.setenv("TOCSIN_SEEDS", str(folder))
    monkeypatch.setenv("TOCSIN_REPLAY_ID", own.replay_id)
    topics.create(own)
    yield own
    topics.delete_replay(broker, own.replay_id)


async def publish(settings: Settings, seed: int) -> None:
    """The chronicle, over SECONDS."""
    entries = list(chronicle(settings.partitions, seed))
    producer = AIOKafkaProducer(**client_options(settings), enable_idempotence=True)
    await producer.start()
    began, sent = time.monotonic(), []
    for number, entry in enumerate(entries):
        future = await producer.send(
            settings.topic("articles"),
            entry.value,
            key=entry.key,
            partition=entry.partition,
            timestamp_ms=entry.stamp_ms,
            headers=entry.headers,
        )
        sent.append(future)
        await asyncio.sleep(max(0.0, began + number * SECONDS / len(entries) - time.monotonic()))
    await asyncio.gather(*sent)
    await producer.stop()


async def test_every_kind_of_rule_rings_the_same_whatever_is_killed(replay: Settings, tmp_path: Path) -> None:
    workers = Workers(replay, tmp_path)
    for stage in WRITES:
        workers.start(stage)
    try:
        publishing = asyncio.create_task(publish(replay, seed=5))
        await kill_in_turn(workers, replay, random.Random(5), KILLS, PAUSE)
        await publishing
        await asyncio.wait_for(until_idle(replay, client_options(replay), ticks=False), 60)
    finally:
        workers.kill()  # not stop: one that a failure left suspended would not hear it

    seeds = load_seeds(replay)
    articles = [raw(record) for record in await everything(replay, "articles")]
    oracle = run_log(articles, seeds.reader, seeds.rules)
    as_written = [Alert.model_validate_json(record.value) for record in await everything(replay, "alerts")]
    live = sorted(as_written, key=lambda alert: (alert.updated_at, alert.id, alert.revision))
    assert [encode(alert) for alert in live] == [encode(alert) for alert in oracle]
    assert not await everything(replay, "dead-letters")
    revisions = {alert.id: [other.revision for other in as_written if other.id == alert.id] for alert in oracle}
    assert all(told == list(range(1, len(told) + 1)) for told in revisions.values())

    rung = Counter((alert.rule, alert.state) for alert in oracle)
    assert all(rung[name, "firing"] > 1 for name in seeds.rules.by_name)
    latest = {alert.id: alert for alert in oracle}.values()
    assert {seeds.rules.by_name[alert.rule].kind for alert in latest if alert.state == "firing"} == {"reversal"}

    lost_work = {stage: await aborted(replay, stage) for stage in WRITES}
    assert all(lost_work.values()), "no kill hit an open transaction: the test proved nothing"

    ticks = sum(map(is_tick, articles))
    matches = sum(not is_tick(raw(record)) for record in await everything(replay, "matches"))
    print(f"{2 * KILLS} kills, {len(articles) - ticks} articles, {ticks} ticks, {matches} matches, aborted {lost_work}")
    by_kind = Counter((seeds.rules.by_name[alert.rule].kind, alert.state) for alert in oracle)
    print(f"{len(live)} alert records: " + ", ".join(f"{' '.join(key)} {by_kind[key]}" for key in sorted(by_kind)))
