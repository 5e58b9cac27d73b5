"""The monitor as a whole, killed again and again while news arrive, rings as if nothing had happened."""

from __future__ import annotations

import asyncio
import random
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord

from schemas import Alert, encode
from schemas.model import from_ms
from streams.broker.connection import client_options
from streams.engine.contract import Record
from streams.engine.idle import until_idle
from streams.engine.oracle import run_log
from streams.engine.steps import BACKFILL, Unreadable, is_backfill, is_tick, parse_article
from streams.engine.supervisor import console_script
from streams.engine.wiring import Seeds, load_seeds
from streams.settings import Settings
from streams.watching.matching import match
from tests.exactly_once.killing import WRITES, aborted, kill_in_turn
from tests.exactly_once.stories import stories
from tests.product import Workers, environment_of, everything, raw

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(500)]

ARTICLES, SECONDS, KILLS = 2000, 125, 10


async def publish(settings: Settings, seed: int) -> None:
    """ARTICLES of them over SECONDS."""
    producer = AIOKafkaProducer(**client_options(settings), enable_idempotence=True)
    await producer.start()
    began, sent = time.monotonic(), []
    for number, (key, value, backfill) in enumerate(stories(ARTICLES, seed)):
        headers = [(BACKFILL, b"1")] if backfill else []
        sent.append(await producer.send(settings.topic("articles"), value, key=key, headers=headers))
        await asyncio.sleep(max(0.0, began + number * SECONDS / ARTICLES - time.monotonic()))
    await asyncio.gather(*sent)
    await producer.stop()


def expected_outputs(articles: list[Record], seeds: Seeds) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Reports and dead letters by the place of their article, matches by place and key."""
    reports, matches, letters = Counter[str](), Counter[str](), Counter[str]()
    for record in articles:
        place = f"{record.topic}/{record.partition}/{record.offset}"
        try:
            article = parse_article(record, 1 << 20)
        except Unreadable:
            letters[place] += 1
            continue
        reports[place] += 1
        report = seeds.reader.read(article, from_ms(record.timestamp_ms))
        for found in match(report, seeds.rules, backfill=is_backfill(record)).matches:
            matches[f"{place}/{found.rule}/{sorted(found.group.items())}"] += 1
    return reports, matches, letters


def event_id(record: ConsumerRecord) -> str:
    return str(dict(record.headers)["ce_id"], "utf-8")


async def test_ten_kills_of_each_worker_lose_and_double_nothing_and_replay_agrees(
    settings: Settings, tmp_path: Path
) -> None:
    seeds, chance = load_seeds(settings), random.Random(10)
    workers = Workers(settings, tmp_path)
    for stage in WRITES:
        workers.start(stage)
    publishing = asyncio.create_task(publish(settings, seed=10))
    await kill_in_turn(workers, settings, chance, KILLS, SECONDS / KILLS / 2)
    await publishing
    await asyncio.wait_for(until_idle(settings, client_options(settings)), 90)
    workers.stop()

    articles = [raw(record) for record in await everything(settings, "articles")]
    real = [record for record in articles if not is_tick(record)]
    reports, matches, letters = expected_outputs(real, seeds)
    assert len(real) == ARTICLES
    assert Counter(event_id(r) for r in await everything(settings, "reports")) == reports
    found = [r for r in await everything(settings, "matches") if not is_tick(raw(r))]
    assert len(found) == matches.total()
    assert len({event_id(r) for r in found}) == len(found)
    dead = [dict(r.headers) for r in await everything(settings, "dead-letters")]
    assert (
        Counter("/".join(h[f"dead-letter-{k}"].decode() for k in ("topic", "partition", "offset")) for h in dead)
        == letters
    )

    alerts = [Alert.model_validate_json(r.value) for r in await everything(settings, "alerts")]
    live = [encode(a) for a in sorted(alerts, key=lambda a: (a.updated_at, a.id, a.revision))]
    oracle = run_log(articles, seeds.reader, seeds.rules)
    assert live == [encode(a) for a in oracle]
    assert len(live) > 50
    lost_work = {stage: await aborted(settings, stage) for stage in WRITES}
    assert all(lost_work.values()), "no kill hit an open transaction: the test proved nothing"

    replayed = await asyncio.to_thread(
        subprocess.run,
        [console_script(), "replay", "--format", "jsonl"],
        env=environment_of(settings),
        capture_output=True,
        timeout=180,
    )
    assert replayed.returncode == 0, replayed.stderr.decode()
    latest = {alert.id: encode(alert) for alert in oracle}
    assert sorted(replayed.stdout.splitlines()) == sorted(latest.values())
    print(f"{2 * KILLS} kills, {len(real)} articles, {len(found)} matches, {len(live)} alerts, aborted {lost_work}")
