"""Steps for the contract suite, and a worker process that runs one on Kafka: `python counting_worker.py SPEC`."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from streams.engine.app import Plan
from streams.engine.contract import Effects, Output, Record
from streams.engine.work import Limits, dead_letter
from streams.engine.worker import Worker, end_with_parent
from streams.metrics import Metrics
from streams.store import Store


@dataclass(frozen=True)
class Count:
    """For each key how often it came: writes `key:count:value` under another key; state is the count.

    `b"bad"` is a dead letter, `b"raise"` raises, `b"big"` makes an output of 2 MB.
    """

    out: str
    name: str = "count"
    slow_seconds: float = 0.0
    stateful: bool = True

    def vital(self, record: Record) -> bool:
        return record.value == b"vital"

    def __call__(self, records: Sequence[Record], store: Store) -> Effects:
        effects = Effects()
        for record in records:
            key, value = record.key or b"", record.value or b""
            time.sleep(self.slow_seconds)
            if value == b"bad":
                effects.dead_letters.append((record, dead_letter(record, self.name, "bad", "it says so")))
                continue
            if value == b"raise":
                raise RuntimeError("told to")
            count = int(store.get(key) or b"0") + 1
            if self.stateful:
                store.put(key, b"%d" % count)
            size = 2_000_000 if value == b"big" else 0
            effects.outputs.append(Output(self.out, b"r" + value[-3:], b"%s:%d:%s" % (key, count, value) + b"." * size))
            effects.understood += 1
        return effects


@dataclass(frozen=True)
class Spec:
    """What a worker process is told."""

    servers: str
    prefix: str
    slow_seconds: float = 0.0
    stateful: bool = True
    session_timeout_seconds: float = 6.0
    hold_open_seconds: float = 0.0


def limits(prefix: str) -> Limits:
    """One megabyte for each output."""
    return Limits(dead_letters=f"{prefix}dead", max_bytes={f"{prefix}out": 1 << 20})


def main(spec: Spec) -> int:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    if spec.hold_open_seconds:
        hold_transactions_open(spec.hold_open_seconds)
    step = Count(f"{spec.prefix}out", slow_seconds=spec.slow_seconds, stateful=spec.stateful)
    plan = Plan(
        group=f"{spec.prefix}count",
        topic=f"{spec.prefix}in",
        changelog=f"{spec.prefix}state",
        step=step,
        limits=limits(spec.prefix),
        session_timeout_seconds=spec.session_timeout_seconds,
    )
    end_with_parent()
    worker = Worker(plan, spec.servers, {"bootstrap_servers": spec.servers}, None, Metrics())
    return worker.run("127.0.0.1", 0)


def hold_transactions_open(seconds: float) -> None:
    """Between the sends and the commit, so that a fault hits an open transaction."""
    import asyncio

    from aiokafka import AIOKafkaProducer

    commit = AIOKafkaProducer.commit_transaction

    async def slow(self: AIOKafkaProducer) -> None:
        await asyncio.sleep(seconds)
        await commit(self)

    AIOKafkaProducer.commit_transaction = slow


if __name__ == "__main__":
    sys.exit(main(Spec(**json.loads(sys.argv[1]))))
