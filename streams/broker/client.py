"""Short-lived admin clients, for code that is not asynchronous itself."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.errors import ServiceError

T = TypeVar("T")
REQUEST_SECONDS = 10.0


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do it in a loop and a thread of its own, so that it can be called from anywhere, an event loop included."""
    with ThreadPoolExecutor(1, "kafka-admin") as pool:
        return pool.submit(asyncio.run, work).result()


@asynccontextmanager
async def admin(options: Mapping[str, Any]) -> AsyncIterator[AIOKafkaAdminClient]:
    """A started admin client. Raises ServiceError if the cluster cannot be reached or stops answering."""
    servers = options["bootstrap_servers"]
    client = AIOKafkaAdminClient(**options, request_timeout_ms=int(REQUEST_SECONDS * 1000))
    try:
        async with asyncio.timeout(REQUEST_SECONDS * 3):
            await client.start()
            yield client
    except (KafkaError, OSError, TimeoutError) as error:
        raise ServiceError(f"Kafka at {servers} cannot be used: {error or type(error).__name__}") from error
    finally:
        await client.close()


def answers(bootstrap_servers: str, cluster_id: str) -> bool:
    """Whether a node of this cluster, at this one address, knows of a broker that serves.

    An open port means nothing yet, and the node there may be somebody else's.
    """
    host, port = bootstrap_servers.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), 0.5).close()  # aiokafka would log each refusal
        found = run(describe({"bootstrap_servers": bootstrap_servers}))
    except (OSError, ServiceError):
        return False
    return bool(found["cluster_id"] == cluster_id and found["brokers"])


async def describe(options: Mapping[str, Any]) -> dict[str, Any]:
    """`cluster_id`, `controller_id` and `brokers` of a cluster. Raises ServiceError."""
    async with admin(options) as client:
        return dict(await client.describe_cluster())
