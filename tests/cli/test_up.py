"""`tocsin up` as a user runs it: real processes, a home of its own, real Kafka."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from streams.engine.supervisor import console_script

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


class Home:
    """A fresh home and how to run commands in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")}
        self.environment["TOCSIN_HOME"] = str(folder)

    def run(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [console_script(), *arguments], env=self.environment, capture_output=True, text=True, timeout=timeout
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [console_script(), *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def processes(self) -> list[psutil.Process]:
        """All that run for this home: workers, the broker, `up` itself."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.status() != psutil.STATUS_ZOMBIE and (
                    process.environ().get("TOCSIN_HOME") == str(self.folder)
                    or str(self.folder) in process.cmdline()[-1]
                ):
                    found.append(process)
            except (psutil.Error, IndexError):
                continue
        return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("up") / "home")
    yield home
    home.run("broker", "stop")
    for process in home.processes():
        process.kill()


def alerts_of(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def until(what: str, done: Any, seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := done()):
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
    return found


def line_with(process: subprocess.Popen[str], text: str) -> str:
    """Wait for a line on stderr."""
    assert process.stderr
    for line in process.stderr:
        if text in line:
            return line
    raise AssertionError(f"ended without saying {text!r}")


def end(process: subprocess.Popen[str], number: signal.Signals = signal.SIGINT) -> int:
    process.send_signal(number)
    process.communicate(timeout=30)
    return process.returncode


def test_the_seeds_ring_once_and_a_second_run_adds_no_revision(home: Home) -> None:
    first = home.run("up", "--seed", "--until-idle", "--format", "jsonl")
    assert first.returncode == 0, first.stderr
    alerts = alerts_of(first.stdout)
    assert any(alert["stories"] > 1 for alert in alerts)
    assert all(alert["evidence"] and alert["evidence"][0]["text"] for alert in alerts)
    assert "\x1b" not in first.stderr  # no colours in a pipe
    second = home.run("up", "--seed", "--until-idle", "--format", "jsonl")
    assert second.returncode == 0, second.stderr
    assert second.stdout == first.stdout
    assert home.processes() == []


def test_a_replay_beside_the_live_monitor_gives_its_alerts_and_touches_nothing_of_it(home: Home) -> None:
    process = home.start("up")
    line_with(process, "stop ")
    live = home.run("alerts", "--format", "jsonl")
    replayed = home.run("replay", "--format", "jsonl")
    assert replayed.returncode == 0, replayed.stderr
    assert replayed.stdout == live.stdout
    assert "cold start" not in replayed.stderr
    assert home.run("alerts", "--format", "jsonl").stdout == live.stdout
    assert home.run("broker", "status").returncode == 0
    assert process.poll() is None
    assert end(process) == 130


def test_a_replay_from_the_middle_says_cold_start_and_ends_before_what_came_later(home: Home) -> None:
    replayed = home.run("replay", "--from", "2099-01-01", "--format", "jsonl")
    assert replayed.returncode == 0, replayed.stderr
    assert replayed.stdout == ""
    assert "cold start" in replayed.stderr


def test_ctrl_c_ends_everything_and_a_second_up_is_refused_meanwhile(home: Home) -> None:
    process = home.start("up")
    line_with(process, "stop ")
    second = home.run("up")
    assert second.returncode == 2
    assert f"process {process.pid}" in second.stderr
    began = time.monotonic()
    assert end(process) == 130
    assert time.monotonic() - began < 10
    until("orphans", lambda: home.processes() == [], 5)


def test_a_killed_worker_is_started_again_and_metrics_and_health_are_served(home: Home) -> None:
    process = home.start("up")
    pages = line_with(process, "metrics ").split()[1:]
    line_with(process, "stop ")
    page = urllib.request.urlopen(pages[0].strip(","), timeout=5).read().decode()
    assert 'tocsin_build_info{knowledge="' in page
    health = pages[0].strip(",").replace("/metrics", "/healthz")
    workers = [p for p in home.processes() if "worker" in p.cmdline()]
    assert len(workers) == 2
    read = next(p for p in workers if "read" in p.cmdline())
    name = read.environ()["TOCSIN_MEMBER"]
    read.kill()
    again = until(
        "a new worker",
        lambda: [
            p for p in home.processes() if "worker" in p.cmdline() and "read" in p.cmdline() and p.pid != read.pid
        ],
    )
    assert name
    assert again[0].environ()["TOCSIN_MEMBER"] == name  # so it need not wait until the killed one is missed

    def answers() -> bool:
        try:
            return bool(urllib.request.urlopen(health, timeout=1).status == 200)
        except OSError:
            return False

    until("health on the same port", answers)
    assert end(process, signal.SIGTERM) == 130


def test_a_killed_up_leaves_no_worker_behind_and_the_next_one_finds_its_broker(home: Home) -> None:
    process = home.start("up")
    line_with(process, "stop ")
    process.kill()
    process.communicate(timeout=10)
    until("workers end", lambda: not [p for p in home.processes() if "worker" in p.cmdline()], 15)
    after = home.run("up", "--until-idle", "--format", "jsonl")
    assert after.returncode == 0, after.stderr
    assert "found running" in after.stderr
    assert home.processes() == []


def test_articles_of_a_file_ring_and_bad_lines_among_them_are_told(home: Home, tmp_path: Path) -> None:
    good = {
        "id": "x1",
        "text": "Iceland imposed sanctions on Belarus, the Icelandic foreign minister said.",
        "published_at": "2025-03-01T00:00:00Z",
        "source": "Test Wire",
    }
    file = tmp_path / "news.jsonl"
    file.write_text(json.dumps(good) + "\n{broken\n" + json.dumps({**good, "id": "x2"}) + "\n", encoding="utf-8")
    home.run("broker", "start")
    published = home.run("publish", str(file))
    assert published.returncode == 1
    assert "news.jsonl:2" in published.stderr
    assert "published 2 articles" in published.stderr
    rung = alerts_of(home.run("up", "--until-idle", "--format", "jsonl").stdout)
    assert any("x1" in {e["article_id"] for e in alert["evidence"]} for alert in rung)
    shown = home.run("alerts", "--format", "jsonl")
    assert [a["id"] for a in alerts_of(shown.stdout)] == [a["id"] for a in rung]
    assert home.run("broker", "status").returncode == 0  # it was not `up` that started it
