"""`python -m bench.engine.latency [SECONDS]`: from publishing a record to when a read_committed consumer has it.

On an embedded Kafka in a folder of its own, at 10, 50 and 500 records of 200 bytes a second under 997 keys, SECONDS
(default 10) of each. *chain*: through two worker processes with state (bench.engine.forwarding), of which the second
reads what the transactions of the first one wrote. *faust*: beside it a Faust agent with topic.send, without
transactions, one stage. *product*: from the broker's stamp on an article to its alert, see bench.engine.alerts. A table
on stderr and one line of JSON on stdout: p50, p99 and the maximum in milliseconds.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.engine.alerts import alert_latencies
from bench.engine.rig import Running, kafka, make_topics, open_producer, open_reader, start
from bench.measuring import tell
from streams.broker.connection import bootstrap
from streams.settings import Settings

RATES = (10, 50, 500)
KEYS, BYTES, WARM = 997, 200, 200
_PATIENCE_SECONDS = 60.0


@asynccontextmanager
async def chain(
    settings: Settings, name: str, *command: str, module: str = "bench.engine.forwarding"
) -> AsyncIterator[Running]:
    """Two stages from topic `{name}-in` by `{name}-mid` to `{name}-out`; gives the second.

    `module` is run with `command` before the arguments of bench.engine.forwarding.
    """
    stages = [(f"{name}-in", f"{name}-mid"), (f"{name}-mid", f"{name}-out")]
    await make_topics(settings, [f"{name}-in", f"{name}-mid", f"{name}-out", f"{name}-in-state", f"{name}-mid-state"])
    servers = bootstrap(settings)
    running = [
        start(module, [*command, servers, source, target, f"{source}-state"], settings.home, source)
        for source, target in stages
    ]
    try:
        yield running[1]
    finally:
        for one in running:
            one.end()


@asynccontextmanager
async def faust(settings: Settings) -> AsyncIterator[Running]:
    """One stage from `faust-in` to `faust-out`."""
    await make_topics(settings, ["faust-in", "faust-out"])
    folder = settings.home / "faust"
    folder.mkdir()
    arguments = ["faust", bootstrap(settings), "faust-in", "faust-out", str(folder)]
    running = start("bench.engine.peers", arguments, settings.home, "faust")
    try:
        yield running
    finally:
        running.end()


async def latencies(
    settings: Settings, name: str, process: Running, rates: Sequence[int], seconds: float
) -> dict[int, list[float]]:
    """Milliseconds of each record from `{name}-in` to `{name}-out`, by rate, once the processes are warm."""
    producer, reader = await open_producer(settings), await open_reader(settings, f"{name}-out")
    try:
        await _flow(producer, reader, name, process, 50, WARM)
        return {rate: await _flow(producer, reader, name, process, rate, round(rate * seconds)) for rate in rates}
    finally:
        await reader.stop()
        await producer.stop()


async def _flow(
    producer: AIOKafkaProducer, reader: AIOKafkaConsumer, name: str, process: Running, rate: int, count: int
) -> list[float]:
    publishing = asyncio.create_task(_publish(producer, f"{name}-in", rate, count))
    found: list[float] = []
    deadline = time.monotonic() + count / rate + _PATIENCE_SECONDS
    while len(found) < count:
        batches = await reader.getmany(timeout_ms=200)
        now = time.perf_counter_ns()
        found += [(now - int(record.value[:20])) / 1e6 for records in batches.values() for record in records]
        process.check()
        if time.monotonic() > deadline:
            raise RuntimeError(f"{name}: {len(found)} of {count} records after {_PATIENCE_SECONDS:.0f} s")
    await publishing
    return found


async def _publish(producer: AIOKafkaProducer, topic: str, rate: int, count: int) -> None:
    """Each on its own at its time: the value begins with when that was."""
    began, rest = time.perf_counter(), random.Random(1).randbytes(BYTES - 20)  # noqa: S311 - no secret
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        await producer.send(topic, b"%020d" % time.perf_counter_ns() + rest, key=b"k%d" % (number % KEYS))
    await producer.flush()


def quantiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p99 and the maximum."""
    ordered = sorted(values)
    p50, p99 = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.99))
    return {"p50": round(p50, 1), "p99": round(p99, 1), "max": round(ordered[-1], 1)}


async def measure(settings: Settings, seconds: float) -> dict[str, object]:
    """All figures."""
    result: dict[str, object] = {}
    async with chain(settings, "chain") as process:
        for rate, found in (await latencies(settings, "chain", process, RATES, seconds)).items():
            result[f"chain_{rate}_ms"] = quantiles(found)
    async with faust(settings) as process:
        for rate, found in (await latencies(settings, "faust", process, RATES, seconds)).items():
            result[f"faust_{rate}_ms"] = quantiles(found)
    result["product_50_ms"] = quantiles(await alert_latencies(settings, 2 * seconds))
    return result


def main() -> None:
    """Print the figures."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with kafka() as settings:
        tell({"seconds": seconds, **asyncio.run(measure(settings, seconds))})


if __name__ == "__main__":
    main()
