"""Which process, if any, holds a home's node.

The lock decides, `broker.json` only says where its holder is to be found: the JVM inherits the lock's descriptor, so it
is held exactly as long as the JVM lives, whatever becomes of the Tocsin that started it.
"""

from __future__ import annotations

import fcntl
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import psutil

from streams.broker import jars, node
from streams.errors import InputError


@dataclass(frozen=True, slots=True)
class Record:
    """What `broker.json` holds. `created` tells our process from a later one with the same pid."""

    pid: int
    created: float
    port: int
    version: str
    started_by: str

    @property
    def bootstrap_servers(self) -> str:
        """Where clients find it."""
        return f"127.0.0.1:{self.port}"


def take(lock: IO[bytes], mode: int = fcntl.LOCK_EX) -> bool:
    """Try to get the lock; it is held until every process that has the descriptor has closed it."""
    try:
        fcntl.flock(lock, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_locked(folder: Path) -> bool:
    """Whether a node runs there or is about to be started. Raises InputError if the folder is closed to us."""
    try:
        with (folder / "lock").open("rb") as lock:
            return not take(lock, fcntl.LOCK_SH)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise InputError(f"cannot read {folder}: {error.strerror}") from error


def read(folder: Path) -> Record | None:
    """The node that holds the lock; None if nobody does, or somebody who is about to start one."""
    if not is_locked(folder):
        return None
    with suppress(OSError, ValueError, TypeError, psutil.NoSuchProcess):
        record = Record(**json.loads((folder / "broker.json").read_text()))
        # A second apart at most: the system's clock may have been adjusted, and with it what is told of the past.
        if is_alive(record.pid) and abs(psutil.Process(record.pid).create_time() - record.created) < 1:
            return record
    return _found_by_mark(folder)


def write(folder: Path, process: psutil.Process, ports: node.Ports, started_by: str) -> Record:
    """Note down the node just started."""
    record = Record(process.pid, process.create_time(), ports.client, jars.kafka_version(), started_by)
    write_json(folder / "broker.json", asdict(record))
    return record


def erase(folder: Path) -> None:
    """Of a node that has ended."""
    (folder / "broker.json").unlink(missing_ok=True)


def is_alive(pid: int) -> bool:
    """Whether there is such a process, and it is not one that has ended and waits for its parent to notice."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def write_json(file: Path, content: dict[str, Any]) -> None:
    """In one piece: a reader sees the old or the new text, never half of it."""
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(content) + "\n")
    fresh.replace(file)


def _found_by_mark(folder: Path) -> Record | None:
    """Tocsin was killed between starting the node and noting it down, or the system's clock was set."""
    for process in psutil.process_iter(["cmdline"]):
        arguments = process.info["cmdline"] or []
        if node.mark(folder) in arguments and "kafka.Kafka" in arguments and is_alive(process.pid):
            with suppress(OSError, ValueError, TypeError, psutil.NoSuchProcess):
                ports = node.Ports(**json.loads((folder / "ports.json").read_text()))
                return write(folder, process, ports, "a Tocsin that was killed")
    return None
