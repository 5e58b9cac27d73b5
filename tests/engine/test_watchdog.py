"""A worker in which nothing gets done ends and says where it hung; one that is idle, suspended or cut off does not."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from streams.broker.kafka import Broker
from streams.engine import supervisor
from streams.engine.supervisor import Child, Supervisor
from streams.engine.watchdog import Counts, stacks
from streams.settings import Settings
from tests.engine.kafka_rig import Rig

WORKER = Path(__file__).with_name("stalling_worker.py")
STALL_SECONDS = 3


def command(rig: Rig, **spec: object) -> list[str]:
    told = {"servers": rig.servers, "prefix": rig.prefix, "stall_seconds": STALL_SECONDS, **spec}
    return [sys.executable, str(WORKER), json.dumps(told)]


def start(rig: Rig, **spec: object) -> subprocess.Popen[bytes]:
    with rig.log(len(rig.workers)).open("wb") as log:
        worker = subprocess.Popen(command(rig, **spec), stdin=subprocess.PIPE, stdout=log, stderr=log)
    rig.workers.append(worker)
    return worker


async def test_what_stands_still_is_counted_in_ticks_and_begins_anew_when_it_moves() -> None:
    counts = Counts()
    for mark in (1, 1, 1):
        counts.tick({"a": mark, "b": object()})
    assert counts.longest() == ("a", 2)
    counts.tick({"a": 2})
    assert counts.longest() == ("a", 0)
    counts.tick({"a": 2})
    counts.tick({})  # nothing waits there any more
    counts.tick({"a": 2})
    assert counts.longest() == ("a", 0)
    counts.forget()
    assert counts.longest()[1] == 0


async def test_stacks_show_the_whole_way_of_threads_and_of_tasks_that_wait() -> None:
    async def inner() -> None:
        await asyncio.Event().wait()

    async def outer() -> None:
        await inner()

    task = asyncio.create_task(outer(), name="the one that waits")
    told: list[str] = []
    timer = threading.Timer(0.2, lambda: told.append(stacks()))  # the loop rests by then
    timer.start()
    await asyncio.sleep(0.5)
    await asyncio.to_thread(timer.join)
    task.cancel()
    waits = told[0].partition("task the one that waits\n")[2].partition("task ")[0]
    assert [line.split()[-1] for line in waits.splitlines() if "File" in line] == ["outer", "inner", "wait"]
    assert "thread MainThread\n" in told[0]
    assert "in run_forever" in told[0]


@pytest.mark.kafka
@pytest.mark.parametrize("where", ["step", "loop", "commit"])
async def test_a_worker_that_hangs_logs_where_and_ends_with_code_5(rig: Rig, where: str) -> None:
    worker = start(rig)
    await rig.send([b"1", b"2", b"3"])
    await rig.until(lambda found: len(found) == 3)
    await rig.send([where.encode()])
    assert await asyncio.to_thread(worker.wait, 60) == 5
    log = rig.logged
    assert f"in hang_in_the_{where}\n" in log
    assert "task partition-" in log
    last = log.strip().splitlines()[-1]
    assert f"no progress for {STALL_SECONDS} s" in last
    assert where == "loop" or f"{rig.prefix}in-" in last


@pytest.mark.kafka
async def test_code_that_never_lets_go_of_the_interpreter_ends_by_sigprof_with_the_stacks(rig: Rig) -> None:
    worker = start(rig)
    await rig.send([b"interpreter"])
    assert await asyncio.to_thread(worker.wait, 120) == -signal.SIGPROF
    assert "stalling_worker.py" in rig.logged.partition("Thread 0x")[2]


@pytest.mark.kafka
async def test_the_supervisor_starts_it_again_and_what_hung_is_done_once(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = command(rig, once=str(tmp_path / "hung"))
    script = tmp_path / "tocsin"
    script.write_text(f"#!/bin/sh\nexec {spec[0]} {spec[1]} '{spec[2]}'\n")
    script.chmod(0o755)
    monkeypatch.setattr(supervisor, "console_script", lambda: str(script))
    said: list[str] = []
    keeper = Supervisor(said.append)
    keeper.start(Child("worker", (), {}, tmp_path / "supervised.log"))
    try:
        await rig.send([b"1", b"step", b"2"])
        await rig.until(lambda found: len(found) >= 3)
    finally:
        await keeper.stop()
    assert sorted(record.value for record in await rig.read("out")) == [b"1", b"2", b"step"]
    assert "exit code 5), starting again" in said[0]


@pytest.mark.kafka
async def test_a_suspended_worker_has_its_whole_time_again(rig: Rig) -> None:
    values = [b"%d" % number for number in range(60)]
    await rig.send(values)
    worker = start(rig, slow_seconds=0.2)
    await rig.until(lambda found: len(found) > 0)
    worker.send_signal(signal.SIGSTOP)  # records wait, and more than STALL_SECONDS pass without a commit
    await asyncio.sleep(STALL_SECONDS + 2)
    worker.send_signal(signal.SIGCONT)
    await rig.until(lambda found: len(found) >= len(values))
    assert worker.poll() is None
    assert rig.told("no progress") == 0


@pytest.mark.kafka
async def test_an_idle_worker_goes_on_also_behind_markers_and_aborted_records(rig: Rig) -> None:
    worker = start(rig)
    producer = AIOKafkaProducer(bootstrap_servers=rig.servers, transactional_id=f"{rig.prefix}producer")
    await producer.start()
    async with producer.transaction():
        for number in range(40):
            await producer.send(rig.prefix + "in", b"%d" % number, key=b"%d" % number)
    await rig.until(lambda found: len(found) == 40)
    await producer.begin_transaction()
    for number in range(40):
        await producer.send(rig.prefix + "in", b"never", key=b"%d" % number)
    await producer.abort_transaction()
    await producer.stop()
    await asyncio.sleep(3 * STALL_SECONDS)
    assert worker.poll() is None
    assert rig.told("no progress") == 0


@pytest.mark.kafka
async def test_a_worker_waits_for_a_broker_that_is_away_however_long(home: Settings, tmp_path: Path) -> None:
    broker = Broker(home)
    await asyncio.to_thread(broker.start)
    rig = await Rig.make(home, tmp_path)
    try:
        worker = start(rig, slow_seconds=0.1)
        await rig.send([b"%d" % number for number in range(100)])
        await rig.until(lambda found: len(found) > 0)
        await asyncio.to_thread(broker.stop)
        while rig.told("Kafka does not answer: waiting for it") < 3:
            assert worker.poll() is None
            await asyncio.sleep(0.2)
        await asyncio.to_thread(broker.start)
        await rig.until(lambda found: len(found) >= 100)
        assert len(await rig.read("out")) == 100
        assert worker.poll() is None
    finally:
        rig.stop()
