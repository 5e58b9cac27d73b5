"""How a model becomes a Kafka record: canonical JSON, and headers after the CloudEvents Kafka binding."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

VERSION = "2"
"""The version of all models together, in the header `schema-version`."""

Headers = tuple[tuple[str, bytes], ...]


class EventType(StrEnum):
    """`ce_type` of what travels on our topics."""

    ARTICLE = "tocsin.article"
    REPORT = "tocsin.report"
    MATCH = "tocsin.match"
    ALERT = "tocsin.alert"
    TICK = "tocsin.tick"


def encode(model: BaseModel) -> bytes:
    """The one way a model is written: UTF-8 JSON, keys sorted, no spaces.

    Equal models give equal bytes; that is what "byte for byte" means throughout.
    """
    return json.dumps(
        model.model_dump(mode="json", by_alias=True), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()


def headers(kind: EventType, event_id: str, source: str, at: datetime) -> Headers:
    """CloudEvents attributes of a record. `source`: the part that writes it; `at`: its own time, never the clock's."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": event_id,
        "ce_source": f"/tocsin/{source}",
        "ce_type": kind.value,
        "ce_time": at.isoformat().replace("+00:00", "Z"),
        "content-type": "application/json",
        "schema-version": VERSION,
    }
    return tuple((name, value.encode()) for name, value in attributes.items())
