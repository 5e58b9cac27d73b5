"""`python -m bench.engine.throughput [ROUNDS] [NAME…]`: CPU time a record takes on its way through one worker process.

On an embedded Kafka in a folder of its own: 20,000 records of 500 bytes under 997 keys in 4 partitions, which a worker
forwards to another topic. A worker is suspended while its input is written, so that all meet the same backlog; then the
user and system time of its process and children is taken until a read_committed reader has had all of its output. The
broker's is not counted. Each runs all the time, is warm, and takes its turn in interleaved rounds; the figures are
medians of ROUNDS (default 5). Names are those of bench.engine.peers, and `tocsin` and `tocsin_state` for
bench.engine.forwarding. A table on stderr and one line of JSON on stdout: microseconds of each, and ratios.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.engine.rig import Running, kafka, make_topics, open_producer, open_reader, start
from bench.measuring import tell
from streams.broker.connection import bootstrap
from streams.settings import Settings

RECORDS, BYTES, KEYS, WARM = 20_000, 500, 997, 2_000
OURS = ("tocsin", "tocsin_state")
ALWAYS = ("bare", "faust", *OURS)
PEERS = Path(".bench-peers").absolute()
"""Where `make bench-engine` puts those that want other versions of what Tocsin stands on."""
IN_PEERS = {"quix": "quixstreams", "quix_state": "quixstreams", "bytewax": "bytewax"}
_PATIENCE_SECONDS = 90.0


@dataclass
class Lane:
    """One that is measured: its process, and the end of its output."""

    name: str
    process: Running
    reader: AIOKafkaConsumer

    async def pass_on(self, producer: AIOKafkaProducer, count: int) -> float:
        """CPU seconds of so many records."""
        before, values = self.process.cpu_seconds, random.Random(1).randbytes(BYTES + count)  # noqa: S311 - no secret
        with self.process.suspended():
            for number in range(count):
                value = values[number : number + BYTES]
                await producer.send(f"{self.name}-in", value, key=b"k%d" % (number % KEYS))
            await producer.flush()
        seen, deadline = 0, time.monotonic() + _PATIENCE_SECONDS
        while seen < count:
            seen += sum(map(len, (await self.reader.getmany(timeout_ms=200)).values()))
            self.process.check()
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name}: {seen} of {count} records after {_PATIENCE_SECONDS:.0f} s")
        return self.process.cpu_seconds - before


async def open_lane(settings: Settings, name: str) -> Lane:
    """Topics, a process, a reader."""
    source, target, changelog = f"{name}-in", f"{name}-out", f"{name}-state"
    await make_topics(settings, [source, target, changelog])
    servers, folder = bootstrap(settings), settings.home / name
    folder.mkdir()
    if name in OURS:
        arguments = [servers, source, target, changelog if name == "tocsin_state" else ""]
        process = start("bench.engine.forwarding", arguments, settings.home, name)
    else:
        path = {"PYTHONPATH": str(PEERS)} if name in IN_PEERS else {}
        process = start("bench.engine.peers", [name, servers, source, target, str(folder)], settings.home, name, path)
    return Lane(name, process, await open_reader(settings, target))


async def measure(settings: Settings, names: Sequence[str], rounds: int) -> dict[str, list[float]]:
    """Microseconds of CPU a record, by name, one for each round."""
    taken: dict[str, list[float]] = defaultdict(list)
    lanes: list[Lane] = []
    producer = await open_producer(settings, linger_ms=5)
    try:
        for name in names:
            lanes.append(await open_lane(settings, name))
            await lanes[-1].pass_on(producer, WARM)
        for _ in range(rounds):
            for lane in lanes:
                taken[lane.name].append(await lane.pass_on(producer, RECORDS) / RECORDS * 1e6)
    finally:
        for lane in lanes:
            await lane.reader.stop()
            lane.process.end()
        await producer.stop()
    return taken


def summary(taken: dict[str, list[float]]) -> dict[str, object]:
    """Medians, and what they are of each other."""
    median = {name: statistics.median(values) for name, values in taken.items()}
    result: dict[str, object] = {f"{name}_us": round(value, 1) for name, value in median.items()}
    result |= {f"{name}_us_range": [round(min(values), 1), round(max(values), 1)] for name, values in taken.items()}
    for ours in set(OURS) & median.keys():
        for other in [name for name in median if name not in OURS]:
            result[f"{ours}_over_{other}"] = round(median[ours] / median[other], 3)
    return result


def present() -> tuple[str, ...]:
    """All that is installed; says on stderr what is not."""
    missing = [name for name, package in IN_PEERS.items() if not (PEERS / package).is_dir()]
    if missing:
        sys.stderr.write(f"without {', '.join(missing)}: not in {PEERS}\n")
    return (*ALWAYS, *(name for name in IN_PEERS if name not in missing))


def peer_versions() -> dict[str, str]:
    """Of what is in PEERS."""
    found = distributions(path=[str(PEERS)])
    return {one.metadata["Name"]: one.version for one in found if one.metadata["Name"] in IN_PEERS.values()}


def main() -> None:
    """Print the figures."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    names = sys.argv[2:] or present()
    with kafka() as settings:
        tell({"rounds": rounds, "records": RECORDS, **summary(asyncio.run(measure(settings, names, rounds)))})


if __name__ == "__main__":
    main()
