"""A worker process in which something hangs at a record that says what: `python stalling_worker.py SPEC`."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.engine.app import Plan
from streams.engine.contract import Effects, Output, Record
from streams.engine.session import Session
from streams.engine.work import Limits
from streams.engine.worker import Worker, end_with_parent
from streams.metrics import Metrics
from streams.store import Store


@dataclass(frozen=True)
class Stall:
    """Forwards records, and hangs at one whose value says where."""

    out: str
    slow_seconds: float = 0.0
    name: str = "stall"

    def vital(self, record: Record) -> bool:
        return False

    def __call__(self, records: Sequence[Record], store: Store) -> Effects:
        effects = Effects()
        for record in records:
            time.sleep(self.slow_seconds)
            if record.value == b"step":
                hang_in_the_step()
            if record.value == b"interpreter":
                re.match(r"(a+)+$", "a" * 60 + "b")
            effects.outputs.append(Output(self.out, record.key, record.value))
            effects.understood += 1
        return effects


def hang_in_the_step() -> None:
    time.sleep(3600)


def hang_in_the_loop() -> None:
    time.sleep(3600)


async def hang_in_the_commit() -> None:
    await asyncio.Event().wait()


def hang_at(value: bytes) -> None:
    """In place of a commit of this value."""
    commit = Session.commit

    async def hang(self: Session, outputs: Iterable[Output], *rest: Any) -> None:
        outputs = list(outputs)
        if any(output.value == value for output in outputs):
            await hang_in_the_commit() if value == b"commit" else hang_in_the_loop()
        await commit(self, outputs, *rest)

    Session.commit = hang  # type: ignore[method-assign, assignment]


@dataclass(frozen=True)
class Spec:
    """`once`: a file; what hangs hangs only as long as it is not there."""

    servers: str
    prefix: str
    stall_seconds: float = 3.0
    slow_seconds: float = 0.0
    once: str = ""


def main(spec: Spec) -> int:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    if spec.once and Path(spec.once).exists():
        globals()["hang_in_the_step"] = lambda: None
    Path(spec.once or os.devnull).touch()
    for value in (b"commit", b"loop"):
        hang_at(value)
    plan = Plan(
        group=f"{spec.prefix}stall",
        topic=f"{spec.prefix}in",
        changelog=f"{spec.prefix}state",
        step=Stall(f"{spec.prefix}out", spec.slow_seconds),
        limits=Limits(f"{spec.prefix}dead", {}),
    )
    end_with_parent()
    clients = {"bootstrap_servers": spec.servers}
    worker = Worker(plan, spec.servers, clients, None, Metrics(), stall_seconds=spec.stall_seconds)
    return worker.run("127.0.0.1", 0)


if __name__ == "__main__":
    sys.exit(main(Spec(**json.loads(sys.argv[1]))))
