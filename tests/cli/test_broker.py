from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from streams.broker import jars
from streams.cli import broker
from streams.errors import InputError
from streams.settings import Settings

RUNNER = CliRunner()


def test_status_without_a_broker_is_no_and_exit_code_1(home: Settings) -> None:
    result = RUNNER.invoke(broker.app, ["status", "--format", "json"])
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert (found["running"], found["version"], found["bootstrap_servers"]) == (False, None, None)
    assert "not running" in RUNNER.invoke(broker.app, ["status"]).stdout
    assert not home.home.exists()  # asking changes nothing


@pytest.mark.kafka
def test_start_prints_the_address_alone_and_status_tells_the_same(home: Settings) -> None:
    started = RUNNER.invoke(broker.app, ["start"])
    assert started.exit_code == 0
    address = started.stdout.strip()
    assert address.startswith("127.0.0.1:")
    assert "ready" in started.stderr

    status = RUNNER.invoke(broker.app, ["status", "--format", "json"])
    assert status.exit_code == 0
    found = json.loads(status.stdout)
    assert (found["running"], found["version"], found["bootstrap_servers"]) == (True, jars.kafka_version(), address)
    assert address in RUNNER.invoke(broker.app, ["status"]).stdout

    assert RUNNER.invoke(broker.app, ["start"]).stdout.strip() == address
    assert RUNNER.invoke(broker.app, ["stop"]).stdout == "stopped\n"
    again = RUNNER.invoke(broker.app, ["stop"])
    assert again.exit_code == 0
    assert "no broker runs" in again.stdout


def test_with_another_cluster_set_the_embedded_broker_is_not_touched(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_KAFKA", "127.0.0.1:9")
    for command in ("start", "stop"):
        result = RUNNER.invoke(broker.app, [command])
        assert isinstance(result.exception, InputError)
    status = RUNNER.invoke(broker.app, ["status", "--format", "json"])
    assert status.exit_code == 1
    assert json.loads(status.stdout)["bootstrap_servers"] == "127.0.0.1:9"
    monkeypatch.delenv("TOCSIN_KAFKA")


@pytest.mark.parametrize("command", ["start", "stop", "status"])
def test_help_shows_an_example(command: str) -> None:
    assert f"tocsin broker {command}" in " ".join(RUNNER.invoke(broker.app, [command, "--help"]).stdout.split())
