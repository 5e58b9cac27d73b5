"""A flood of poison stops the worker for good; a mended one goes on at the first undone record."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from schemas import DeadLetter, Report, encode
from streams.broker.connection import client_options
from streams.engine.contract import Output
from streams.engine.idle import until_idle
from streams.engine.oracle import run_log
from streams.engine.steps import is_tick
from streams.engine.supervisor import Child, Supervisor, console_script
from streams.engine.transaction import send
from streams.engine.wiring import load_seeds
from streams.settings import Settings
from tests.product import environment_of, everything, raw

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]

NOW = datetime.now(UTC)


def article(number: int, source: str) -> bytes:
    unlike = " ".join(f"item-{number}-{word}" for word in range(12))
    text = f"Norway imposed sanctions on Iran on Monday. {unlike}"
    told = {"id": f"a{number}", "text": text, "published_at": NOW.isoformat(), "source": source}
    return json.dumps(told).encode()


@asynccontextmanager
async def workers(settings: Settings, folder: Path, **changes: str) -> AsyncIterator[tuple[Supervisor, list[str]]]:
    """Both, under the supervisor of `tocsin up`, and what it reports."""
    reports: list[str] = []
    supervisor = Supervisor(reports.append)
    for stage in ("read", "watch"):
        environment = {**environment_of(settings), **changes}
        supervisor.start(Child(stage, ("worker", stage), environment, folder / f"{stage}.log"))
    try:
        yield supervisor, reports
    finally:
        await supervisor.stop()


async def publish(settings: Settings, flood: range, good: range) -> Counter[str]:
    """The ids of what was written: the flood to partition 1, the good ones behind it to all."""
    topic, values = settings.topic("articles"), list[tuple[bytes, int]]()
    values += [(article(n, "Long").replace(b"item", b"much-longer-item"), 1) for n in flood]
    values += [(article(n, "Short"), n % settings.partitions) for n in good]
    producer = AIOKafkaProducer(**client_options(settings))
    await producer.start()
    sent = [await send(producer, Output(topic, b"%d" % n, v, (), p)) for n, (v, p) in enumerate(values)]
    sent.append(await send(producer, Output(topic, None, None, (), 2)))  # neither key nor value: nothing mends it
    await asyncio.gather(*sent)
    await producer.stop()
    return Counter(json.loads(value)["id"] for value, _ in values)


def tocsin(settings: Settings, *arguments: str) -> str:
    done = subprocess.run([console_script(), *arguments], env=environment_of(settings), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def read_ids(settings: Settings) -> Counter[str]:
    return Counter(Report.model_validate_json(r.value).article_id for r in await everything(settings, "reports"))


async def test_a_flood_stops_the_worker_and_all_of_it_is_read_once_when_it_is_mended_and_retried(
    settings: Settings, tmp_path: Path
) -> None:
    ids = await publish(settings, range(300), range(0))
    clients = client_options(settings)
    # 250 bytes: "much-longer-" makes an article of the flood too long, and no other.
    poisoned = {"TOCSIN_MAX_TEXT_BYTES": "250", "TOCSIN_STOP_AFTER_FAILURES": "200"}
    async with workers(settings, tmp_path, **poisoned) as (supervisor, reports):
        await asyncio.wait_for(supervisor.failed.wait(), 60)
        await asyncio.sleep(3)
        assert supervisor.exit_code == 4
        assert (tmp_path / "read.log").read_text().count("metrics on") == 1, "it was started again"
    ids += await publish(settings, range(300, 400), range(400, 500))
    dead = [r for r in await everything(settings, "dead-letters") if r.value]
    (said,) = [report for report in reports if report.startswith("read")]
    assert "stopped for good (exit code 4)" in said
    assert f"{settings.topic('articles')}-1: {len(dead)} records in a row" in said
    assert "TOCSIN_STOP_AFTER_FAILURES=200" in said
    assert "text_too_long)" in said
    assert "tocsin dead-letters retry --reason text_too_long" in said
    assert 200 <= len(dead) <= 300
    died = {DeadLetter.from_headers(r.headers).offset for r in dead}
    assert died == set(range(len(dead)))

    async with workers(settings, tmp_path):
        await asyncio.wait_for(until_idle(settings, clients), 90)
        done = await read_ids(settings)
        assert done + Counter(json.loads(r.value)["id"] for r in dead) == ids  # nothing skipped, nothing twice
        planned = await asyncio.to_thread(tocsin, settings, "dead-letters", "retry", "--source", "Long", "--dry-run")
        assert planned.splitlines()[0] == f"would be retried: {len(dead):,} letters"
        told = await asyncio.to_thread(tocsin, settings, "dead-letters", "retry", "--reason", "text_too_long")
        assert told.splitlines() == [f"retried: {len(dead):,} letters", f"{len(dead):>9,}  read: text_too_long"]
        await asyncio.wait_for(until_idle(settings, clients), 90)
    assert await read_ids(settings) == ids
    left = [json.loads(line) for line in tocsin(settings, "dead-letters", "ls", "--format", "jsonl").splitlines()]
    assert [(letter["reason"], letter["deaths"]) for letter in left] == [("null_value", 1)] * 2

    log = [raw(record) for record in await everything(settings, "articles")]
    assert sum(not is_tick(record) for record in log) == ids.total() + len(dead) + 2
    log = [record for record in log if record.partition != 1 or record.offset not in died]
    seeds = load_seeds(settings)
    alerts = sorted(await everything(settings, "alerts"), key=lambda record: record.offset)
    assert Counter(r.value for r in alerts) == Counter(map(encode, run_log(log, seeds.reader, seeds.rules)))
