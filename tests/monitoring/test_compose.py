"""What can be said of docker-compose.yml and the Dockerfile without an engine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.broker.node import PROPERTIES
from streams.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """As a real compose understands it: anchors merged, defaults filled in."""
    command = shutil.which("docker-compose")
    if command is None:
        pytest.skip("docker-compose is not installed: apt-get install docker-compose")
    done = subprocess.run([command, "-f", ROOT / "docker-compose.yml", "config"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = yaml.safe_load(done.stdout)
    return found


def test_compose_accepts_the_file(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"kafka", "topics", "read", "watch", "prometheus", "grafana"}


def test_kafka_of_compose_is_set_like_the_embedded_one(compose: dict[str, Any]) -> None:
    embedded = dict(line.split("=", 1) for line in PROPERTIES.splitlines() if not line.startswith("#"))
    given = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in compose["services"]["kafka"]["environment"].items()
    }
    of_the_place = {name for name in embedded if "listener" in name or name in ("controller.quorum.voters", "log.dirs")}
    shared = given.keys() & embedded.keys() - of_the_place
    assert {name: given[name] for name in shared} == {name: embedded[name] for name in shared}
    ours = embedded.keys() - of_the_place - shared
    # Threads, segments and time-outs that only make a small node smaller or quicker to come back.
    assert ours == {
        "num.network.threads",
        "num.io.threads",
        "log.cleaner.threads",
        "log.segment.bytes",
        "broker.session.timeout.ms",
        "broker.heartbeat.interval.ms",
    }


def test_every_variable_of_the_workers_is_a_setting(compose: dict[str, Any]) -> None:
    for name in ("topics", "read", "watch"):
        variables = compose["services"][name]["environment"]
        settings = {variable.removeprefix("TOCSIN_").lower() for variable in variables}
        assert settings <= set(Settings.model_fields), name


def test_workers_stop_in_time_and_start_again(compose: dict[str, Any]) -> None:
    for name in ("read", "watch"):
        worker = compose["services"][name]
        assert worker["restart"] == "on-failure"
        assert worker["stop_grace_period"] == "15s"
        assert worker["depends_on"]["topics"] == {"condition": "service_completed_successfully"}
        assert "/healthz" in json.dumps(worker["healthcheck"]["test"])


def test_no_port_is_open_to_other_machines(compose: dict[str, Any]) -> None:
    ports = [str(port) for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_everything_that_is_mounted_is_there(compose: dict[str, Any]) -> None:
    volumes = [volume for service in compose["services"].values() for volume in service.get("volumes", [])]
    paths = [Path(volume.split(":")[0]) for volume in volumes if volume.startswith("/")]
    assert len(paths) == 4
    assert all(path.exists() for path in paths)


def test_prometheus_scrapes_the_ports_on_which_the_workers_serve(compose: dict[str, Any]) -> None:
    jobs = yaml.safe_load((ROOT / "monitoring/prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    scraped = {(name, str(dns["port"])) for job in jobs for dns in job["dns_sd_configs"] for name in dns["names"]}
    served = {(name, compose["services"][name]["environment"]["TOCSIN_METRICS_PORT"]) for name in ("read", "watch")}
    assert scraped == served


def test_dockerfile_copies_what_is_there_and_not_ignored() -> None:
    lines = re.findall(r"^COPY (?!--from)(.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    copied = {source for line in lines for source in line.split()[:-1]}
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == kept
    assert all((ROOT / source).exists() for source in copied)
