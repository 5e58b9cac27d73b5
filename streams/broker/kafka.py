"""One embedded Kafka node in `TOCSIN_HOME/kafka`: start, find, stop.

kafka/lock          held by the node, or by who is about to start it (see record.py)
kafka/broker.json   the run: process, port, version, who started it
kafka/version       of the Kafka that formatted the data
kafka/ports.json    chosen once, kept
kafka/data/         Kafka's own; there only if fully formatted
logs/kafka.log
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TypeVar

import psutil

from streams.broker import client, jars, node, record
from streams.broker.record import Record
from streams.errors import InputError, ServiceError
from streams.settings import Settings

READY_SECONDS = 120.0
OTHERS_SECONDS = 600.0  # another Tocsin may be fetching the jars over a slow line
TERM_SECONDS = 10.0  # Kafka can hang in its shutdown for minutes
LOG_BYTES = 4 << 20

T = TypeVar("T")
Report = Callable[[str, float, str], None]
"""Called after each step with its name (JRE, jars, format, ready), its seconds and what came of it."""


def unreported(_step: str, _seconds: float, _detail: str) -> None:
    """For those who do not want to hear of steps."""


@dataclass(frozen=True, slots=True)
class Running:
    """A node that runs. `started_here`: by this very call."""

    bootstrap_servers: str
    version: str
    pid: int
    started_by: str
    started_here: bool = False

    @property
    def is_ours_to_stop(self) -> bool:
        """Started by this process, or left behind by one that is gone; never what `tocsin broker start` started."""
        if self.started_by.startswith("tocsin broker start"):
            return False
        starter = re.search(r"\(process (\d+)\)$", self.started_by)
        return starter is None or int(starter[1]) == os.getpid() or not record.is_alive(int(starter[1]))


class Broker:
    """The node of one home. Its calls block and may be made from any thread."""

    def __init__(self, settings: Settings) -> None:
        self.home = settings.home.resolve()
        self.folder = self.home / "kafka"
        self.log = self.home / "logs" / "kafka.log"

    def running(self) -> Running | None:
        """The node if it runs, without waiting for it to answer."""
        found = record.read(self.folder)
        return _running(found) if found else None

    def start(self, report: Report = unreported) -> Running:
        """Have a node that answers: find the one that runs, or start it. The first time this fetches 45 MB.

        Raises ServiceError if it cannot be had, InputError if the home cannot be used or its data belong to another
        version of Kafka.
        """
        began = time.monotonic()
        while True:
            with self._lock_file() as lock:
                if record.take(lock):
                    return self._start(lock, report)
            found = record.read(self.folder)
            if found and self._comes_to_answer(found):
                running = _running(found)
                report("ready", time.monotonic() - began, f"{_described(running)}, found running")
                return running
            if time.monotonic() - began > OTHERS_SECONDS:
                raise ServiceError(f"{self.folder / 'lock'} is held by somebody who does not come to start the broker")
            time.sleep(0.1)

    def stop(self) -> bool:
        """End the node and wait until its data are free; False if none ran."""
        found = record.read(self.folder)
        if found is None:
            if record.is_locked(self.folder):
                raise ServiceError(f"another Tocsin is just starting the broker in {self.home}; try again")
            return False
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(psutil.NoSuchProcess):
                psutil.Process(found.pid).send_signal(number)
            deadline = time.monotonic() + TERM_SECONDS
            while time.monotonic() < deadline:
                # The lock is asked, not the process: that may stay for long as its parent's zombie.
                if not record.is_locked(self.folder):
                    record.erase(self.folder)
                    return True
                time.sleep(0.02)
        raise ServiceError(f"the broker (process {found.pid}) does not end")

    def _start(self, lock: IO[bytes], report: Report) -> Running:
        try:
            self._check_version()
            java = _step(report, "JRE", node.find_java)
            class_path = _step(report, "jars", _find_jars)
            if not (self.folder / node.DATA).exists():
                _step(report, "format", lambda: self._format(java, class_path, lock))
            began = time.monotonic()
            running = self._launch(java, class_path, lock)
            report("ready", time.monotonic() - began, _described(running))
        except OSError as error:
            raise ServiceError(f"{error.filename or self.home}: {error.strerror or error}") from error
        return running

    def _check_version(self) -> None:
        ours, file = jars.kafka_version(), self.folder / "version"
        if not (self.folder / node.DATA).exists():
            return
        theirs = file.read_text().strip() if file.exists() else "an unknown version"
        if theirs != ours:
            raise InputError(
                f"{self.folder} holds data of Kafka {theirs}; this Tocsin runs Kafka {ours}. Use the Tocsin that wrote "
                f"them, or another home (TOCSIN_HOME=…), or delete {self.folder} to start anew without what is in it."
            )

    def _format(self, java: Path, class_path: Sequence[Path], lock: IO[bytes]) -> tuple[None, str]:
        """Format beside and rename, so that `data` is never there half formatted."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        node.write_files(self.folder, self._ports(), data=fresh.name)
        done = subprocess.run(
            node.command(java, class_path, self.folder, *node.FORMAT, node.new_cluster_id()),
            cwd=self.folder,
            env=node.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            pass_fds=(lock.fileno(),),
            start_new_session=True,
            check=False,
        )
        if done.returncode:
            raise ServiceError(f"Kafka could not format {self.folder}:\n{telling_lines(done.stdout + done.stderr)}")
        (self.folder / "version").write_text(jars.kafka_version() + "\n")
        fresh.rename(self.folder / node.DATA)
        return None, str(self.folder / node.DATA)

    def _ports(self) -> node.Ports:
        """The kept ones; others, kept from now on, if somebody has taken them."""
        file = self.folder / "ports.json"
        with suppress(OSError, ValueError, TypeError):
            kept = node.Ports(**json.loads(file.read_text()))
            if kept.are_free():
                return kept
        chosen = node.choose_ports()
        record.write_json(file, asdict(chosen))
        return chosen

    def _launch(self, java: Path, class_path: Sequence[Path], lock: IO[bytes]) -> Running:
        for _ in range(3):
            ports = self._ports()
            node.write_files(self.folder, ports)
            with self._open_log() as log:
                log_began = log.tell()
                process = subprocess.Popen(
                    node.command(java, class_path, self.folder, *node.RUN),
                    cwd=self.folder,
                    env=node.environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=(lock.fileno(),),
                    start_new_session=True,
                )
            try:
                ours = record.write(self.folder, psutil.Process(process.pid), ports, _caller())
                if self._comes_to_answer(ours):
                    return _running(ours, started_here=True)
            except BaseException:  # also Ctrl-C: who asked for a broker and did not get it leaves none behind
                process.kill()
                process.wait()
                record.erase(self.folder)
                raise
            process.wait()
            record.erase(self.folder)
            if ports.are_free():  # else somebody took one between our look and Kafka's
                break
        lines = telling_lines(self._log_from(log_began))
        raise ServiceError(f"the broker in {self.home} ended while starting. From {self.log}:\n{lines}")

    def _comes_to_answer(self, found: Record) -> bool:
        """Wait until the node serves; False if it ends before that."""
        cluster_id = node.cluster_id(self.folder)
        deadline = time.monotonic() + READY_SECONDS
        while not client.answers(found.bootstrap_servers, cluster_id):
            if not record.is_alive(found.pid):
                return False
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"the broker in {self.home} does not answer after {READY_SECONDS:.0f} s. "
                    f"From {self.log}:\n{telling_lines(self._log_from(0))}"
                )
            time.sleep(0.05)
        return True

    def _open_log(self) -> IO[bytes]:
        """Runs follow each other in one file, so that a crash can still be read after the next start."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_name("kafka.log.1"))
        return self.log.open("ab")

    def _log_from(self, offset: int) -> str:
        with self.log.open("rb") as file:
            file.seek(max(offset, file.seek(0, os.SEEK_END) - 200_000))
            return file.read().decode(errors="replace")

    def _lock_file(self) -> IO[bytes]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return (self.folder / "lock").open("ab")
        except OSError as error:
            raise InputError(f"cannot write to TOCSIN_HOME={self.home}: {error.strerror}") from error


def telling_lines(log: str, count: int = 6) -> str:
    """The last lines that name an error; else just the last ones."""
    lines = [line for line in log.splitlines() if line.strip() and not line.startswith("\tat ")]
    telling = [line for line in lines if any(word in line for word in ("ERROR", "FATAL", "Exception", "Error:"))]
    return "\n".join((telling or lines or ["(it is empty)"])[-count:])


def _running(found: Record, *, started_here: bool = False) -> Running:
    return Running(found.bootstrap_servers, found.version, found.pid, found.started_by, started_here)


def _described(running: Running) -> str:
    return f"Kafka {running.version} on {running.bootstrap_servers}, process {running.pid}"


def _find_jars() -> tuple[list[Path], str]:
    paths, fetched = jars.ensure()
    size = sum(path.stat().st_size for path in paths) / 1e6
    return paths, f"{len(paths)} jars, {size:.1f} MB, {fetched or 'none'} fetched, in {jars.repository()}"


def _step(report: Report, name: str, work: Callable[[], tuple[T, str]]) -> T:
    began = time.monotonic()
    result, detail = work()
    report(name, time.monotonic() - began, detail)
    return result


def _caller() -> str:
    return f"{' '.join([Path(sys.argv[0]).name, *sys.argv[1:3]])} (process {os.getpid()})"
