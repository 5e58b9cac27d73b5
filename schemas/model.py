"""What every model of the contract shares: frozen, and times in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, ValidationError


class Model(BaseModel):
    """Frozen. Fields that a later version adds are ignored by this one."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DAY = re.compile(r"\s*\d{4}-\d\d-\d\d[T ]")


def _written_out(value: object) -> object:
    # Numbers would be taken as Unix times in seconds or milliseconds by their size: "20141205" becomes August 1970.
    if isinstance(value, datetime) or (isinstance(value, str) and _DAY.match(value)):
        return value
    raise ValueError("a time is written as 2014-12-05T09:30:00Z")


def _in_utc(value: datetime) -> datetime:
    # Kafka's stamps are milliseconds; what is finer could not be compared with them.
    if value.tzinfo is UTC and not value.microsecond % 1000:
        return value
    try:
        value = value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time outside the years 1 to 9999") from error
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


UTCTime = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_in_utc)]
"""An aware time in UTC, to the millisecond."""


def explain(error: ValidationError) -> str:
    """The first problem of a model, with its field: a sentence for people, without what was written there."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    problem = first["msg"].removeprefix("Value error, ")
    return f"{where}: {problem}" if where else problem


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970 of an aware time."""
    return (at - _EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """The aware UTC time of milliseconds since 1970."""
    return datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)
