"""What tests that need Kafka share: one broker for the whole run, and topics of its own for each test."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.broker import client, topics
from streams.broker.connection import client_options
from streams.broker.kafka import Broker
from streams.settings import Settings, load


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings for a Kafka that runs: that of TOCSIN_KAFKA if it is set, else an embedded one of this run."""
    given = load()
    if given.kafka:
        yield given
        return
    # A name that needs care: spaces, a comma and an accent have each broken something that starts a JVM.
    settings = given.model_copy(update={"home": tmp_path_factory.mktemp("kafka") / "höme, of tests"})
    embedded = Broker(settings)
    embedded.start()
    try:
        yield settings
    finally:
        embedded.stop()


@pytest.fixture
def settings(broker: Settings) -> Iterator[Settings]:
    """Settings with a prefix of this test's own, whose topics are there; they are deleted at its end."""
    own = broker.model_copy(update={"prefix": f"test-{uuid.uuid4().hex[:12]}."})
    topics.create(own)
    yield own
    client.run(_delete(own))


async def _delete(settings: Settings) -> None:
    async with client.admin(client_options(settings)) as admin:
        names = [name for name in await admin.list_topics() if name.startswith(settings.prefix)]
        await admin.delete_topics(names)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings for a home of this test's own, without a broker; one that runs in it at the end is stopped."""
    monkeypatch.delenv("TOCSIN_KAFKA", raising=False)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))
    own = load()
    yield own
    Broker(own).stop()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With TOCSIN_NO_SKIPS, as in .ci/run: fail where a test was skipped, but for ../shared where there is none."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("TOCSIN_NO_SKIPS") or reporter is None:
        return
    there = (Path(__file__).parents[2] / "shared").is_dir()
    if [report for report in reporter.stats.get("skipped", []) if there or "shared" not in str(report.longrepr)]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
