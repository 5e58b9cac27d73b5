"""Why a record could not be processed. The value on the topic is the record's own bytes; this travels in headers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from pydantic import Field, ValidationError

from schemas.envelope import Headers
from schemas.model import Model

_PREFIX = "dead-letter-"
_HANDLED, _PLACE = "dead-letter-handled", "dead-letter-place"
OMITTED = "dead-letter-omitted-bytes"
"""The header of a letter whose record was too large to keep, without key, value and headers: how many bytes."""

StoredHeaders = Iterable[tuple[str, bytes | None]]
"""As they lie in Kafka, where a header may be without a value."""


class DeadLetter(Model):
    """Where a record came from and what was wrong with it.

    `reason` is one of a small set for machines (a metric's label); `detail` is a sentence for people.
    """

    reason: str
    detail: str
    step: str
    topic: str
    partition: int
    offset: int
    timestamp_ms: int

    def headers(self, original: Headers) -> Headers:
        """The record's own headers, then ours; an earlier history stays in front, so a retried record keeps it."""
        ours = [(_PREFIX + name.replace("_", "-"), str(value).encode()) for name, value in self]
        return (*original, *ours)

    @classmethod
    def from_headers(cls, headers: StoredHeaders) -> DeadLetter:
        """The last of a name wins. Raises `pydantic.ValidationError` where these are no dead letter's headers."""
        return cls.model_validate(dict(_fields(headers)))

    @classmethod
    def history(cls, headers: StoredHeaders) -> tuple[DeadLetter, ...]:
        """All deaths of a record, oldest first; what is incomplete is left out."""
        deaths: list[dict[str, str]] = []
        for name, value in _fields(headers):
            if name == "reason":  # the first that `headers` writes
                deaths.append({})
            if deaths:
                deaths[-1][name] = value
        return tuple(letter for death in deaths if (letter := _complete(death)))


class Handled(Model):
    """What stands in `dead-letters`, in the letter's own partition, once it was handled: a marker without a value.

    `partition` and `offset`: where the letter stands.
    """

    how: Literal["retried", "dropped"]
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)

    def headers(self) -> Headers:
        """All that the marker has."""
        return (_HANDLED, self.how.encode()), (_PLACE, self.place)

    @property
    def place(self) -> bytes:
        """`partition/offset`: the marker's key too, since many clients refuse a record without key and value."""
        return b"%d/%d" % (self.partition, self.offset)

    @classmethod
    def from_headers(cls, headers: StoredHeaders) -> Handled | None:
        """None: it is a letter. Among a letter's own headers there may be such as these; a marker has no others."""
        found = tuple(headers)
        if [name for name, _ in found] != [_HANDLED, _PLACE]:
            return None
        how, place = (value or b"" for _, value in found)
        where = re.fullmatch(rb"(\d{1,10})/(\d{1,19})", place)
        if where is None or how not in (b"retried", b"dropped"):
            return None
        return cls(how="retried" if how == b"retried" else "dropped", partition=int(where[1]), offset=int(where[2]))


def _fields(headers: StoredHeaders) -> Iterable[tuple[str, str]]:
    for name, value in headers:
        if name.startswith(_PREFIX):
            field = name.removeprefix(_PREFIX).replace("-", "_")
            if field in DeadLetter.model_fields:
                yield field, (value or b"").decode("utf-8", "replace")


def _complete(death: dict[str, str]) -> DeadLetter | None:
    try:
        return DeadLetter.model_validate(death)
    except ValidationError:
        return None
