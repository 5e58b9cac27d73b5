from __future__ import annotations

import json
import uuid

import pytest
from typer.testing import CliRunner

from streams.broker import topics as declared
from streams.cli import topics
from streams.errors import ServiceError
from streams.settings import Settings

RUNNER = CliRunner()


@pytest.mark.kafka
def test_check_finds_what_is_missing_and_create_makes_it(broker: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    prefix = f"replay.{uuid.uuid4().hex}."
    monkeypatch.setenv("TOCSIN_HOME", str(broker.home))
    monkeypatch.setenv("TOCSIN_PREFIX", prefix)

    check = RUNNER.invoke(topics.app, ["check", "--format", "json"])
    assert check.exit_code == 1
    found = json.loads(check.stdout)
    assert not found["ok"]
    assert {drift["topic"] for drift in found["drift"]} == {prefix + topic.name for topic in declared.TOPICS}
    table = RUNNER.invoke(topics.app, ["check"])
    assert f"{prefix}watch-state" in table.stdout
    assert "tocsin topics create" in table.stderr

    assert len(json.loads(RUNNER.invoke(topics.app, ["create", "--format", "json"]).stdout)["created"]) == 6
    assert "there already" in RUNNER.invoke(topics.app, ["create"]).stdout
    check = RUNNER.invoke(topics.app, ["check"])
    assert check.exit_code == 0
    deleted = RUNNER.invoke(topics.app, ["delete-replay", prefix.split(".")[1]])
    assert deleted.exit_code == 0
    assert f"deleted {prefix}articles" in deleted.stdout
    assert RUNNER.invoke(topics.app, ["delete-replay", prefix.split(".")[1]]).exit_code == 1


def test_without_kafka_it_is_a_service_error(home: Settings) -> None:
    for command in ("create", "check"):
        result = RUNNER.invoke(topics.app, [command])
        assert isinstance(result.exception, ServiceError)
        assert result.exception.exit_code == 3
