"""Rules that change while `up` runs: valid ones take over, with a mistake the old ones go on."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from streams.cli.reload import hold_rules, put_rules
from streams.engine.wiring import load_seeds
from streams.errors import InputError
from streams.settings import Settings
from tests.cli.test_up import Home, end, line_with, until


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A folder of seeds of one's own, to edit."""
    folder = tmp_path / "my seeds"
    shutil.copytree(Settings().seeds_folder(), folder)
    return folder


def test_workers_get_links_to_the_seeds_and_a_copy_of_the_rules(seeds: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", seeds=seeds)
    held = hold_rules(settings)
    before = load_seeds(settings)
    (seeds / "rules.yaml").write_text("rules: {")
    again = load_seeds(held)
    assert (again.rules.version, again.reader.version) == (before.rules.version, before.reader.version)
    put_rules(held.seeds_folder(), b"rules: {}")
    assert load_seeds(held).rules.by_name == {}
    assert (seeds / "rules.yaml").read_text() == "rules: {"


def test_holding_rules_again_begins_with_those_of_the_seeds(seeds: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", seeds=seeds)
    put_rules(hold_rules(settings).seeds_folder(), b"rules: {}")
    assert load_seeds(hold_rules(settings)).rules.by_name
    assert (seeds / "actors" / "countries.yaml").exists()


def test_the_folder_of_the_workers_is_nobodys_seeds(tmp_path: Path) -> None:
    held = hold_rules(Settings(home=tmp_path / "home"))
    with pytest.raises(InputError, match="name your own folder"):
        hold_rules(held)
    assert load_seeds(held).rules.by_name


class Said:
    """The lines of a process's stderr, as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.lines: list[str] = []
        self._process = process
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stderr
        for line in self._process.stderr:
            self.lines.append(line)

    def count(self, text: str) -> int:
        return sum(text in line for line in self.lines)


def article(number: int, who: str) -> str:
    text = f"{who} imposed sanctions on Belarus on Monday, a spokesman in the capital of {who} said."
    return json.dumps({"id": f"a{number}", "text": text, "published_at": f"2025-03-0{number}T00:00:00Z"})


@pytest.fixture
def home(seeds: Path, tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home")
    home.environment["TOCSIN_SEEDS"] = str(seeds)
    yield home
    home.run("broker", "stop")
    for process in home.processes():
        process.kill()


def rings(home: Home, process: subprocess.Popen[str], number: int, who: str) -> dict[str, Any]:
    """Publish an article and wait for what rings."""
    news = home.folder / f"{number}.jsonl"
    news.write_text(article(number, who))
    assert home.run("publish", str(news)).returncode == 0
    assert process.stdout
    for line in process.stdout:
        alert: dict[str, Any] = json.loads(line)
        if alert["rule"] == "sanctions-imposed" and alert["state"] == "firing":
            return alert
    raise AssertionError("ended without an alert")


@pytest.mark.kafka
@pytest.mark.timeout(240)
def test_another_severity_is_that_of_the_next_alert_and_a_mistake_changes_nothing(home: Home, seeds: Path) -> None:
    rules = seeds / "rules.yaml"
    first = rules.read_text(encoding="utf-8")
    process = home.start("up", "--format", "jsonl")
    line_with(process, "stop ")
    said = Said(process)
    assert rings(home, process, 1, "Norway")["severity"] == "warning"

    rules.write_text(first.replace("severity: warning", "severity: critical", 1), encoding="utf-8")
    until("workers with the new rules", lambda: said.count("read and watch are ready"))
    assert said.count("sanctions-imposed  looks different from the next record on (severity)") == 1
    assert rings(home, process, 2, "Japan")["severity"] == "critical"

    rules.write_text(first.replace("kind: each", "kind: eech", 1), encoding="utf-8")
    until("the mistake", lambda: said.count("unknown kind 'eech', did you mean 'each'?"))
    read = next(each for each in home.processes() if "worker" in each.cmdline() and "read" in each.cmdline())
    read.kill()  # it starts again with the rules that ran
    assert rings(home, process, 3, "Canada")["severity"] == "critical"
    assert said.count("eech") == 1
    assert said.count("rules.yaml:") == 1

    rules.write_text(first, encoding="utf-8")
    until("workers with the first rules", lambda: said.count("read and watch are ready") == 2)
    assert rings(home, process, 4, "Iceland")["severity"] == "warning"
    assert not [line for line in said.lines if "stopped for good" in line]
    assert end(process) == 130
    assert [each for each in home.processes() if each.status() != psutil.STATUS_ZOMBIE] == []
