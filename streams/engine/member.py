"""A group member with a name: who is killed and comes back under it in time finds its partitions still there.

aiokafka joins groups under names. Two things are mended here. Its heartbeats do not tell the name, so a process whose
name another took would only hear that it is unknown, join again and take the name back, without end. And it never
leaves under a name: a worker that was told to end would hold its partitions for the session timeout.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.group import HeartbeatRequest
from aiokafka.protocol.types import Int16, Int32, Schema, String

_FENCED_INSTANCE_ID = 82
"""Kafka's error code for: another process has joined under this name since."""


class _NamedResponse(Response):
    API_KEY = 12
    API_VERSION = 3
    SCHEMA = Schema(("throttle_time_ms", Int32), ("error_code", Int16))


class _NamedStruct(RequestStruct):
    API_KEY = 12
    API_VERSION = 3
    RESPONSE_TYPE = _NamedResponse
    SCHEMA = Schema(
        ("group", String("utf-8")),
        ("generation_id", Int32),
        ("member_id", String("utf-8")),
        ("group_instance_id", String("utf-8")),
    )


class _NamedHeartbeat(Request[_NamedStruct]):
    """Version 3 of Kafka's heartbeat (KIP-345, Kafka 2.3); aiokafka has only 0 and 1."""

    API_KEY = 12

    def __init__(self, plain: HeartbeatRequest, name: str) -> None:
        self._plain, self._name = plain, name

    def build(self, request_struct_class: type[_NamedStruct]) -> _NamedStruct:
        plain = self._plain
        return request_struct_class(plain._group, plain._generation_id, plain._member_id, self._name)


def keep_name(coordinator: GroupCoordinator, taken: Callable[[], Awaitable[None]]) -> None:
    """Once another process has the coordinator's name: call `taken`, and do nothing more in the group."""
    plain, name = coordinator._send_req, coordinator._group_instance_id

    async def send(request: Any) -> Any:
        response = await plain(_NamedHeartbeat(request, name) if isinstance(request, HeartbeatRequest) else request)
        if getattr(response, "error_code", 0) == _FENCED_INSTANCE_ID:
            await taken()
            await asyncio.wait([coordinator._closing])
        return response

    coordinator._send_req = send


def give_up_name(coordinator: GroupCoordinator) -> None:
    """Before the consumer stops: it will then leave the group like any other, and its partitions are free at once."""
    coordinator._group_instance_id = None
