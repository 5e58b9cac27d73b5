"""Child processes: started again, ended in time, never orphaned."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import psutil
import pytest

from streams.engine import supervisor
from streams.engine.supervisor import Child, Supervisor


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands in for the console script: a shell script whose body each test writes."""
    path = tmp_path / "tocsin"
    monkeypatch.setattr(supervisor, "console_script", lambda: str(path))
    return path


def write(script: Path, body: str) -> None:
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o755)


def child(tmp_path: Path) -> Child:
    return Child("worker read", ("worker", "read"), {"TOLD": "yes"}, tmp_path / "logs" / "read.log")


async def until(path: Path, count: int, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not path.exists() or len(path.read_text().split()) < count:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_a_process_that_dies_is_started_again(script: Path, tmp_path: Path) -> None:
    write(script, f'echo "$1-$2-$TOLD-$TOCSIN_SUPERVISED" >> {tmp_path}/starts; exit 9')
    said: list[str] = []
    keeper = Supervisor(said.append)
    keeper.start(child(tmp_path))
    await until(tmp_path / "starts", 2)
    await keeper.stop()
    assert set((tmp_path / "starts").read_text().split()) == {"worker-read-yes-1"}
    assert "exit code 9" in said[0]
    assert not keeper.failed.is_set()


@pytest.mark.parametrize("code", [2, 4])
async def test_a_process_that_a_restart_would_not_help_stays_down_and_its_last_words_are_told(
    script: Path, tmp_path: Path, code: int
) -> None:
    write(script, f'echo x >> {tmp_path}/starts; echo "rules.yaml:3:1: expected a list" >&2; exit {code}')
    said: list[str] = []
    keeper = Supervisor(said.append)
    keeper.start(child(tmp_path))
    await asyncio.wait_for(keeper.failed.wait(), 10)
    await asyncio.sleep(0.8)
    await keeper.stop()
    assert (tmp_path / "starts").read_text().split() == ["x"]
    assert "rules.yaml:3:1" in said[0]


async def test_a_process_that_does_not_end_is_killed(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_TERM_SECONDS", 0.5)
    write(script, f"trap '' TERM; echo $$ > {tmp_path}/pid; while true; do sleep 0.1; done")
    keeper = Supervisor(lambda text: None)
    keeper.start(child(tmp_path))
    await until(tmp_path / "pid", 1)
    await keeper.stop()
    pid = int((tmp_path / "pid").read_text())
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


async def test_the_first_death_is_mended_at_once_and_others_soon_after_with_growing_delay(
    script: Path, tmp_path: Path
) -> None:
    write(script, f"echo x >> {tmp_path}/starts; exit 9")
    said: list[str] = []
    keeper = Supervisor(said.append)
    keeper.start(child(tmp_path))
    await until(tmp_path / "starts", 4)
    await keeper.stop()
    assert [text.split("again in ")[1].split(" s;")[0] for text in said[:3]] == ["0.0", "0.5", "1.0"]


async def test_a_process_that_has_lived_well_is_started_again_without_delay(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_HEALTHY_SECONDS", 0.2)
    write(script, f"echo x >> {tmp_path}/starts; sleep 0.4; exit 9")
    said: list[str] = []
    keeper = Supervisor(said.append)
    keeper.start(child(tmp_path))
    await until(tmp_path / "starts", 3)
    await keeper.stop()
    assert all("again in 0.0 s" in text for text in said)


async def test_a_stopped_supervisor_starts_nothing_more(script: Path, tmp_path: Path) -> None:
    write(script, f"echo x >> {tmp_path}/starts; sleep 60")
    keeper = Supervisor(lambda text: None)
    keeper.start(child(tmp_path))
    await until(tmp_path / "starts", 1)
    await keeper.stop()
    await asyncio.sleep(0.8)
    assert (tmp_path / "starts").read_text().split() == ["x"]


def test_the_console_script_of_this_environment_is_used() -> None:
    assert os.access(supervisor.console_script(), os.X_OK)
