"""The private names of Faust and aiokafka that the engine uses: an upgrade that loses one must fail here."""

import inspect
from collections.abc import Callable

import faust
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.consumer import fetcher, subscription_state
from aiokafka.producer import sender
from faust.transport.drivers import aiokafka as driver
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (AIOKafkaConsumerThread, "_create_worker_consumer"),
        (AIOKafkaConsumerThread, "seek_to_committed"),
        (AIOKafkaConsumerThread, "_seek_wait"),
        (AIOKafkaConsumerThread, "seek_wait"),
        (AIOKafkaConsumerThread, "_fetch_records"),
        (Consumer, "_new_consumer_thread"),
        (Consumer, "_drain_messages"),
        (Consumer, "_wait_next_records"),
        (Consumer, "_get_active_partitions"),
        (Consumer, "on_buffer_full"),
        (Consumer, "on_buffer_drop"),
        (Transport, "Consumer"),
        (faust.App, "on_stop"),
        (subscription_state.TopicPartitionState, "has_valid_position"),
        (subscription_state.TopicPartitionState, "position"),
        (fetcher.Fetcher, "fetched_records"),
    ],
)
def test_the_name_exists(owner: object, name: str) -> None:
    assert hasattr(owner, name)


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (AIOKafkaConsumer.__init__, "self._isolation_level"),
        (AIOKafkaConsumer.__init__, "self._fetch_max_wait_ms"),
        (AIOKafkaConsumer.start, "self._fetch_max_wait_ms"),  # read at start, so setting it before counts
        (AIOKafkaConsumer.start, "self._isolation_level"),
        (AIOKafkaProducer.__init__, "self._sender"),
        (AIOKafkaProducer.__init__, "self._closed"),
        (AIOKafkaProducer.__init__, "self.client"),
        (sender.Sender.sender_task.fget, "_sender_task"),
        (subscription_state.TopicPartitionState.__init__, "self.lso"),
        (driver.AIOKafkaConsumerThread._fetch_records, "flow_active"),
        (faust.transport.consumer.Consumer.__init__, "self._buffered_partitions"),
    ],
)
def test_the_function_still_does_what_is_relied_on(function: Callable[..., object], text: str) -> None:
    assert text in inspect.getsource(function)
