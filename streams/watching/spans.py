"""Lengths of time as analysts write them: 90s, 30m, 24h, 7d, 1d12h."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, PlainValidator, WithJsonSchema

from streams.watching.vocabulary import mistake, shown

_UNITS_MS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000}
DURATION = r"(?:[0-9]{1,6}[smhd])+"
"""A pattern of what `milliseconds` reads."""
_LONGEST_MS = 400 * _UNITS_MS["d"]  # alerts are kept that long


def milliseconds(written: str) -> int:
    """Of what fits DURATION."""
    return sum(int(number) * _UNITS_MS[unit] for number, unit in re.findall(r"([0-9]+)([smhd])", written))


def _read(raw: object) -> int:
    if not isinstance(raw, str) or not re.fullmatch(DURATION, raw):
        raise mistake(f"expected a duration such as 90s, 30m, 24h, 7d or 1d12h, not {shown(raw)}")
    ms = milliseconds(raw)
    if ms > _LONGEST_MS:
        raise mistake("longer than 400d, which is how long alerts are kept")
    return ms


def _not_nothing(ms: int) -> int:
    if ms == 0:
        raise mistake("expected more than nothing")
    return ms


def as_written(ms: int) -> str:
    """The shortest way to write it, `0s` for nothing; what is less than a second is left out."""
    parts = []
    for unit, length in _UNITS_MS.items():
        number, ms = divmod(ms, length)
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts) or "0s"


Duration = Annotated[int, PlainValidator(_read), WithJsonSchema({"type": "string", "pattern": f"^{DURATION}$"})]
"""Milliseconds."""
Span = Annotated[Duration, AfterValidator(_not_nothing)]
"""A Duration that is not nothing."""
