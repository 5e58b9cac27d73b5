"""`tocsin dead-letters`: what could not be processed, why, and what to do with it."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from schemas import DeadLetter
from schemas.model import from_ms, to_ms
from streams.cli.output import Format, counted, err, format_option, out, progress, write_line
from streams.cli.times import parse_time
from streams.errors import InputError
from streams.settings import load

if TYPE_CHECKING:
    from streams.engine.letters import At, How, Letter, Wanted
    from streams.engine.retrying import Outcome

app = typer.Typer(
    help="Records that could not be processed, as they came.", no_args_is_help=True, rich_markup_mode=None
)

_MOST_SHOWN_BYTES = 4_000
_MOST_LEFT = 20
_MOST_PADDED = 40

Places = Annotated[
    list[str] | None, typer.Argument(metavar="PLACE", help="Only these: partition and offset, as in 0/17.")
]
Reason = Annotated[str | None, typer.Option(help="Only those with this reason; `foreign`: no letters of ours.")]
Source = Annotated[str | None, typer.Option(help="Only articles of this source, where their bytes tell it.")]
Step = Annotated[str | None, typer.Option(help="Only those that died in this step: read or watch.")]
Since = Annotated[str | None, typer.Option(help="Only those received at or after this time.")]
Until = Annotated[str | None, typer.Option(help="Only those received before this time.")]
All = Annotated[bool, typer.Option("--all", help="All there are; needed where nothing else says which.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say how many of what.")]
Form = Annotated[Format, format_option(Format, "text, or jsonl for machines.")]


@app.command()
def ls(
    places: Places = None,
    reason: Reason = None,
    source: Source = None,
    step: Step = None,
    since: Since = None,
    until: Until = None,
    handled: Annotated[bool, typer.Option("--handled", help="Also those that were retried or dropped.")] = False,
    form: Form = Format.TEXT,
) -> None:
    """List those that wait, in order of receipt.

    Examples:

        tocsin dead-letters ls --reason invalid_json

        tocsin dead-letters ls --source "Fjord Post" --since 2024-05-01 --format jsonl
    """
    from streams.broker.connection import client_options
    from streams.engine.letters import find

    settings, wanted = load(), _wanted(places, reason, source, step, since, until)
    found = asyncio.run(find(settings, client_options(settings), wanted, handled=handled))
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


@app.command()
def show(
    place: Annotated[str, typer.Argument(metavar="PLACE", help="Partition and offset, as `ls` gives them: 0/17")],
    raw: Annotated[bool, typer.Option("--raw", help="The value's bytes alone, for a file or a pipe.")] = False,
) -> None:
    """Show one, its headers and its bytes.

    All its deaths, oldest first. Of any bytes the first 4,000.

    Examples:

        tocsin dead-letters show 0/17

        tocsin dead-letters show 0/17 --raw > article.json
    """
    from streams.broker.connection import client_options
    from streams.engine.letters import fetch

    if raw and sys.stdout.isatty():
        raise InputError("--raw gives the bytes as they are, which a terminal may obey: to a file or a pipe with it")
    at, settings = _at(place), load()
    letter, record = asyncio.run(fetch(settings, client_options(settings), at))
    if raw:
        sys.stdout.buffer.write(record.value or b"")
        return
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


@app.command()
def retry(
    places: Places = None,
    reason: Reason = None,
    source: Source = None,
    step: Step = None,
    since: Since = None,
    until: Until = None,
    everything: All = False,
    dry_run: DryRun = False,
    form: Form = Format.TEXT,
) -> None:
    """Put them back where they came from, each exactly once.

    They go to the end of the topic and partition they came from, with their key, bytes and headers. An article keeps
    its event time and its age at its first receipt. Interrupted or killed, call it again: none is retried twice. One
    that dies again is a new dead letter, which knows all its deaths.

    What cannot be retried is said and left, and the exit code is then 1.

    Examples:

        tocsin dead-letters retry --reason text_too_long --dry-run

        tocsin dead-letters retry 0/17 2/5

        tocsin dead-letters retry --all
    """
    _handle("retried", _some(_wanted(places, reason, source, step, since, until), everything), dry_run, form)


@app.command()
def drop(
    places: Places = None,
    reason: Reason = None,
    source: Source = None,
    step: Step = None,
    since: Since = None,
    until: Until = None,
    everything: All = False,
    dry_run: DryRun = False,
    form: Form = Format.TEXT,
) -> None:
    """Say that nothing more is to be done with them.

    They no longer stand in `ls`, but stay in the topic as long as it keeps them: `ls --handled`, `show`.

    Examples:

        tocsin dead-letters drop --reason invalid_json --until 2024-05-01 --dry-run

        tocsin dead-letters drop 0/17
    """
    _handle("dropped", _some(_wanted(places, reason, source, step, since, until), everything), dry_run, form)


def _handle(how: How, wanted: Wanted, dry_run: bool, form: Format) -> None:
    from streams.broker.connection import client_options
    from streams.engine.retrying import handle, plan

    settings = load()
    clients = client_options(settings)
    if dry_run:
        outcome = asyncio.run(plan(how, settings, clients, wanted))
    else:
        columns = (TextColumn(how), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with progress(*columns) as shown:
            task = shown.add_task("", total=None)

            def done(count: int, total: int) -> None:
                shown.update(task, completed=count, total=total)

            outcome = asyncio.run(handle(how, settings, clients, wanted, done))
    _tell(f"would be {how}" if dry_run else how, outcome, form)
    if outcome.left:
        raise typer.Exit(1)


def _tell(done: str, outcome: Outcome, form: Format) -> None:
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


def _wanted(
    places: list[str] | None,
    reason: str | None,
    source: str | None,
    step: str | None,
    since: str | None,
    until: str | None,
) -> Wanted:
    from streams.engine.letters import Wanted

    first, last = parse_time(since), parse_time(until)
    return Wanted(
        reason=reason,
        source=source,
        step=step,
        since_ms=to_ms(first) if first else None,
        until_ms=to_ms(last) if last else None,
        places=frozenset(map(_at, places or ())),
    )


def _some(wanted: Wanted, everything: bool) -> Wanted:
    says_which = wanted != type(wanted)()
    if everything and says_which:
        raise InputError("--all beside other conditions: one or the other")
    if not (everything or says_which):
        raise InputError("which ones? name places, or say --reason, --source, --step, --since or --until, or --all")
    return wanted


def _at(place: str) -> At:
    if not re.fullmatch(r"\d{1,9}/\d{1,18}", place, re.ASCII):
        raise InputError(f"{place!r} is no place: partition and offset as `tocsin dead-letters ls` gives them, 0/17")
    partition, _, offset = place.partition("/")
    return int(partition), int(offset)


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
