"""A seeded schedule of faults over the whole monitor: nothing is lost, nothing doubled, and alerts are as ever."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.broker import topics
from streams.broker.connection import client_options
from streams.broker.kafka import Broker
from streams.engine.idle import until_idle
from streams.settings import Settings, load
from tests.exactly_once.faults import DECK, schedule
from tests.exactly_once.killing import held_back
from tests.exactly_once.system import Node, System, news
from tests.exactly_once.verdict import judge
from tests.product import STAGES, Workers

SEEDS = [int(seed) for seed in os.environ.get("TOCSIN_CHAOS_SEED", "1").split()]
MINUTES = float(os.environ.get("TOCSIN_CHAOS_MINUTES", "0"))
PER_SECOND = 30.0

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(900 + 180 * MINUTES)]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Settings]:
    """A broker of this test's own, for it is killed and suspended."""
    settings = load().model_copy(update={"kafka": None, "home": tmp_path / "home", "session_timeout_seconds": 3.0})
    Broker(settings).start()
    topics.create(settings)
    yield settings
    Broker(settings).stop()


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_is_done_to_it_the_monitor_loses_and_doubles_nothing(
    seed: int, home: Settings, tmp_path: Path
) -> None:
    """Every fault once; with TOCSIN_CHAOS_MINUTES, for so long."""
    workers, began = Workers(home, tmp_path), time.monotonic()
    system = System(home, workers, Node(home))
    try:
        async with news(home, seed, PER_SECOND):
            await asyncio.sleep(3)
            # News wait and nothing is committed yet when the groups are shared out, again and again.
            for stage in STAGES * 3:
                workers.start(stage)
                await asyncio.sleep(0.4)
            await system.go_on("the start of three workers each")
            for stage in STAGES * 2:
                await asyncio.to_thread(workers.end, stage, workers.of(stage)[0], signal.SIGTERM)
            for number, fault in enumerate(schedule(seed), 1):
                print(f"{time.monotonic() - began:6.1f} s  {fault}", flush=True)
                await system.suffer(fault)
                if number >= len(DECK) and time.monotonic() - began > 60 * MINUTES:
                    break
        await asyncio.wait_for(until_idle(home, client_options(home)), 120)
        hung = await held_back(home)
        for further in range(seed, seed + 6 * bool(hung)):  # see docs/guarantees.md, "Where it ends"
            async with news(home, further, PER_SECOND):
                await asyncio.sleep(10)
            await asyncio.wait_for(until_idle(home, client_options(home)), 120)
            if not await held_back(home):
                break
        workers.stop()
    finally:
        workers.kill()

    verdict = await judge(home)
    told = {
        "seed": seed,
        "seconds": round(time.monotonic() - began),
        "faults": Counter(fault.kind.name.lower() for fault, _ in system.faults),
        "slowest_recovery_seconds": round(max(seconds for _, seconds in system.faults), 1),
        **verdict.counts,
        "lost": verdict.lost,
        "doubled": verdict.doubled,
        "aborted": verdict.aborted,
        "hung": [f"{tp.topic}-{tp.partition}" for tp in hung],
    }
    print(json.dumps(told), flush=True)
    again = f"make chaos SEED={seed} MINUTES={MINUTES:g}"
    assert not verdict.problems, f"{verdict.problems}; once more: {again}"
    assert not workers.exits, f"workers ended by themselves: {workers.exits}; once more: {again}"
    assert any(verdict.aborted.values()), f"no fault hit an open transaction: nothing is proved; once more: {again}"
