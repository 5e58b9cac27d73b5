"""What watch holds, on a real Kafka: listed, shown, dropped, and never beside a worker or from a newer Tocsin."""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from schemas import Alert
from streams.broker.connection import client_options
from streams.engine import reset as resetting
from streams.engine.holdings import read_stores
from streams.engine.session import Place, open_session
from streams.engine.supervisor import console_script
from streams.errors import ServiceError
from streams.settings import Settings
from streams.store import MemoryStore
from tests.cli.here import run
from tests.product import environment_of, everything
from tests.watching.news import COUNT, EACH, Desk, report, rules_of, signal

pytestmark = pytest.mark.kafka
BY = signal(target=("country:BY",))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two groups of two rules, in a partition: of one rule's both have an open alert, of the other's one has."""
    desk = Desk(rules_of(tmp_path, EACH + COUNT.replace("\nrules:\n", "")))
    desk.send(*(report(f"a{number}", number, source=f"wire {number}") for number in range(3)))
    desk.send(report("b", 3, signals=(BY,)))
    desk.until(5)
    desk.send(report("late", 6))
    return desk


@pytest.fixture
def env(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TOCSIN_HOME", str(settings.home))
    monkeypatch.setenv("TOCSIN_PREFIX", settings.prefix)
    if settings.kafka:
        monkeypatch.setenv("TOCSIN_KAFKA", settings.kafka)
    return settings


async def put(settings: Settings, entries: dict[bytes, bytes], partition: int = 1) -> None:
    """As a worker would have: with an offset of the input, in one transaction."""
    place = place_of(settings, partition)
    session = await open_session(place)
    await session.commit((), entries, 7)
    await session.abandon()


def place_of(settings: Settings, partition: int = 1) -> Place:
    tp = TopicPartition(settings.topic("matches"), partition)
    return Place(settings.group("watch"), tp, settings.topic("watch-state"), client_options(settings))


async def stores(settings: Settings) -> list[MemoryStore]:
    return await read_stores(settings, client_options(settings))


async def committed(settings: Settings, partition: int = 1) -> int | None:
    consumer = AIOKafkaConsumer(**client_options(settings), group_id=settings.group("watch"))
    await consumer.start()
    try:
        found: int | None = await consumer.committed(TopicPartition(settings.topic("matches"), partition))
        return found
    finally:
        await consumer.stop()


def rows(*arguments: str) -> list[dict[str, Any]]:
    done = run("state", "ls", "--format", "jsonl", *arguments)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_groups_are_listed_with_what_they_hold_and_whether_they_go_on(env: Settings, desk: Desk) -> None:
    asyncio.run(put(env, dict(desk.store.entries)))
    found = rows()
    told = [(row["rule"], row["group"], row["stories"], row["alerts"], row["waiting"]) for row in found]
    assert told == [
        ("imposed", "country:BY", 1, 1, 0),
        ("imposed", "country:RU", 3, 3, 1),
        ("pressure", "country:BY", 1, 0, 0),
        ("pressure", "country:RU", 3, 1, 1),
    ]
    assert {row["present"] for row in found} == {False}
    assert found[0]["due_at"] == "2024-03-02T12:00:04Z"
    assert [row["group"] for row in rows("--rule", "pressure", "--group", "country:RU")] == ["country:RU"]
    text = run("state", "ls", "--group", "country:BY").stdout.decode()
    assert [line.split()[:2] for line in text.splitlines()[1:]] == [
        ["imposed", "country:BY"],
        ["pressure", "country:BY"],
    ]
    assert "no such rule" in text


def test_a_group_that_the_rules_of_the_seeds_would_go_on_with_is_said_to(env: Settings) -> None:
    from streams.engine.wiring import load_seeds

    desk = Desk(load_seeds(env).rules)
    desk.send(report("a", 0))
    desk.until(1)
    asyncio.run(put(env, dict(desk.store.entries)))
    assert {(row["rule"], row["present"]) for row in rows()} >= {("sanctions-imposed", True)}


def test_all_that_is_held_of_a_group_is_shown(env: Settings, desk: Desk) -> None:
    asyncio.run(put(env, dict(desk.store.entries)))
    done = run("state", "show", "pressure", "country:RU", "--format", "json")
    assert done.returncode == 0
    shown = json.loads(done.stdout)
    assert (shown["partition"], shown["next_number"], shown["forgotten"]) == (1, 3, 0)
    assert [(story["title"], story["sources"]) for story in shown["stories"]] == [
        (f"Title of a{number}", [f"wire {number}"]) for number in range(3)
    ]
    (alert,) = shown["alerts"]
    assert {story["alert"] for story in shown["stories"]} == {alert["id"]} == {shown["episodes"][0]["alert"]}
    assert [match["article_id"] for match in shown["waiting"]] == ["late"]
    text = run("state", "show", "pressure", "country:RU").stdout.decode()
    for said in ("3 stories about RU", "Title of a1", "wire 2", "2024-03-01 12:00:01Z", "waits     Title of late"):
        assert said in text
    untold = run("state", "show", "pressure", "country:BY").stdout.decode()
    assert "Title of b" in untold
    assert "in no alert yet" in untold
    assert run("state", "show", "pressure", "country:XX").returncode == 1


def test_a_reset_drops_a_group_whole_resolves_its_alerts_and_leaves_the_rest(env: Settings, desk: Desk) -> None:
    asyncio.run(put(env, before := dict(desk.store.entries)))
    dry = run("state", "reset", "--rule", "pressure", "--group", "country:RU", "--dry-run").stdout.decode()
    assert dry == "would drop 1 group with 1 open alert\n"
    refused = run("state", "reset", "--rule", "pressure", "--group", "country:RU")
    assert (refused.returncode, b"--yes" in refused.stderr) == (2, True)
    assert dict(asyncio.run(stores(env))[1].entries) == before

    done = run("state", "reset", "--rule", "pressure", "--group", "country:RU", "--yes")
    assert done.stdout.decode() == "dropped 1 group, 1 open alert resolved\n", done.stderr.decode()
    after = dict(asyncio.run(stores(env))[1].entries)
    assert after == {key: value for key, value in before.items() if b"pressure/country:RU" not in key}
    assert asyncio.run(committed(env)) == 7
    (record,) = asyncio.run(everything(env, "alerts"))
    alert = Alert.model_validate_json(record.value)
    held = next(json.loads(value) for key, value in before.items() if key.startswith(b"a/pressure"))
    assert (record.key.decode(), alert.id, alert.revision) == (held["id"], held["id"], held["revision"] + 1)
    assert (alert.state, f"{alert.resolved_at:%H:%M:%S}") == ("resolved", "12:00:06")
    again = run("state", "reset", "--rule", "pressure", "--group", "country:RU", "--yes")
    assert (again.returncode, again.stdout) == (0, b"watch holds no such group\n")


def test_after_a_reset_a_watcher_starts_those_groups_empty_and_goes_on_with_the_others(
    env: Settings, desk: Desk
) -> None:
    asyncio.run(put(env, dict(desk.store.entries)))
    assert run("state", "reset", "--rule", "pressure", "--yes").returncode == 0
    desk.store = asyncio.run(stores(env))[1]
    desk.send(report("d", 7), report("a0", 7, 0))
    fresh = desk.until(8)
    assert {(alert.rule, alert.revision) for alert in fresh} == {("imposed", 1)}  # not of `a0`, which it knows
    assert json.loads(desk.store.get(b"g/pressure/country:RU") or b"")[3] == 2


def test_of_all_groups_only_the_clock_the_rules_and_the_format_stay(env: Settings, desk: Desk) -> None:
    for partition in (0, 2):
        asyncio.run(put(env, dict(desk.store.entries), partition))
    assert run("state", "reset").returncode == run("state", "reset", "--all", "--rule", "x").returncode == 2
    done = run("state", "reset", "--all", "--yes")
    assert done.stdout.decode() == "dropped 8 groups, 10 open alerts resolved\n"
    assert [set(store.entries) for store in asyncio.run(stores(env))] == [{b"c", b"f", b"v"}, set()] * 2
    assert rows() == []


def test_large_resets_take_several_transactions_which_cut_no_group(
    env: Settings, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resetting, "_KEYS", 1)
    asyncio.run(put(env, dict(desk.store.entries)))
    sizes: list[int] = []
    options = client_options(env)
    dropped = asyncio.run(resetting.reset(env, options, None, sizes.append))
    assert sizes == [1, 2, 3, 4]
    assert dropped == resetting.Dropped(groups=4, alerts=5)


def test_a_worker_that_starts_during_a_reset_ends_it_and_finds_each_group_whole_or_gone(
    env: Settings, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resetting, "_KEYS", 1)
    asyncio.run(put(env, before := dict(desk.store.entries)))

    found: list[MemoryStore] = []

    async def start() -> None:
        session = await open_session(place_of(env))
        found.append(session.state)
        await session.abandon()

    def done(groups: int) -> None:
        if groups == 2:  # in a thread: the reset waits until the worker has fenced it
            starting = threading.Thread(target=lambda: asyncio.run(start()))
            starting.start()
            starting.join()

    with pytest.raises(ServiceError, match="2 groups are dropped, the others are as they were"):
        asyncio.run(resetting.reset(env, client_options(env), None, done))
    gone = {key for key in before if b"imposed" in key}
    assert set(found[0].entries) == before.keys() - gone
    assert asyncio.run(stores(env))[1].entries == found[0].entries


def test_a_reset_is_refused_while_a_worker_runs(env: Settings, desk: Desk) -> None:
    asyncio.run(put(env, before := dict(desk.store.entries)))

    async def beside_a_member() -> None:
        consumer = AIOKafkaConsumer(
            env.topic("matches"), **client_options(env), group_id=env.group("watch"), enable_auto_commit=False
        )
        await consumer.start()
        try:
            done = await asyncio.to_thread(run, "state", "reset", "--all", "--yes")
            assert done.returncode == 2
            assert b"end them first" in done.stderr
        finally:
            await consumer.stop()

    asyncio.run(beside_a_member())
    assert dict(asyncio.run(stores(env))[1].entries) == before


def test_state_of_a_newer_tocsin_stops_the_worker_before_it_writes_and_only_a_reset_of_all_helps(
    env: Settings, desk: Desk
) -> None:
    newer = dict(desk.store.entries) | {b"f": b"3", b"g/imposed/country:BY": b"{}", b"x/who": b"knows"}
    newer |= {key: b"{}" for key in newer if key.startswith(b"a/imposed/country:BY")}
    asyncio.run(put(env, newer))

    async def send() -> None:
        async with AIOKafkaProducer(**client_options(env)) as producer:
            for number in range(20):
                await producer.send(env.topic("matches"), b"no match", partition=1, key=b"%d" % number)

    asyncio.run(send())
    command = [console_script(), "worker", "watch"]
    worker = subprocess.run(command, env=environment_of(env), stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert worker.returncode == 2
    assert b"format 3; this one reads up to 2" in worker.stderr.strip().splitlines()[-1]
    assert dict(asyncio.run(stores(env))[1].entries) == newer
    assert asyncio.run(committed(env)) == 7
    assert asyncio.run(everything(env, "dead-letters")) == []

    for command in (["ls"], ["show", "imposed", "country:RU"], ["reset", "--rule", "imposed", "--yes"]):
        refused = run("state", *command)
        assert (refused.returncode, b"newer Tocsin" in refused.stderr) == (2, True), refused
    done = run("state", "reset", "--all", "--yes")
    assert done.stdout.decode() == "dropped 4 groups, 4 open alerts resolved\n", done.stderr.decode()
    assert b"1 open alert cannot be read" in done.stderr
    assert [len(store) for store in asyncio.run(stores(env))] == [0, 0, 0, 0]
