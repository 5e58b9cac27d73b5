"""`tocsin backtest`: what rules would have rung for in a file of the past."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn

from schemas import Alert, Report, encode
from schemas.model import to_ms
from streams.cli.output import Format, counted, err, format_option, out, progress, show_alerts, write_line
from streams.cli.times import parse_time
from streams.errors import InputError
from streams.ingest.files import STDIN, Line, read_lines
from streams.settings import load

if TYPE_CHECKING:
    from streams.archive.backtest import Backtest
    from streams.reading import Reader


def backtest(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="JSONL of articles or of reports; - for stdin.")],
    rules: Annotated[Path | None, typer.Option("--rules", help="The rules to try, instead of the seeds'.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="Received at or after this time.")] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="Received before this time, at which the clock stops.")
    ] = None,
    form: Annotated[Format, format_option(Format, "text, or jsonl: every alert record.")] = Format.TEXT,
) -> None:
    """Show when which rule would have rung in the past.

    Files are read and watched in memory, without Kafka. An article was received at its `received_at`, or, without one,
    when it was published. Reading takes longest: give reports (`tocsin read --format jsonl`) to try rules again and
    again. A line that is neither is said and left out, and the exit code is then 1.

    Examples:

        tocsin backtest articles.jsonl

        tocsin backtest reports.jsonl --rules mine.yaml

        tocsin backtest articles.jsonl --from 2022-02-01 --to 2022-03-01

        tocsin backtest articles.jsonl --format jsonl > alerts.jsonl
    """
    first, last = parse_time(start), parse_time(end)
    if first and last and first >= last:
        raise InputError(f"--from {start} is not before --to {end}")
    from streams.archive.backtest import Backtest
    from streams.cli.seeds import load_with_rules

    settings = load()
    reader, loaded = load_with_rules(settings, rules)
    test, bad = Backtest(loaded), 0
    with _progress(files) as done:
        for line in read_lines(files):
            done(len(line.raw) + 1)
            try:
                report = _report(line, reader, settings.max_text_bytes, first, last)
            except InputError as error:
                bad += 1
                err.print(f"left out: {error}", style="yellow", markup=False)
                continue
            if report is not None:
                test.add(report)
    records = test.alerts(to_ms(last) if last else None)
    if form is Format.JSONL:
        for record in records:
            write_line(encode(record))
    else:
        _show(test, records)
    if bad:
        raise typer.Exit(1)


def _report(
    line: Line, reader: Reader, max_text_bytes: int, first: datetime | None, last: datetime | None
) -> Report | None:
    """What is read in a line, if it was received in [first, last). Raises InputError."""
    from streams.archive.backtest import parse, report_of

    if line.plain and not line.raw.strip():
        return None
    if line.plain:
        raise InputError(f"{line.where}: no JSON line; a plain text says no date")
    entry = parse(line.where, line.raw, max_text_bytes)
    if (first and entry.received_at < first) or (last and entry.received_at >= last):
        return None
    return report_of(entry, reader)


@contextmanager
def _progress(files: list[Path]) -> Iterator[Callable[[int], None]]:
    """A bar of how many bytes of the files are done; of standard input nobody knows how many will come."""
    known = STDIN not in files
    total = sum(path.stat().st_size for path in files if path.is_file()) if known else None
    columns = (TextColumn("reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with progress(*columns) as shown:
        task = shown.add_task("", total=total)
        yield lambda count: shown.advance(task, count)


def _show(test: Backtest, records: list[Alert]) -> None:
    from streams.cli.timeline import timeline
    from streams.engine.tail import in_order

    for line in timeline(test.matches, records, test.rules, out.width):
        out.print(line)
    latest = {record.id: record for record in records}
    if latest:
        out.print()
    show_alerts(in_order(latest.values()), Format.TEXT)
    out.print()
    firing = sum(alert.state == "firing" for alert in latest.values())
    still = f" ({firing:,} still firing)" if firing else ""
    out.print(
        f"{counted(test.reports, 'report')}, {counted(len(test.matches), 'match', 'matches')}, "
        f"{counted(len(latest), 'alert')}{still}, {counted(len(records), 'record')}"
    )
    for rule, count in sorted(test.too_old.items()):
        out.print(f"{rule}: {counted(count, 'article')} too old when received", style="yellow", markup=False)
