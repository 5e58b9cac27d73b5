"""Times and actors as rule tests write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainValidator, TypeAdapter, ValidationError, ValidationInfo

from schemas.model import UTCTime
from streams.watching.fields import AUTHOR
from streams.watching.spans import DURATION, milliseconds
from streams.watching.vocabulary import ACTOR_TYPES, Vocabulary, mistake, shown, suggestion

START = datetime(2024, 1, 1, tzinfo=UTC)
NOW = "+0s"
UNKNOWN = "unknown:"
"""Before an actor's id: knowledge does not have it, and is not asked."""
_YEARS = range(1900, 3000)
_LONGEST = timedelta(days=36_500)
_RELATIVE = re.compile(f"([+-])({DURATION})")
_TIME: TypeAdapter[datetime] = TypeAdapter(UTCTime)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as written: an absolute one, or so much after the start of its test."""

    written: str
    absolute: datetime | None = None
    after: timedelta = timedelta()

    def resolve(self, start: datetime) -> datetime:
        """When that is, in a test that starts then."""
        return self.absolute or start + self.after

    @classmethod
    def read(cls, raw: object) -> Moment:
        """Raises a mistake."""
        if isinstance(raw, str) and (told := _RELATIVE.fullmatch(raw)):
            after = timedelta(milliseconds=milliseconds(told[2]))
            if after > _LONGEST:
                raise mistake("more than a hundred years from the start")
            return cls(raw, after=-after if told[1] == "-" else after)
        try:
            at = _TIME.validate_python(raw)
        except ValidationError:
            raise mistake(f"expected a time such as +2h or 2024-03-01T12:00:00Z, not {shown(raw)}") from None
        if at.year not in _YEARS:
            raise mistake(f"expected a time of the years 1900 to 2999, not {shown(raw)}")
        return cls(str(raw), at)


def _read_start(raw: object) -> datetime:
    at = Moment.read(raw).absolute
    if at is None:
        raise mistake(f"expected a time such as 2024-03-01T12:00:00Z, not {shown(raw)}")
    return at


def _read_actor(raw: object, info: ValidationInfo) -> str:
    if raw == AUTHOR:
        return AUTHOR
    known, text = (info.context or Vocabulary()).names, raw if isinstance(raw, str) else ""
    kind, _, name = text.removeprefix(UNKNOWN).partition(":")
    if kind not in ACTOR_TYPES or not name:
        raise mistake(f"expected an actor id such as country:RS, not {shown(raw)}")
    if known is not None and text not in known and not text.startswith(UNKNOWN):
        raise mistake(f"unknown actor {shown(text)}{suggestion(text, known)}; if nobody is to know it, {UNKNOWN}{text}")
    return text


def listed(raw: object) -> object:
    """One may stand for a list of one."""
    return raw if isinstance(raw, list) else [raw]


MomentTold = Annotated[Moment, PlainValidator(Moment.read)]
Start = Annotated[datetime, PlainValidator(_read_start)]
ActorId = Annotated[str, PlainValidator(_read_actor)]
ActorIds = Annotated[tuple[ActorId, ...], BeforeValidator(listed)]
