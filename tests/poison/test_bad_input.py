"""Bad articles among good ones, through the real workers: all good ones arrive, each bad one is a dead letter."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from schemas import Alert, DeadLetter, Report
from streams.broker.connection import client_options
from streams.engine.idle import until_idle
from streams.engine.supervisor import console_script
from streams.settings import Settings
from tests.product import Workers, environment_of, everything

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(200)]

NOW = datetime.now(UTC)


def unlike(number: int) -> str:
    """Words enough of its own that no two articles are copies of one another."""
    return " ".join(f"item-{number}-{word}" for word in range(12))


def article(number: int, **changes: object) -> bytes:
    told = {
        "id": f"good-{number}",
        "text": f"Norway imposed sanctions on Iran on Monday. {unlike(number)}",
        "published_at": NOW.isoformat(),
        "source": "Wire",
    }
    return json.dumps({**told, **changes}).encode()


BAD: list[tuple[bytes | None, str]] = [
    (b"{not json", "invalid_json"),
    (b'{"id": "\xff\xfe"}', "invalid_utf8"),
    (article(0, id="no-text", text="", title=""), "no_text"),
    (article(0, id="long", text="x" * ((1 << 20) + 1)), "text_too_long"),
    (article(0, id="no-zone", published_at="2024-05-01T00:00:00"), "bad_time"),
    (article(0, id="impossible", published_at="2024-02-31T00:00:00Z"), "bad_time"),
    (article(0, id="future", published_at=(NOW + timedelta(days=400)).isoformat()), "future"),
    (None, "null_value"),
    (b"[" * 50_000, "invalid_json"),
    (b"", "invalid_json"),
    (article(0, id="clear\u001b[2J"), "invalid_field"),  # an id is shown on terminals as it is
]
ODD = [
    article(900, lang="xx-klingon-nonsense"),
    article(901, text="Norway imposed\u0000 sanctions\u001b[31m on Iran.\u0007"),
    article(902, whatever=[[[{"deep": None}]]], text="Norway imposed sanctions on Iran on Tuesday."),
    article(903, id="slash/bar|percent%25 " + "x" * 480),
    article(904, text="Norway imposed sanctions on Iran, the head\u202eline said. 😀" * 3),
]


async def send_packed(settings: Settings, value: bytes) -> None:
    """The broker's limits are on what is packed: more than any topic takes gets in."""
    producer = AIOKafkaProducer(**client_options(settings), max_request_size=32 << 20, compression_type="gzip")
    await producer.start()
    await producer.send_and_wait(settings.topic("articles"), value)
    await producer.stop()


async def test_all_good_ones_arrive_and_each_bad_one_keeps_its_bytes_reason_and_place(
    settings: Settings, tmp_path: Path
) -> None:
    workers = Workers(settings, tmp_path)
    for stage in ("read", "watch"):
        workers.start(stage)
    good = [article(number) for number in range(200)]
    values: list[bytes | None] = [*good[:100], *ODD, *good[:3], *good[100:]]  # three ids come twice
    for number, (value, _) in enumerate(BAD):
        values.insert(11 * number + 5, value)
    producer = AIOKafkaProducer(**client_options(settings), max_request_size=4 << 20)
    await producer.start()
    for number, value in enumerate(values):
        key = [None, b"\xff\xfe", b"key"][number % 3]
        headers = [("odd", b"\xff\x00")] if number % 7 == 0 else []
        await producer.send_and_wait(settings.topic("articles"), value, key=key, headers=headers)
    await producer.stop()
    await send_packed(settings, article(950, text="x" * (20 << 20)))
    await asyncio.wait_for(until_idle(settings, client_options(settings)), 90)
    workers.stop()

    reports = [Report.model_validate_json(r.value) for r in await everything(settings, "reports")]
    assert len(reports) == len(good) + len(ODD) + 3
    assert {f"good-{n}" for n in range(200)} <= {report.article_id for report in reports}
    letters = [(r.value, DeadLetter.from_headers(r.headers)) for r in await everything(settings, "dead-letters")]
    assert sorted((value or b"-", letter.reason) for value, letter in letters) == sorted(
        [*((value or b"-", reason) for value, reason in BAD), (b"-", "text_too_long")]
    )
    for value, letter in letters:
        assert letter.detail
        assert letter.topic == settings.topic("articles")
        there = await at(settings, letter.partition, letter.offset)
        assert value == there or (value is None and len(there or b"") > 20 << 20)  # too large to be kept
    alerts = [Alert.model_validate_json(r.value) for r in await everything(settings, "alerts")]
    rung = {e.article_id for alert in alerts for e in alert.evidence}
    assert {f"good-{n}" for n in range(200)} <= rung

    listed = await asyncio.to_thread(tocsin, settings, "dead-letters", "ls", "--format", "jsonl")
    places = [json.loads(line) for line in listed.splitlines()]
    assert len(places) == len(BAD) + 1
    assert all("\x1b" not in line for line in listed.splitlines())
    place = next(found["at"] for found in places if found["reason"] == "invalid_utf8")
    shown = await asyncio.to_thread(tocsin, settings, "dead-letters", "show", place)
    assert r"\xff\xfe" in shown
    assert "is not UTF-8" in shown


async def at(settings: Settings, partition: int, offset: int) -> bytes | None:
    """The value that stands there in `articles`."""
    for record in await everything(settings, "articles"):
        if (record.partition, record.offset) == (partition, offset):
            value: bytes | None = record.value
            return value
    raise AssertionError(f"nothing at {partition}/{offset}")


def tocsin(settings: Settings, *arguments: str) -> str:
    done = subprocess.run([console_script(), *arguments], env=environment_of(settings), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_a_heavy_batch_stalls_neither_the_metrics_nor_the_shutdown(settings: Settings, tmp_path: Path) -> None:
    port = 20_000 + int(time.time()) % 9000
    workers = Workers(settings.model_copy(update={"metrics_port": port}), tmp_path)
    sentence = "Norway imposed sanctions on Iran and Russia cut gas to Moldova, “Minister Jane Roe” said. "
    heavy = sentence * ((1 << 19) // len(sentence.encode()))
    producer = AIOKafkaProducer(**client_options(settings), max_request_size=4 << 20)
    await producer.start()
    for number in range(40):
        await producer.send_and_wait(settings.topic("articles"), article(number, text=heavy), key=b"%d" % number)
    await producer.stop()
    workers.start("read")

    def page(path: str) -> str:
        return str(urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).read(), "utf-8")

    async def reads_something() -> None:
        while True:
            try:
                found = await asyncio.to_thread(page, "/metrics")
                if 'tocsin_records_in_total{topic="' in found:
                    return
            except OSError:
                pass
            await asyncio.sleep(0.2)

    await asyncio.wait_for(reads_something(), 60)
    waits = []
    for _ in range(10):
        began = time.monotonic()
        assert await asyncio.to_thread(page, "/healthz") == "ok\n"
        waits.append(time.monotonic() - began)
        await asyncio.sleep(0.1)
    assert max(waits) < 5
    began = time.monotonic()
    workers.stop()
    assert time.monotonic() - began < 20
