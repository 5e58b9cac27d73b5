"""`tocsin dead-letters`: what could not be processed, and why."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from schemas import DeadLetter
from schemas.model import from_ms
from streams.cli.output import Format, format_option, out, write_line
from streams.errors import InputError
from streams.settings import Settings, load

app = typer.Typer(
    help="Records that could not be processed, as they came.", no_args_is_help=True, rich_markup_mode=None
)


@app.command()
def ls(
    reason: Annotated[str | None, typer.Option(help="Only those with this reason.")] = None,
    form: Annotated[Format, format_option(Format, "text, or jsonl for machines.")] = Format.TEXT,
) -> None:
    """List them.

    Examples: tocsin dead-letters ls --reason invalid_json
    """
    table = Table("at", "reason", "from", "received", "what was wrong", box=None, header_style="bold")
    for record, letter in _letters(load()):
        if reason not in (None, letter.reason):
            continue
        place, origin = f"{record.partition}/{record.offset}", f"{letter.topic}/{letter.partition}/{letter.offset}"
        if form is Format.JSONL:
            write_line(json.dumps({"at": place, **letter.model_dump()}).encode())
        else:
            received = f"{from_ms(letter.timestamp_ms):%Y-%m-%d %H:%M:%SZ}"
            row = (place, letter.reason, origin, received, letter.detail)
            table.add_row(*(Text(_plain(cell)) for cell in row))  # never as rich's markup
    if form is Format.TEXT:
        out.print(table)


@app.command()
def show(
    at: Annotated[str, typer.Argument(metavar="PLACE", help="Partition and offset, as `ls` gives them: 0/17")],
) -> None:
    """Show one: why, where from, its headers and its bytes.

    Example: tocsin dead-letters show 0/17
    """
    for record, letter in _letters(load()):
        if f"{record.partition}/{record.offset}" == at:
            for name, value in letter.model_dump().items():
                out.print(f"{name:<13} {_plain(str(value))}", markup=False)
            for name, value in record.headers:
                if not name.startswith("dead-letter-"):
                    out.print(f"header        {_plain(name)}={_bytes(value)}", markup=False)
            out.print(f"key           {_bytes(record.key)}", markup=False)
            out.print(f"value         {_bytes(record.value)}", markup=False)
            return
    raise InputError(f"no dead letter at {at}; `tocsin dead-letters ls` lists them")


def _letters(settings: Settings) -> list[tuple[Any, DeadLetter]]:
    from streams.broker.connection import client_options
    from streams.engine.tail import tail

    async def read() -> list[tuple[Any, DeadLetter]]:
        topic = settings.topic("dead-letters")
        records = tail(client_options(settings), topic, settings.partitions, follow=False)
        found = [record async for record in records if record is not None]
        return [(record, DeadLetter.from_headers(record.headers)) for record in found]

    return sorted(asyncio.run(read()), key=lambda pair: pair[1].timestamp_ms)


def _bytes(value: bytes | None) -> str:
    """Bytes that came from outside, so that a terminal does nothing with them but show them."""
    return "none" if value is None else ascii(value)[2:-1]


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
