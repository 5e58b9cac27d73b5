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

FROM = "from"
"""The header of an output that says which record it came from."""


@dataclass(frozen=True)
class Count:
    """For each key how often it came: writes `key:count:value` under another key, and from where; state is the count.

    The last word of a value, behind `accent`, may say otherwise: `bad` is a dead letter, `raise` raises, `big` makes
    an output of 2 MB, `forget` deletes the count, `vital` may not fail, and `fatal` does so nevertheless. A record with
    a header `to` is passed on as it is, to the partition that the header says. `mended`: nothing raises any more.
    """

    out: str
    name: str = "count"
    slow_seconds: float = 0.0
    stateful: bool = True
    mended: bool = False
    accent: bytes = b""

    def vital(self, record: Record) -> bool:
        return self._word(record) in (b"vital", b"fatal")

    def __call__(self, records: Sequence[Record], store: Store) -> Effects:
        effects = Effects()
        for record in records:
            if self.slow_seconds:
                time.sleep(self.slow_seconds)
            to = dict(record.headers).get("to")
            if to:
                effects.outputs.append(Output(self.out, record.key, record.value, record.headers, int(to)))
            elif self._word(record) == b"bad":
                effects.dead_letters.append((record, dead_letter(record, self.name, "bad", "it says so")))
                continue
            else:
                effects.outputs.append(self._count(record, store))
            effects.understood += 1
        return effects

    def _count(self, record: Record, store: Store) -> Output:
        key, value, word = record.key or b"", record.value or b"", self._word(record)
        if word in (b"raise", b"fatal") and not self.mended:
            raise RuntimeError("told to")
        count = int(store.get(key) or b"0") + 1
        if word == b"forget":
            store.delete(key)
        elif self.stateful:
            store.put(key, b"%d" % count)
        size = 2_000_000 if word == b"big" else 0
        told = b"%s:%d:%s" % (key, count, value) + b"." * size
        return Output(self.out, b"r" + value[-3:], told, ((FROM, record.place.encode()),))

    def _word(self, record: Record) -> bytes:
        word = (record.value or b"").rpartition(b":")[2]
        return word.removeprefix(self.accent) if word.startswith(self.accent) else b""


@dataclass(frozen=True)
class Spec:
    """What a worker process is told."""

    servers: str
    prefix: str
    slow_seconds: float = 0.0
    stateful: bool = True
    mended: bool = False
    session_timeout_seconds: float = 6.0
    hold_open_seconds: float = 0.0
    member: str | None = None


def limits(prefix: str) -> Limits:
    """One megabyte for each output."""
    return Limits(f"{prefix}dead", {f"{prefix}out": 1 << 20}, f"{prefix}state")


def main(spec: Spec) -> int:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    if spec.hold_open_seconds:
        hold_transactions_open(spec.hold_open_seconds)
    step = Count(f"{spec.prefix}out", slow_seconds=spec.slow_seconds, stateful=spec.stateful, mended=spec.mended)
    plan = Plan(
        group=f"{spec.prefix}count",
        topic=f"{spec.prefix}in",
        changelog=f"{spec.prefix}state",
        step=step,
        limits=limits(spec.prefix),
        session_timeout_seconds=spec.session_timeout_seconds,
        member=spec.member,
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
        logging.info("a transaction is open")
        await asyncio.sleep(seconds)
        await commit(self)

    AIOKafkaProducer.commit_transaction = slow


if __name__ == "__main__":
    sys.exit(main(Spec(**json.loads(sys.argv[1]))))
