"""The dashboard is what the code writes, and every query of it gets numbers from a real Prometheus."""

from __future__ import annotations

import json
import math
import os
import re
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
import yaml

from streams.metrics import Metrics

FOLDER = Path(__file__).parents[2] / "monitoring"
CODE = runpy.run_path(str(FOLDER / "dashboard.py"))
QUERIES: list[str] = CODE["queries"]()


def test_json_is_what_the_code_writes() -> None:
    written = (FOLDER / "grafana/dashboards/tocsin.json").read_text(encoding="utf-8")
    assert written == CODE["render"](), "python monitoring/dashboard.py"


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(CODE["render"]())["panels"]:
        place = panel["gridPos"]
        rows, columns = range(place["y"], place["y"] + place["h"]), range(place["x"], place["x"] + place["w"])
        cells = {(row, column) for row in rows for column in columns}
        assert not cells & taken, panel["title"]
        assert columns.stop <= 24
        taken |= cells


def test_every_panel_asks_the_provisioned_source() -> None:
    source = yaml.safe_load((FOLDER / "grafana/provisioning/datasources/prometheus.yml").read_text(encoding="utf-8"))[
        "datasources"
    ][0]
    panels = [panel for panel in json.loads(CODE["render"]())["panels"] if panel["type"] != "row"]
    uids = {target["datasource"]["uid"] for panel in panels for target in panel["targets"]}
    assert uids == {source["uid"]}
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_every_metric_that_is_asked_for_is_served() -> None:
    endings = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "gauge": [""]}
    families = Metrics().registry.collect()
    served = {family.name + end for family in families for end in endings[family.type]}
    asked = {name for query in QUERIES for name in re.findall(r"\btocsin_\w+", query)}
    assert asked <= served


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prometheus that has scraped `tocsin up --seed` until it had watched all of it."""
    command = shutil.which("prometheus")
    if command is None:
        pytest.skip("prometheus is not installed: apt-get install prometheus")
    folder = tmp_path_factory.mktemp("monitored")
    *scraped, mine = free_ports(3)
    config = yaml.safe_load((FOLDER / "local.yml").read_text(encoding="utf-8"))
    config["global"] |= {"scrape_interval": "250ms", "evaluation_interval": "1s"}  # before the first commit too
    config["rule_files"] = [str(FOLDER / "rules/*.yml")]
    for job, port in zip(config["scrape_configs"], scraped, strict=True):
        job["static_configs"] = [{"targets": [f"127.0.0.1:{port}"]}]
    (folder / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML
    arguments = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    address = f"127.0.0.1:{mine}"
    up = [str(Path(sys.executable).with_name("tocsin")), "up", "--seed"]
    environment = {"TOCSIN_HOME": str(folder / "home"), "TOCSIN_METRICS_PORT": str(scraped[0])}
    with running([command, *arguments, f"--web.listen-address={address}"], folder / "prometheus.log"):
        wait_for(lambda: bool(ask(f"http://{address}", "vector(1)")), 30, "Prometheus")
        with running(up, folder / "up.log", environment):
            watched = "sum(tocsin_alerts_total) > 0 and sum(tocsin_alert_age_seconds_count) > 0"
            wait_for(lambda: bool(ask(f"http://{address}", watched)), 240, f"an alert; see {folder}/up.log")
            time.sleep(3)  # for a rate there must be two samples after the last change
            yield f"http://{address}"


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.parametrize("query", QUERIES)
def test_query_returns_numbers_of_a_real_run(prometheus: str, query: str) -> None:
    values = ask(prometheus, query)
    assert values
    assert all(math.isfinite(value) for value in values)


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.parametrize("name", ["signals_total", "alerts_total", "matches_total", "read_age", "alert_age", "commit"])
def test_dashboard_shows_what_happened(prometheus: str, name: str) -> None:
    (asked, *_) = (query for query in QUERIES if f"tocsin_{name}" in query)
    assert any(value > 0 for value in ask(prometheus, asked))


@pytest.mark.slow
@pytest.mark.kafka
def test_nothing_alarms_in_a_healthy_run(prometheus: str) -> None:
    assert ask(prometheus, 'ALERTS{alertstate="firing"}') == []


def ask(address: str, query: str) -> list[float]:
    """The values of an instant query; [] too while Prometheus does not answer."""
    try:
        with urlopen(f"{address}/api/v1/query?{urlencode({'query': query})}", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
    except HTTPError as error:
        raise AssertionError(f"{query}: {error.read().decode()}") from error
    except (URLError, OSError):
        return []
    return [float(sample["value"][1]) for sample in found["data"]["result"]]


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.5)


@contextmanager
def running(command: list[str], log: Path, environment: dict[str, str] | None = None) -> Iterator[None]:
    """A process in a group of its own, interrupted at the end as by Ctrl-C."""
    with log.open("wb") as output:
        env = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env=env | (environment or {}), start_new_session=True, cwd=log.parent
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def free_ports(count: int) -> range:
    """So many in a row."""
    for first in range(32_100 + os.getpid() % 500, 32_700):
        ports = range(first, first + count)
        if all(_is_free(port) for port in ports):
            return ports
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
