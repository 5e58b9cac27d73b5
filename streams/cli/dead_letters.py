"""`tocsin dead-letters`: what could not be processed, why, and what to do with it."""

from __future__ import annotations

import asyncio
import re
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

from schemas.model import to_ms
from streams.cli.dead_letter_views import print_list, print_one, print_outcome
from streams.cli.output import Format, format_option, progress
from streams.cli.times import parse_time
from streams.errors import InputError
from streams.settings import load

if TYPE_CHECKING:
    from streams.engine.letters import At, How, Wanted

app = typer.Typer(
    help="Records that could not be processed, as they came.", no_args_is_help=True, rich_markup_mode=None
)

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
    print_list(found, form)


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
    print_one(letter, record)


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
    print_outcome(f"would be {how}" if dry_run else how, outcome, form)
    if outcome.left:
        raise typer.Exit(1)


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
