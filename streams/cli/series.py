"""Series of counts out of CSV: columns `timestamp` and `count`, one regular step."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from streams.errors import InputError
from streams.ingest.files import STDIN
from streams.watching.spans import as_written

_MOST = 10**12
_NUMBER = re.compile(r"[+-]?[0-9.]{1,30}([eE][+-]?[0-9]{1,3})?")
_LEAST_STEP = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file. `where` is `file:line`; `written`: its timestamp as it stands there."""

    where: str
    written: str
    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Step:
    """A row, how many rows are missing before it, and the step's length."""

    row: Row
    missing: int
    step_ms: int


def read_steps(path: Path, step_ms: int | None = None) -> Iterator[Step]:
    """The rows of a file, or of standard input for `-`, as they are read.

    Without `step_ms` the first two rows tell the step. Rows may be missing: who exports counts often leaves out those
    that are zero. Raises InputError at a row that is none, goes back or lies between two steps.
    """
    rows = _rows(path)
    first = next(rows, None)
    if first is None:
        raise InputError(f"{_name(path)}: no row below the header")
    if step_ms is not None:
        yield Step(first, 0, step_ms)
    step, last = timedelta(milliseconds=step_ms or 0), first
    for row in rows:
        passed = _passed(last, row)
        if not step:
            step = passed
            if step < _LEAST_STEP or step % timedelta(milliseconds=1):
                raise InputError(f"{row.where}: a step of {step.total_seconds()} s after the row before; at least 1 s")
            yield Step(first, 0, step // timedelta(milliseconds=1))
        if passed % step:
            raise InputError(
                f"{row.where}: {row.written} is {passed} after the row before, no multiple of the step of {step}; "
                "sort the rows to one regular step, or name it with --step"
            )
        yield Step(row, passed // step - 1, step // timedelta(milliseconds=1))
        last = row
    if not step:
        raise InputError(f"{first.where}: one row does not tell the step; name it with --step")


def told_span(span_ms: int) -> str:
    """A length of time for people: the two largest units."""
    minute, hour, day = 60_000, 3_600_000, 86_400_000
    unit = hour if span_ms >= day else minute if span_ms >= hour else 1000
    return as_written(span_ms - span_ms % unit)


def _passed(before: Row, row: Row) -> timedelta:
    if (before.at.tzinfo is None) != (row.at.tzinfo is None):
        raise InputError(f"{row.where}: {row.written} and the row before do not both have a time zone")
    passed = row.at - before.at
    if passed <= timedelta():
        raise InputError(f"{row.where}: {row.written} is not after the row before, {before.written}; sort the rows")
    return passed


def _rows(path: Path) -> Iterator[Row]:
    name, line = _name(path), 1
    try:
        with sys.stdin.buffer if path == STDIN else path.open("rb") as raw:
            lines = csv.reader(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""), strict=True)
            time_at, count_at = _columns(name, next(lines, []))
            for cells in lines:
                line = lines.line_num
                if cells:
                    yield _row(f"{name}:{line}", cells, time_at, count_at)
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not UTF-8, after line {line}") from error
    except csv.Error as error:
        raise InputError(f"{name}:{line + 1}: no CSV: {error}") from error


def _columns(name: str, header: list[str]) -> tuple[int, int]:
    names = [cell.strip().lower() for cell in header]
    for wanted in ("timestamp", "count"):
        if names.count(wanted) != 1:
            raise InputError(f"{name}:1: expected a header with the columns timestamp and count, once each")
    return names.index("timestamp"), names.index("count")


def _row(where: str, cells: list[str], time_at: int, count_at: int) -> Row:
    if len(cells) <= max(time_at, count_at):
        raise InputError(f"{where}: {len(cells)} columns, fewer than the header has")
    written, count = cells[time_at].strip(), cells[count_at].strip()
    try:
        at = datetime.fromisoformat(written)
    except ValueError as error:
        raise InputError(f"{where}: timestamp {written!r}: write 2024-05-01 12:00:00 or 2024-05-01T12:00Z") from error
    return Row(where, written, at.astimezone(UTC) if at.tzinfo else at, _count(where, count))


def _count(where: str, written: str) -> int:
    try:
        value = float(written) if _NUMBER.fullmatch(written) else -1.0
    except ValueError:
        value = -1.0
    if not (0 <= value <= _MOST and value.is_integer()):
        raise InputError(f"{where}: count {written[:40]!r}: expected a whole number from 0 to {_MOST:,}")
    return int(value)


def _name(path: Path) -> str:
    return "<stdin>" if path == STDIN else str(path)
