"""Prometheus' own tool on the configuration, the alert rules and their tests."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client import Metric

from streams.metrics import Metrics

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "monitoring"


def promtool(*arguments: str | Path) -> str:
    command = shutil.which("promtool")
    if command is None:
        pytest.skip("promtool is not installed: apt-get install prometheus")
    done = subprocess.run([command, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def alerts() -> dict[str, str]:
    (group,) = yaml.safe_load((FOLDER / "rules/tocsin.yml").read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule["expr"] for rule in group["rules"]}


@pytest.mark.parametrize("name", ["prometheus.yml", "local.yml"])
def test_prometheus_accepts_the_configuration_and_its_rules(name: str) -> None:
    assert f"{len(alerts())} rules found" in promtool("check", "config", FOLDER / name)


def test_alerts_fire_when_they_should_and_only_then() -> None:
    assert "SUCCESS" in promtool("test", "rules", FOLDER / "rules/tests/tocsin.yml")


def test_every_alert_has_a_test_and_a_word_for_the_operator() -> None:
    tests = yaml.safe_load((FOLDER / "rules/tests/tocsin.yml").read_text(encoding="utf-8"))["tests"]
    fired = {case["alertname"] for test in tests for case in test["alert_rule_test"] if case["exp_alerts"]}
    page = (ROOT / "docs/operating.md").read_text()
    told = set(re.findall(r"^\| `(Tocsin\w+)` \|", page, re.MULTILINE))
    assert fired == told == set(alerts())


def test_every_metric_that_an_alert_asks_for_is_served() -> None:
    served = {sample for metric in Metrics().registry.collect() for sample in _names(metric)}
    asked = {name for expression in alerts().values() for name in re.findall(r"\btocsin_\w+", expression)}
    assert asked
    assert asked <= served


def _names(metric: Metric) -> set[str]:
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(metric.type, ("",))
    return {metric.name + ending for ending in endings}
