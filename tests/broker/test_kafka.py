from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from streams.broker import jars, node, record
from streams.broker.kafka import Broker, Running, telling_lines
from streams.errors import InputError, ServiceError
from streams.settings import Settings

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def formatted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has been started once: copies of it spare each test the format."""
    home = tmp_path_factory.mktemp("formatted")
    broker = Broker(Settings(home=home, kafka=None))
    broker.start()
    broker.stop()
    return home


@pytest.fixture
def ready(home: Settings, formatted: Path) -> Broker:
    shutil.copytree(formatted, home.home)
    return Broker(home)


def test_every_step_of_a_first_start_is_reported_and_a_later_start_finds_the_broker(home: Settings) -> None:
    steps: list[str] = []
    broker = Broker(home)
    started = broker.start(lambda step, seconds, detail: steps.append(step))
    assert steps == ["JRE", "jars", "format", "ready"]
    assert started.started_here
    assert started.version == jars.kafka_version()

    found = Broker(home).start()
    assert (found.pid, found.bootstrap_servers, found.started_here) == (started.pid, started.bootstrap_servers, False)
    assert broker.running() == found
    assert broker.stop()
    assert broker.running() is None
    assert not broker.stop()


def test_two_that_start_at_once_get_the_same_broker(ready: Broker) -> None:
    got: list[Running] = []
    threads = [threading.Thread(target=lambda: got.append(Broker(Settings(home=ready.home)).start())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 2
    assert got[0].pid == got[1].pid
    assert sorted(running.started_here for running in got) == [False, True]


def test_broker_killed_hard_is_known_to_be_gone_and_starts_again_on_its_port(ready: Broker) -> None:
    first = ready.start()
    os.kill(first.pid, signal.SIGKILL)
    _wait_until(lambda: ready.running() is None)
    began = time.monotonic()
    second = ready.start()
    assert second.bootstrap_servers == first.bootstrap_servers
    assert second.pid != first.pid
    assert time.monotonic() - began < 15  # 4.5 s on a quiet machine; 12.5 s with Kafka's own session timeout


def test_broker_outlives_a_starter_killed_hard_and_keeps_the_lock(ready: Broker) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", _STARTER, str(ready.home)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert starter.stdout
    assert starter.stdout.readline().strip() == "started"
    starter.kill()
    starter.wait()
    starter.stdout.close()

    assert record.is_locked(ready.folder)
    found = ready.start()
    assert not found.started_here
    assert f"process {starter.pid}" in found.started_by

    (ready.folder / "broker.json").unlink()  # as if the starter had been killed before it could write it
    assert ready.running() is not None
    assert ready.stop()
    assert not psutil.pid_exists(found.pid) or psutil.Process(found.pid).status() == psutil.STATUS_ZOMBIE


_STARTER = """
import sys, time
from pathlib import Path
from streams.broker.kafka import Broker
from streams.settings import Settings
Broker(Settings(home=Path(sys.argv[1]), kafka=None)).start()
print("started", flush=True)
time.sleep(60)
"""


def test_port_that_somebody_has_taken_is_replaced_for_good(ready: Broker) -> None:
    taken = node.Ports(**json.loads((ready.folder / "ports.json").read_text()))
    with socket.create_server(("127.0.0.1", taken.client)):
        running = ready.start()
        assert running.bootstrap_servers != f"127.0.0.1:{taken.client}"
        ready.stop()
    assert ready.start().bootstrap_servers == running.bootstrap_servers


def test_data_of_another_version_are_refused_and_left_alone(ready: Broker) -> None:
    (ready.folder / "version").write_text("3.9.1\n")
    with pytest.raises(InputError, match=r"Kafka 3\.9\.1.*TOCSIN_HOME"):
        ready.start()
    (ready.folder / "version").unlink()
    with pytest.raises(InputError, match="unknown version"):
        ready.start()
    assert (ready.folder / "data" / "meta.properties").exists()
    assert ready.running() is None


def test_format_that_was_cut_off_is_done_again(home: Settings) -> None:
    broker = Broker(home)
    (broker.folder / "data.new").mkdir(parents=True)
    (broker.folder / "data.new" / "meta.properties").write_text("half of")
    steps: list[str] = []
    broker.start(lambda step, seconds, detail: steps.append(step))
    assert "format" in steps


def test_broker_that_cannot_start_says_why_and_leaves_nothing_running(ready: Broker) -> None:
    (ready.folder / "data" / "meta.properties").write_text("version=1\ncluster.id=AAAAAAAAAAAAAAAAAAAAAA\nnode.id=7\n")
    with pytest.raises(ServiceError, match=r"(?s)kafka\.log.*node.?id"):
        ready.start()
    assert not record.is_locked(ready.folder)
    assert not (ready.folder / "broker.json").exists()


def test_record_of_a_process_that_is_another_by_now_is_not_believed(ready: Broker) -> None:
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        record.write(ready.folder, psutil.Process(bystander.pid), node.Ports(1, 2), "nobody")
        assert ready.running() is None  # nobody holds the lock
        assert not ready.stop()

        old = json.loads((ready.folder / "broker.json").read_text())
        record.write_json(ready.folder / "broker.json", old | {"created": old["created"] - 60})
        with (ready.folder / "lock").open("ab") as lock:
            assert record.take(lock)
            assert ready.running() is None  # somebody is starting, and the pid has been given to another since
            with pytest.raises(ServiceError, match="starting"):
                ready.stop()
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_home_that_cannot_be_made_is_the_callers_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    broker = Broker(Settings(home=tmp_path / "file", kafka=None))
    with pytest.raises(InputError, match="TOCSIN_HOME"):
        broker.start()
    assert broker.running() is None


def test_telling_lines_are_the_errors_without_their_stack() -> None:
    log = "INFO a\nERROR b\n\tat x.y(Z.java)\njava.net.BindException: c\nINFO d\n"
    assert telling_lines(log) == "ERROR b\njava.net.BindException: c"
    assert telling_lines("INFO a\n") == "INFO a"


def _wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_only_what_this_process_started_or_a_dead_one_left_is_ours_to_stop() -> None:
    def started_by(text: str) -> bool:
        return Running("127.0.0.1:1", "4.4.0", 1, text).is_ours_to_stop

    assert started_by(f"tocsin up --seed (process {os.getpid()})")
    assert started_by(f"tocsin up (process {(1 << 22) + 1})")  # above what Linux gives
    assert started_by("a Tocsin that was killed")
    assert not started_by(f"tocsin up --seed (process {os.getppid()})")
    assert not started_by(f"tocsin broker start (process {os.getpid()})")
