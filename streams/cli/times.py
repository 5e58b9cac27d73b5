"""Times as people write them on the command line."""

from __future__ import annotations

from datetime import UTC, datetime

from streams.errors import InputError


def parse_time(value: str | None) -> datetime | None:
    """An ISO 8601 date or time, UTC where it names no zone. Raises InputError."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise InputError(f"{value!r} is no time: write 2024-05-01 or 2024-05-01T12:00:00Z") from error
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
