"""`tocsin publish`: articles of files to the topic."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn

from schemas import Article
from streams.cli.output import err, progress
from streams.cli.times import parse_time
from streams.errors import InputError
from streams.ingest.files import Line, read_lines
from streams.settings import Settings, load


def publish(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="JSONL of articles, or one plain text a file; - for stdin.")
    ],
    date: Annotated[str | None, typer.Option("--date", help="The date of plain texts.")] = None,
) -> None:
    """Publish articles, with their own dates believed.

    They are marked `backfill`. Publishing a file twice is harmless.

    A line that is no article is said and left out, and the exit code is then 1.

    Examples:

        tocsin publish articles.jsonl

        curl -s … | tocsin publish -
    """
    bad = publish_files(load(), files, parse_time(date))
    if bad:
        raise typer.Exit(1)


def publish_files(settings: Settings, files: list[Path], date: datetime | None = None) -> int:
    """Returns how many lines were no articles. `date` is that of plain texts."""
    from streams.ingest.publish import publish as send

    bad = 0

    def articles(lines: list[Line]) -> list[Article]:
        nonlocal bad
        good = []
        for line in lines:
            try:
                good.append(_article(line, date, settings.max_text_bytes))
            except InputError as error:
                bad += 1
                err.print(f"left out: {error}", style="yellow", markup=False)
        return good

    wanted = articles(list(read_lines(files)))
    columns = (SpinnerColumn(), TextColumn("publishing"), MofNCompleteColumn(), TimeElapsedColumn())
    with progress(*columns) as shown:
        task = shown.add_task("", total=len(wanted))
        done = asyncio.run(send(settings, wanted, lambda count: shown.advance(task, count)))
    err.print(f"published {done} articles to {settings.topic('articles')}", markup=False)
    return bad


def _article(line: Line, date: datetime | None, max_text_bytes: int) -> Article:
    """Raises InputError: what a worker would refuse for its size, and what would be believed to be of 1970."""
    if len(line.raw) > max_text_bytes * 2:
        raise InputError(f"{line.where}: {len(line.raw)} bytes are more than an article may have")
    if line.plain and date is None:
        raise InputError(f"{line.where}: a plain text says no date: publish it with --date")
    return line.article(date)
