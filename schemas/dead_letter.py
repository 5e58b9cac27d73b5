"""Why a record could not be processed. The value on the topic is the record's own bytes; this travels in headers."""

from __future__ import annotations

from schemas.envelope import Headers
from schemas.model import Model

_PREFIX = "dead-letter-"


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
    def from_headers(cls, headers: Headers) -> DeadLetter:
        """The last of a name wins. Raises `pydantic.ValidationError` where these are no dead letter's headers."""
        found = {
            name.removeprefix(_PREFIX).replace("-", "_"): value.decode("utf-8", "replace")
            for name, value in headers
            if name.startswith(_PREFIX)
        }
        return cls.model_validate(found)
