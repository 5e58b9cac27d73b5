"""Whether a cluster gives us transactions; without them nothing may start. If it does not: what to set on it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TransactionalIdAuthorizationFailed
from aiokafka.protocol.admin import ApiVersionRequest

from streams.broker.client import admin, run
from streams.broker.connection import client_options
from streams.errors import ServiceError
from streams.settings import Settings

TRANSACTION_TIMEOUT_MS = 30_000
"""Of all our transactions: who is gone in the middle of one holds up the readers of its topics for so long at most."""
PATIENCE_SECONDS = 15.0
"""The first transaction of a young cluster waits until its transaction log is made: a second or two."""
_LOG = "__transaction_state"
_FACTOR, _IN_SYNC = "transaction.state.log.replication.factor", "transaction.state.log.min.isr"
_APIS = {
    22: "InitProducerId",
    24: "AddPartitionsToTxn",
    25: "AddOffsetsToTxn",
    26: "EndTxn",
    28: "TxnOffsetCommit",
}


def check(settings: Settings, name: str) -> None:
    """Raises ServiceError with what to do, in bounded time, where transactions of ours could not be.

    A producer is started as workers start theirs; nothing is written but its id, `<prefix><name>-start`.
    """
    run(_check(client_options(settings), f"{settings.group(name)}-start", settings.prefix))


async def _check(options: Mapping[str, Any], transactional_id: str, prefix: str) -> None:
    servers = options["bootstrap_servers"]
    async with admin(options) as client:
        answer = await client._send_request(ApiVersionRequest())
    if absent := missing_apis([key for key, *_ in answer.api_versions]):
        raise ServiceError(f"Kafka at {servers} knows no {', '.join(absent)}: Tocsin needs a Kafka with transactions")
    producer = AIOKafkaProducer(
        **options,
        transactional_id=transactional_id,
        transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
        retry_backoff_ms=100,
        request_timeout_ms=10_000,
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await producer.start()
    except TransactionalIdAuthorizationFailed as error:
        raise ServiceError(
            f"Kafka at {servers} forbids us the transactional id {transactional_id}: allow Write and Describe, for "
            f"example `kafka-acls --add --allow-principal User:… --operation Write --operation Describe "
            f"--transactional-id '{prefix}' --resource-pattern-type prefixed`"
        ) from error
    except TimeoutError as error:
        raise ServiceError(f"Kafka at {servers} gives no transactions: {await _why(options)}") from error
    except (KafkaError, OSError) as error:
        raise ServiceError(f"Kafka at {servers} gives no transactions: {error!r}") from error
    finally:
        with suppress(Exception):
            await asyncio.wait_for(producer.stop(), 2)


def missing_apis(keys: Collection[int]) -> list[str]:
    """The names of those requests of transactions whose keys a broker does not list."""
    return [name for key, name in _APIS.items() if key not in keys]


async def _why(options: Mapping[str, Any]) -> str:
    async with admin(options) as client:
        brokers = [broker["node_id"] for broker in (await client.describe_cluster())["brokers"]]
        logs = [topic for topic in await client.describe_topics() if topic["topic"] == _LOG]
        of_broker = await _configs(client, ConfigResource(ConfigResourceType.BROKER, str(brokers[0])))
        of_log = await _configs(client, ConfigResource(ConfigResourceType.TOPIC, _LOG)) if logs else {}
    if _FACTOR not in of_broker:  # we may not see its settings
        return reason(len(brokers), 0, [], 1)
    return reason(
        len(brokers),
        int(of_broker[_FACTOR]),
        [(len(each["replicas"]), len(each["isr"])) for log in logs for each in log["partitions"]],
        int(of_log.get("min.insync.replicas", 1)),
    )


def reason(brokers: int, factor: int, copies: Sequence[tuple[int, int]], min_in_sync: int) -> str:
    """Why the transaction log cannot be written to, as far as the cluster tells, and what to do.

    `copies`: of each partition of the log how many there are, and how many are in sync; none: it is not made.
    """
    for count, in_sync in copies:
        wanted = min(min_in_sync, count)  # as Kafka has it: more than there are cannot be wanted
        if in_sync < wanted:
            return f"of its transaction log {in_sync} copies are in sync and {wanted} have to be: start all its brokers"
    if copies or factor <= brokers:
        return f"it has not answered for {PATIENCE_SECONDS:.0f} s; the brokers' logs say why"
    return (
        f"its transaction log wants {factor} copies and {brokers} broker(s) run: start more, or set "
        f"{_FACTOR}={brokers} and {_IN_SYNC}={max(1, brokers - 1)} on each broker and start it again"
    )


async def _configs(client: AIOKafkaAdminClient, resource: ConfigResource) -> dict[str, str]:
    answers = await client.describe_configs([resource])
    return {entry[0]: entry[1] for answer in answers for item in answer.resources for entry in item[4]}
