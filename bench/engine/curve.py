"""`python -m bench.engine.curve [SECONDS] [KNOB…]`: what the latency of the chain of bench.engine.latency is made of.

Turns one knob at a time, away from the engine's own value, and prints p50 and p99 in milliseconds at 50 and 500 records
a second, SECONDS (default 8) of each, with the mean time of a transaction and of a step from the second stage's own
metrics. The knobs are not the engine's: each is put into its libraries from outside.

wait_ms            a partition that had nothing to do waits so long for more before it takes a batch
linger_ms          of the producer
retry_backoff_ms   of the producer: paid where the broker has not verified a transaction when its records come
concurrent_ms      paid where the coordinator is still ending the transaction before
fetch_max_wait_ms  how long the broker holds back an empty answer to a fetch
poll_ms            how long Faust waits for records of one fetch
"""

from __future__ import annotations

import asyncio
import functools
import re
import sys
import urllib.request
from pathlib import Path
from typing import Any, Literal

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.producer import sender

from bench.engine import forwarding
from bench.engine.latency import chain, latencies, quantiles
from bench.engine.rig import kafka
from bench.measuring import tell
from streams.engine import transport
from streams.engine.partition import Partition
from streams.settings import Settings

RATES = (50, 500)
CURVE = {
    "none": [0],
    "wait_ms": [5, 20, 100],
    "linger_ms": [5, 20],
    "retry_backoff_ms": [2, 20, 100],
    "concurrent_ms": [2, 20],
    "fetch_max_wait_ms": [10, 100, 1500],
    "poll_ms": [10, 1000],
}
"""Values beside the engine's own: 0, 0, 10, 5, 500 and 100."""


def turn(knob: str, value: int) -> None:
    """In this process, before the worker is made."""
    if knob == "wait_ms":
        _gather(value / 1000)
    elif knob == "concurrent_ms":
        sender.BACKOFF_OVERRIDE = value / 1000
    elif knob == "fetch_max_wait_ms":
        _before_start(value)
    elif knob == "poll_ms":
        _poll(value / 1000)
    elif knob != "none":
        made: Any = AIOKafkaProducer.__init__

        @functools.wraps(made)
        def make(self: AIOKafkaProducer, *args: Any, **options: Any) -> None:
            made(self, *args, **{**options, knob: value})

        AIOKafkaProducer.__init__ = make


class _Patient(asyncio.Event):
    seconds = 0.0

    async def wait(self) -> Literal[True]:
        await super().wait()
        await asyncio.sleep(self.seconds)
        return True


def _gather(seconds: float) -> None:
    made: Any = Partition.__init__

    def make(self: Partition, *arguments: Any) -> None:
        made(self, *arguments)
        self._wake = _Patient()

    _Patient.seconds = seconds
    setattr(Partition, "__init__", make)  # noqa: B010 - mypy knows the other way that this is not done


def _before_start(wait_ms: int) -> None:
    started: Any = AIOKafkaConsumer.start

    async def start(self: AIOKafkaConsumer) -> None:
        self._fetch_max_wait_ms = wait_ms
        await started(self)

    AIOKafkaConsumer.start = start


def _poll(seconds: float) -> None:
    asked: Any = transport.BatchConsumer.getmany
    transport.BatchConsumer.getmany = lambda self, **_: asked(self, timeout=seconds)


def _mean_ms(log: Path, name: str) -> float:
    """Of one of a worker's histograms."""
    found = re.findall(r"http://[\d.:]+/metrics", log.read_text())
    with urllib.request.urlopen(found[-1]) as page:  # noqa: S310 - our own worker's, on loopback
        text = page.read().decode()
    total, count = (
        float(re.findall(rf"^tocsin_{name}_seconds_{part}{{.*}} (.*)$", text, re.MULTILINE)[0])
        for part in ("sum", "count")
    )
    return round(total / count * 1000, 1)


async def measure(settings: Settings, knobs: list[str], seconds: float) -> dict[str, object]:
    """A row for each value."""
    rows: dict[str, object] = {}
    for knob in knobs:
        for value in CURVE[knob]:
            name = f"{knob}-{value}"
            async with chain(settings, name, "worker", knob, str(value), module="bench.engine.curve") as second:
                found = await latencies(settings, name, second, RATES, seconds)
                log = settings.home / f"{name}-mid.log"
                row: dict[str, object] = {f"{rate}/s": quantiles(values) for rate, values in found.items()}
                row |= {f"{part}_ms": await asyncio.to_thread(_mean_ms, log, part) for part in ("commit", "batch")}
            rows[f"{knob}={value}"] = row
            sys.stderr.write(f"{knob}={value} {row}\n")
    return rows


def main(arguments: list[str]) -> int:
    """Print the curve; or, as `worker KNOB VALUE …`, be one of its stages."""
    if arguments[:1] == ["worker"]:
        turn(arguments[1], int(arguments[2]))
        return forwarding.main(*arguments[3:])
    seconds = float(arguments[0]) if arguments else 8.0
    with kafka() as settings:
        tell(asyncio.run(measure(settings, arguments[1:] or list(CURVE), seconds)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
