"""How dead letters look: nothing that comes from outside means anything to a terminal."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.text import Text

from schemas import DeadLetter
from schemas.model import from_ms
from streams.cli.output import Format, counted, err, out, write_line

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.engine.letters import At, Letter
    from streams.engine.retrying import Outcome

_MOST_SHOWN_BYTES = 4_000
_MOST_LEFT = 20
_MOST_PADDED = 40


def print_list(found: list[Letter], form: Format) -> None:
    """A line for each."""
    if form is Format.JSONL:
        for letter in found:
            _write_json(_told(letter))
        return
    rows = [_row(letter) for letter in found]
    heads = ("at", "received", "reason", "deaths", "source", "from", "what was wrong")
    widths = [min(_MOST_PADDED, max(map(len, column))) for column in zip(heads, *rows, strict=True)]
    for number, row in enumerate([heads, *rows]):
        line = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        out.print(Text(line, "" if number else "bold"))  # never as rich's markup


def print_one(letter: Letter, record: ConsumerRecord) -> None:
    """All its deaths, its headers and its first bytes."""
    for number, death in enumerate(DeadLetter.history(record.headers), 1):
        out.print(f"death {number} of {letter.deaths}", style="bold")
        for name, value in death:
            said = f"{value}  {_time(value)}" if name == "timestamp_ms" else str(value)
            _line(f"  {name}", _plain(said))
    _line("handled", letter.handled or "no")
    if letter.obstacle and not letter.handled:
        _line("no retry", _plain(letter.obstacle))
    for header, content in record.headers:
        if not header.startswith("dead-letter-"):
            _line("header", f"{_plain(header)}={_bytes(content)}")
    _line("key", _bytes(record.key))
    _line("value", _bytes(record.value))


def print_outcome(done: str, outcome: Outcome, form: Format) -> None:
    """How many of what were `done`, and what was left."""
    counts = Counter((letter.step, letter.reason) for letter in outcome.done).most_common()
    if form is Format.JSONL:
        for (step, reason), count in counts:
            _write_json({"outcome": done, "step": step, "reason": reason, "count": count})
        for letter in outcome.left:
            _write_json({"outcome": "left", "at": _place(letter.at), "why": _why_left(letter)})
        return
    out.print(f"{done}: {counted(len(outcome.done), 'letter')}")
    for (step, reason), count in counts:
        out.print(_plain(f"{count:>9,}  {step or 'nobody knows where'}: {reason}"), markup=False)
    for letter in outcome.left[:_MOST_LEFT]:
        err.print(f"left {_place(letter.at)}: {_plain(_why_left(letter))}", style="yellow", markup=False)
    if len(outcome.left) > _MOST_LEFT:
        err.print(f"and {len(outcome.left) - _MOST_LEFT:,} more; --format jsonl names all", style="yellow")


def _why_left(letter: Letter) -> str:
    return f"it was {letter.handled} before" if letter.handled else letter.obstacle


def _place(at: At) -> str:
    return f"{at[0]}/{at[1]}"


def _told(letter: Letter) -> dict[str, Any]:
    why = letter.why.model_dump() if letter.why else dict.fromkeys(DeadLetter.model_fields)
    own = {"reason": letter.reason, "deaths": letter.deaths, "source": letter.source, "handled": letter.handled}
    return {"at": _place(letter.at), **why, **own}


def _row(letter: Letter) -> tuple[str, ...]:
    why = letter.why
    origin = f"{why.topic}/{why.partition}/{why.offset}" if why else ""
    detail = why.detail if why else "no letter of ours: its headers do not say what it is"
    if letter.handled:
        detail = f"({letter.handled}) {detail}"
    cells = (_place(letter.at), _time(letter.received_ms), letter.reason, str(letter.deaths), letter.source, origin)
    return tuple(map(_plain, (*cells, detail)))


def _line(name: str, value: str) -> None:
    out.print(f"{name:<15} {value}", markup=False)


def _write_json(row: dict[str, Any]) -> None:
    # ASCII, so that nothing of it means anything to a terminal; json leaves DEL as it is.
    write_line(json.dumps(row).replace("\x7f", "\\u007f").encode())


def _time(ms: int) -> str:
    try:
        return f"{from_ms(ms):%Y-%m-%d %H:%M:%SZ}"
    except (ValueError, OverflowError, OSError):
        return "never"


def _bytes(value: bytes | None) -> str:
    """Bytes that came from outside, so that a terminal does nothing with them but show them."""
    if value is None:
        return "none"
    more = len(value) - _MOST_SHOWN_BYTES
    shown = ascii(value[:_MOST_SHOWN_BYTES])[2:-1]
    return f"{shown}… and {more:,} bytes more" if more > 0 else shown


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
