"""`python -m bench.engine.peers NAME SERVERS SOURCE TARGET FOLDER`: what one would forward records with instead.

Each as its documentation has it, with bytes for keys and values. Imports nothing of Tocsin: the peers stand on other
versions of its libraries.

bare           aiokafka: getmany, send, commit after the flush: at least once
faust          an agent that sends each event on: at least once
quix           quixstreams with exactly-once, which commits every 5 seconds
quix_state     the same with a count of each key
bytewax        with a recovery store, as its docs advise: at least once
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

SETTINGS = {"auto_offset_reset": "earliest", "enable_auto_commit": False}


def bare(servers: str, source: str, target: str, _folder: Path) -> None:
    """Two clients and a loop."""
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

    async def forward() -> None:
        consumer = AIOKafkaConsumer(source, bootstrap_servers=servers, group_id="bare", **SETTINGS)
        producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all", max_batch_size=131_072)
        await consumer.start()
        await producer.start()
        while True:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                for record in records:
                    await producer.send(target, record.value, key=record.key)
            await producer.flush()
            await consumer.commit()

    asyncio.run(forward())


def faust(servers: str, source: str, target: str, folder: Path) -> None:
    """An agent on a topic."""
    import faust

    app = faust.App(
        f"{source}-faust",
        broker=f"kafka://{servers}",
        store="memory://",
        datadir=folder,
        topic_disable_leader=True,
        web_enabled=False,
    )
    raw: dict[str, Any] = dict.fromkeys(("key_type", "value_type"), bytes)
    raw |= dict.fromkeys(("key_serializer", "value_serializer"), "raw")
    inputs, outputs = app.topic(source, **raw), app.topic(target, **raw)

    async def forward(stream: Any) -> None:
        async for event in stream.events():
            await outputs.send(key=event.key, value=event.value)

    app.agent(inputs)(forward)
    sys.argv = ["faust", "worker", "-l", "warn"]
    app.main()


def quix(servers: str, source: str, target: str, folder: Path) -> None:
    """From dataframe to topic."""
    _quix(servers, source, target, folder, lambda frame: frame)


def quix_state(servers: str, source: str, target: str, folder: Path) -> None:
    """A count of each key in its RocksDB, and in its changelog."""

    def count(value: bytes, state: Any) -> bytes:
        state.set("count", state.get("count", 0) + 1)
        return value

    _quix(servers, source, target, folder, lambda frame: frame.apply(count, stateful=True))


def _quix(servers: str, source: str, target: str, folder: Path, work: Callable[[Any], Any]) -> None:
    app = import_module("quixstreams").Application(
        broker_address=servers,
        consumer_group=f"{source}-quix",
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once",
        state_dir=folder,
        loglevel="WARNING",
    )
    raw = dict.fromkeys(("key_deserializer", "value_deserializer"), "bytes")
    inputs = app.topic(source, **raw)
    outputs = app.topic(target, key_serializer="bytes", value_serializer="bytes")
    work(app.dataframe(inputs)).to_topic(outputs)
    app.run()


def bytewax(servers: str, source: str, target: str, folder: Path) -> None:
    """From source to sink; the offsets are in its recovery store."""
    kafka, recovery = import_module("bytewax.connectors.kafka.operators"), import_module("bytewax.recovery")
    flow = import_module("bytewax.dataflow").Dataflow("forward")
    inputs = kafka.input("in", flow, brokers=[servers], topics=[source])
    kafka.output("out", inputs.oks, brokers=[servers], topic=target)
    recovery.init_db_dir(folder, 1)
    import_module("bytewax.run").cli_main(flow, recovery_config=recovery.RecoveryConfig(str(folder)))


def main(name: str, servers: str, source: str, target: str, folder: str) -> None:
    """Run until SIGTERM."""
    {one.__name__: one for one in (bare, faust, quix, quix_state, bytewax)}[name](servers, source, target, Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
