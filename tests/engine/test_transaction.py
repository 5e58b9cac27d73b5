"""Transactions on a real Kafka: what is sent in batches stands where `send` would have put it, and in that order."""

from __future__ import annotations

from collections import defaultdict

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from aiokafka.partitioner import DefaultPartitioner

from streams.broker.connection import client_options
from streams.engine.contract import Output
from streams.engine.transaction import drop, open_producer, send, transact
from streams.settings import Settings
from tests.product import everything

pytestmark = pytest.mark.kafka


async def test_who_opens_a_name_ends_what_was_begun_under_it_and_keeps_the_other_from_committing(
    settings: Settings,
) -> None:
    clients, topic = client_options(settings), settings.topic("reports")
    old = await open_producer(clients, f"{settings.prefix}name")
    await transact(old, [Output(topic, b"k", b"first")], {})
    await old.begin_transaction()
    await old.send_and_wait(topic, b"unfinished", b"k")
    new = await open_producer(clients, f"{settings.prefix}name")
    assert [record.value for record in await everything(settings, "reports")] == [b"first"]
    with pytest.raises(KafkaError):
        await old.commit_transaction()
    await transact(new, [Output(topic, b"k", b"second")], {})
    assert [record.value for record in await everything(settings, "reports")] == [b"first", b"second"]
    await drop(old)
    await drop(new)


async def test_nothing_of_a_transaction_is_seen_of_which_a_record_is_refused(settings: Settings) -> None:
    clients, topic = client_options(settings), settings.topic("reports")
    producer = await open_producer(clients, f"{settings.prefix}name")
    with pytest.raises(MessageSizeTooLargeError):
        await transact(producer, [Output(topic, b"k", b"good"), Output(topic, b"k", b"x" * (9 << 20))], {})
    await drop(producer)
    producer = await open_producer(clients, f"{settings.prefix}name")
    assert not await everything(settings, "reports")
    await drop(producer)


async def test_a_record_without_key_and_value_is_passed_on_with_its_stamp_and_headers(settings: Settings) -> None:
    clients, topic = client_options(settings), settings.topic("reports")
    output = Output(topic, None, None, (("own", b"\xff"),), 3)
    producer = AIOKafkaProducer(**clients)
    await producer.start()
    await (await send(producer, output, 1_714_560_000_123))
    await producer.stop()
    producer = await open_producer(clients, f"{settings.prefix}name")
    await transact(producer, [Output(topic, None, None), output, Output(topic, b"k", None), output], {})
    await drop(producer)
    found = await everything(settings, "reports")
    assert next(r.timestamp for r in found if r.partition == 3) == 1_714_560_000_123
    assert sum(tuple(r.headers) == (("own", b"\xff"),) for r in found) == 3
    assert sorted((r.key or b"", r.value) for r in found) == [(b"", None)] * 4 + [(b"k", None)]


async def test_records_of_all_sizes_keep_their_order_and_go_to_their_keys_partitions(settings: Settings) -> None:
    topic, sizes = settings.topic("reports"), [10, 900_000, 40_000, 10, 131_072, 90_000]
    outputs = [
        Output(topic, b"k%d" % (number % 31), b"%06d" % number + b"x" * sizes[number % 6 if number < 60 else 0])
        for number in range(3_000)
    ]
    producer = await open_producer(client_options(settings), f"{settings.prefix}name")
    await transact(producer, outputs, {TopicPartition(settings.topic("articles"), 0): 7}, f"{settings.prefix}group")
    await drop(producer)
    place, numbers = DefaultPartitioner(), list(range(settings.partitions))
    wanted, found = defaultdict(list), defaultdict(list)
    for output in outputs:
        wanted[place(output.key, numbers, numbers)].append((output.key, output.value))
    for record in await everything(settings, "reports"):
        found[record.partition].append((record.key, record.value))
    assert found == wanted
