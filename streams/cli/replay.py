"""`tocsin replay`: a stretch of the past, beside the live stream."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

from schemas.model import to_ms
from streams.cli.alerts import print_alerts
from streams.cli.output import Format, err, format_option, progress
from streams.cli.times import parse_time
from streams.errors import InputError
from streams.settings import Settings, load


def replay(
    start: Annotated[str | None, typer.Option("--from", help="Received at or after this time.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Received before this time.")] = None,
    form: Annotated[Format, format_option(Format, "text, or jsonl for machines.")] = Format.TEXT,
) -> None:
    """Read and watch a range of the live articles once more.

    The alerts are printed in their latest revision. By default all that is retained.

    Works on topics and groups of its own (replay.<id>.…), which stay for you to look
    at until `tocsin topics delete-replay <id>`; nothing live is touched. Where the range begins after the first
    record, `cold start` is said: what the rules would remember from before is missing.

    Examples:

        tocsin replay --format jsonl > replayed.jsonl

        tocsin replay --from 2024-05-01 --to 2024-05-02T12:00:00Z
    """
    settings = load()
    if settings.replay_id is not None:
        raise InputError("TOCSIN_REPLAY_ID is set: it is for the workers of a replay")
    first, last = parse_time(start), parse_time(end)
    if last and last > datetime.now(UTC):
        raise InputError(f"--to {end} lies in the future: what is due until then has not happened")
    if first and last and first >= last:
        raise InputError(f"--from {start} is not before --to {end}")
    from streams.cli import running

    with running.broker(settings):
        running.run(_replay(settings, to_ms(first) if first else None, to_ms(last) if last else None, form))


async def _replay(settings: Settings, from_ms: int | None, until_ms: int | None, form: Format) -> None:
    from streams.archive.replay import copy_articles, replay_settings
    from streams.broker.connection import client_options
    from streams.cli import running
    from streams.engine.idle import until_idle

    mine, clients = replay_settings(settings), client_options(settings)
    await running.make_topics(mine)
    columns = (TextColumn("copying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with progress(*columns) as shown:
        task = shown.add_task("", total=None)

        def done(copied: int, total: int) -> None:
            shown.update(task, completed=copied, total=total)

        copied = await copy_articles(settings, mine, clients, from_ms=from_ms, to_ms=until_ms, done=done)
    err.print(f"replay {mine.replay_id}: {copied.records} records copied to {mine.topic('articles')}", markup=False)
    if copied.cold:
        err.print("cold start: the range begins after the first record", style="yellow", markup=False)
    async with running.workers(mine) as workers:
        await workers.until(until_idle(mine, clients, ticks=False))
    await print_alerts(mine, form, follow=False)
