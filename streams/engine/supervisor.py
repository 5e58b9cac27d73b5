"""Keeps worker processes running: starts them again with backoff, ends them in time, leaves no orphan."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from streams.errors import InputError, PoisonError

_BACKOFF_SECONDS = (0.5, 15.0)
"""The wait after the second death in a row, doubling to the last. After the first there is none."""
_HEALTHY_SECONDS = 10.0
"""The death of a process that lived so long is a first one."""
_TERM_SECONDS = 7.0
_LOG_BYTES = 8 << 20
"""A larger log is put aside when its process starts."""
_FINAL_CODES = (InputError.exit_code, PoisonError.exit_code)
"""A restart would not help: a person has to."""


def console_script() -> str:
    """The `tocsin` of this environment, never `python -m`: nobody's `schemas.py` in the current folder may win."""
    beside = Path(sys.executable).with_name("tocsin")
    found = str(beside) if beside.exists() else shutil.which("tocsin")
    if not found:
        raise InputError("the command `tocsin` is not installed beside this Python: `make setup`")
    return found


@dataclass(frozen=True)
class Child:
    """One process to keep running. `environment` is added to ours; output is appended to `log`."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path


@dataclass
class Supervisor:
    """`report(text)` is told of every death. `failed` is set when a child is not started again, `exit_code` is its."""

    report: Callable[[str], None]
    failed: asyncio.Event = field(default_factory=asyncio.Event)
    exit_code: int = 0
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    def start(self, child: Child) -> None:
        """Begin to keep it running."""
        self._tasks[child.name] = asyncio.create_task(self._keep(child), name=f"keep-{child.name}")

    async def stop(self) -> None:
        """SIGTERM to all, then SIGKILL to who has not ended in 7 s."""
        for task in self._tasks.values():
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks.values())
        for process in self._processes.values():
            _send(process, signal.SIGTERM)
        waits = [asyncio.ensure_future(process.wait()) for process in self._processes.values()]
        if waits:
            _, late = await asyncio.wait(waits, timeout=_TERM_SECONDS)
            for process in self._processes.values():
                if late:
                    _send(process, signal.SIGKILL)
            await asyncio.gather(*waits)

    async def _keep(self, child: Child) -> None:
        delay = 0.0
        while True:
            started = time.monotonic()
            code = await self._run(child)
            if code in _FINAL_CODES:
                self.report(f"{child.name} stopped for good (exit code {code}): {_last_line(child.log)}")
                self.exit_code = code
                self.failed.set()
                return
            delay = 0.0 if time.monotonic() - started > _HEALTHY_SECONDS else delay
            self.report(f"{child.name} ended (exit code {code}), starting again in {delay:.1f} s; see {child.log}")
            await asyncio.sleep(delay)
            delay = min(max(delay * 2, _BACKOFF_SECONDS[0]), _BACKOFF_SECONDS[1])

    async def _run(self, child: Child) -> int:
        child.log.parent.mkdir(parents=True, exist_ok=True)
        if child.log.exists() and child.log.stat().st_size > _LOG_BYTES:
            child.log.replace(child.log.with_suffix(".log.1"))
        with child.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                console_script(),
                *child.arguments,
                stdin=asyncio.subprocess.PIPE,  # its end tells the child that we are gone
                stdout=log,
                stderr=log,
                env={**os.environ, **child.environment, "TOCSIN_SUPERVISED": "1"},
                start_new_session=True,  # Ctrl-C is for us: we end the children in order
            )
        self._processes[child.name] = process
        return await process.wait()


def _send(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.send_signal(number)


def _last_line(log: Path) -> str:
    with suppress(OSError):
        lines = log.read_bytes()[-4096:].decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""
    return ""
