"""A cluster of three loses the leader, twice, and neither the workers nor the alerts notice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from streams.broker import topics
from streams.broker.connection import client_options
from streams.engine.idle import until_idle
from streams.settings import Settings, load
from tests.exactly_once.cluster import COPIES, Cluster
from tests.exactly_once.system import System, news
from tests.exactly_once.verdict import judge
from tests.product import STAGES, Workers

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(400)]

PER_SECOND = 30.0


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    cluster = Cluster(tmp_path / "nodes")
    try:
        await cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def three(cluster: Cluster, tmp_path: Path) -> Settings:
    """Settings for the cluster, whose topics are there in three copies."""
    changes = {"home": tmp_path, "kafka": cluster.bootstrap_servers, "replication": COPIES}
    settings = load().model_copy(update=changes)
    topics.create(settings)
    return settings


async def test_the_leader_is_killed_twice_and_nothing_is_lost_or_doubled_without_a_restart(
    cluster: Cluster, three: Settings, tmp_path: Path
) -> None:
    workers, killed = Workers(three, tmp_path), list[int]()
    system = System(three, workers)
    processes = [workers.start(stage) for stage in STAGES]
    try:
        async with news(three, seed=3, per_second=PER_SECOND):
            await system.go_on("the start")
            for topic in ("articles", "matches"):
                await asyncio.sleep(5)
                leader = await cluster.leader(three.topic(topic), 0)
                cluster.kill(leader)
                killed.append(leader)
                await system.go_on(f"the kill of node {leader}")
                await system.configure("watch-state", "min.insync.replicas", "3")  # more than are left: it refuses all
                await asyncio.sleep(3)
                await system.configure("watch-state", "min.insync.replicas", "2")
                await system.go_on("what the changelog refused")
                cluster.start_node(leader)
                await asyncio.sleep(5)
                await system.go_on(f"the return of node {leader}")
        await asyncio.wait_for(until_idle(three, client_options(three)), 120)
        assert [process.poll() for process in processes] == [None, None]
        workers.stop()
    finally:
        workers.kill()
    verdict = await judge(three, replay=False)
    print(f"nodes {killed} killed, {verdict.counts}, aborted {verdict.aborted}")
    assert not verdict.problems
    assert verdict.counts["alerts"] > 10
