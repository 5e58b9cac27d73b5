"""The private names of Faust and aiokafka that the engine uses: an upgrade that loses one must fail here."""

import inspect
from collections.abc import Callable

import faust
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.consumer import fetcher, subscription_state
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.producer import sender
from aiokafka.protocol.group import HeartbeatRequest
from aiokafka.record.default_records import _DefaultRecordBatchPy
from faust.tables import TableManager
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
        (AIOKafkaConsumerThread, "on_start"),
        (AIOKafkaConsumerThread, "on_thread_stop"),
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
        (fetcher.PartitionRecords, "_consumer_record"),
        (AIOKafkaAdminClient, "_send_request"),
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
        (sender.AddPartitionsToTxnHandler.handle_response, "return BACKOFF_OVERRIDE"),
        (subscription_state.TopicPartitionState.__init__, "self.lso"),
        (fetcher.Fetcher._proc_fetch_request, " = MemoryRecords(part_data[-1])"),
        (fetcher.Fetcher._proc_fetch_request, " = PartitionRecords("),
        (fetcher.PartitionRecords.__init__, "self._records_iterator = self._unpack_records()"),
        (fetcher.PartitionRecords.__init__, "self._tp = tp"),
        (_DefaultRecordBatchPy.__iter__, "self._maybe_uncompress()"),
        (_DefaultRecordBatchPy._read_msg, 'buffer[pos : pos + h_key_len].decode("utf-8")'),
        (driver.AIOKafkaConsumerThread._fetch_records, "flow_active"),
        (faust.transport.consumer.Consumer.__init__, "self._buffered_partitions"),
        (GroupCoordinator.__init__, "self._closing"),
        (GroupCoordinator._do_heartbeat, "HeartbeatRequest(self.group_id, self.generation, self.member_id)"),
        (GroupCoordinator._do_heartbeat, "self._send_req(request)"),
        (GroupCoordinator._maybe_leave_group, "self.generation > 0 and self._group_instance_id is None"),
        (HeartbeatRequest.__init__, "self._group"),
        (HeartbeatRequest.__init__, "self._generation_id"),
        (HeartbeatRequest.__init__, "self._member_id"),
        (TableManager.on_start, "self.sleep(1.0)"),  # what ours leaves out; once it is gone, so is ours
        (TableManager.on_start, "self._update_channels()"),
        (TableManager.on_start, "self.recovery.start()"),
    ],
)
def test_the_function_still_does_what_is_relied_on(function: Callable[..., object], text: str) -> None:
    assert text in inspect.getsource(function)
