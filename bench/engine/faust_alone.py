"""`python -m bench.engine.faust_alone [KILLS]`: what Faust's own `exactly_once` does when its worker is killed.

An agent sends each record on under another key, with `processing_guarantee="exactly_once"` as the documentation of
Faust has it; once as the only one of its app, and once beside an agent that reads the output. It is killed with -9
again and again while records come; at the end the outputs are counted under read_committed. Prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.measuring import tell
from streams.broker.connection import bootstrap
from streams.broker.kafka import Broker
from streams.settings import Settings

PARTITIONS, RECORDS, PER_SECOND = 4, 6000, 200.0
APP = """
import sys
import faust

servers, consumed = sys.argv.pop(1), sys.argv.pop(1) == "consumed"
app = faust.App("alone", broker=f"kafka://{servers}", processing_guarantee="exactly_once", store="memory://",
                topic_partitions=4, topic_disable_leader=True, web_enabled=False, broker_session_timeout=6,
                broker_heartbeat_interval=1, broker_request_timeout=15)
source = app.topic("in", key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
target = app.topic("out", key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

@app.agent(source)
async def forward(stream):
    async for event in stream.events():
        await target.send(key=b"r" + event.value[-3:], value=event.value)

if consumed:
    @app.agent(target)
    async def look(stream):
        async for value in stream:
            pass

app.main()
"""


async def measure(servers: str, folder: Path, kills: int, *, consumed: bool) -> dict[str, int]:
    """Records in, outputs lost and outputs too many. `consumed`: whether the app itself reads its output."""
    await _topics(servers)
    script, chance = folder / "alone.py", random.Random(1)  # noqa: S311 - no secret
    script.write_text(APP)
    command = [
        sys.executable,
        str(script),
        servers,
        "consumed" if consumed else "alone",
        "worker",
        "-l",
        "warn",
        "--without-web",
    ]
    with (folder / "alone.log").open("ab") as log:

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)

        worker = start()
        publishing = asyncio.create_task(_publish(servers))
        for _ in range(kills):
            await _until_more(servers)
            await asyncio.sleep(chance.uniform(0.3, 2.0))
            worker.kill()
            worker.wait()
            worker = start()
        await publishing
        found, deadline = Counter[bytes](), time.monotonic() + 60
        while len(found) < RECORDS and time.monotonic() < deadline:
            await asyncio.sleep(3)
            found = await _read(servers)
        worker.kill()
        worker.wait()
    return {"records": RECORDS, "kills": kills, "lost": RECORDS - len(found), "doubled": found.total() - len(found)}


async def _topics(servers: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    await admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in ("in", "out")])
    await admin.close()


async def _publish(servers: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=servers, enable_idempotence=True)
    await producer.start()
    began, sent = time.monotonic(), []
    for number in range(RECORDS):
        sent.append(await producer.send("in", b"%06d" % number, key=b"k%d" % (number % 97)))
        await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
    await asyncio.gather(*sent)
    await producer.stop()


async def _until_more(servers: str) -> None:
    """Until outputs are written: the group waits for the session of who was killed to end."""
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
    await consumer.start()
    partitions = [TopicPartition("out", number) for number in range(PARTITIONS)]
    before = await consumer.end_offsets(partitions)
    deadline = time.monotonic() + 30
    while sum((await consumer.end_offsets(partitions)).values()) < sum(before.values()) + 100:
        if time.monotonic() > deadline:
            break
        await asyncio.sleep(0.1)
    await consumer.stop()


async def _read(servers: str) -> Counter[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, isolation_level="read_committed", enable_auto_commit=False)
    await consumer.start()
    partitions = [TopicPartition("out", number) for number in range(PARTITIONS)]
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    found, quiet = Counter[bytes](), 0
    while quiet < 3:
        batches = (await consumer.getmany(timeout_ms=500)).values()
        quiet = 0 if batches else quiet + 1
        found.update(record.value for records in batches for record in records)
    await consumer.stop()
    return found


def main() -> None:
    """Both ways, each on a broker of its own."""
    kills, result = int(sys.argv[1]) if len(sys.argv) > 1 else 6, dict[str, object]()
    for consumed in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(home=Path(folder) / "home", kafka=None)
            broker = Broker(settings)
            broker.start()
            try:
                measured = measure(bootstrap(settings), Path(folder), kills, consumed=consumed)
                result["output consumed" if consumed else "output not consumed"] = asyncio.run(measured)
            finally:
                broker.stop()
    tell(result)


if __name__ == "__main__":
    main()
