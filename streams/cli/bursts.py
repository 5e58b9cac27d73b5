"""`tocsin bursts`: the detector of bursts alone, over a series of counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer
from pydantic import TypeAdapter, ValidationError
from rich.text import Text

from schemas.alert import rounded
from streams.cli.output import err, format_option, out, write_line
from streams.cli.series import Row, Step, read_steps, told_span
from streams.errors import InputError
from streams.watching.bursts import Detector, Judgement, Sensitivity
from streams.watching.spans import Span

_BLOCKS = " ▁▂▃▄▅▆▇█"
_HEIGHT = 8
Form = Literal["text", "jsonl", "plot"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A row, what the detector says of it, and whether an episode ended in the missing rows before it."""

    row: Row
    judgement: Judgement
    ended: bool


@dataclass(frozen=True, slots=True)
class Episode:
    """Rows of its start and its end (None: goes on), its greatest score, and its most improbable moment."""

    opened: Row
    ended: Row | None
    worst: Judgement


def bursts(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV with the columns timestamp and count; - for stdin.")
    ],
    form: Annotated[
        Form, format_option(get_args(Form), "text: the episodes; jsonl: every row; plot: the series with its episodes.")
    ] = "text",
    p_below: Annotated[
        float, typer.Option("--p-below", min=1e-300, max=0.1, help="How improbable an episode's start has to be.")
    ] = Sensitivity.p_below,
    at_least: Annotated[
        int, typer.Option("--at-least", min=1, help="Windows that hold fewer are never improbable.")
    ] = Sensitivity.at_least,
    refractory: Annotated[
        str, typer.Option("--refractory", help="For so long after an episode only a stronger one rings.")
    ] = "1d",
    step: Annotated[str | None, typer.Option("--step", help="The step, if not that of the first two rows.")] = None,
) -> None:
    """Find bursts in a series of counts.

    What is improbable against the past of the series itself is told, once an episode. Windows of 15 min, 1 h, 6 h and
    24 h are held against 14 days of memory; the first 3 to 7 days are too little to judge. Rows have one regular step;
    a missing row counts as zero. A row is judged by itself and those before it.

    In jsonl `expected` and `p_value` are null where there is too little to judge, and `score`, from 0 to 1, is how
    surprising a peak is that has just passed, told once: 0.5 is what opens an episode.

    Examples:

        tocsin bursts mentions.csv

        tocsin bursts mentions.csv --p-below 1e-6 --at-least 20

        tocsin bursts mentions.csv --format plot

        tocsin bursts --format jsonl --step 1d - < daily.csv > rows.jsonl
    """
    sensitivity = Sensitivity(1000, at_least, p_below, _milliseconds("--refractory", refractory))
    steps = read_steps(file, _milliseconds("--step", step) if step is not None else None)
    judged = _judge(steps, sensitivity)
    if form == "jsonl":
        for one in judged:
            write_line(json.dumps(_line(one), ensure_ascii=False).encode())
        return
    rows = list(judged)
    episodes = _episodes(rows)
    if form == "plot":
        for line in plot(rows, max(20, min(out.width, 160))):
            out.print(line)
        out.print()
    _show(episodes)


def _milliseconds(option: str, written: str) -> int:
    try:
        return TypeAdapter[int](Span).validate_python(written)
    except ValidationError as error:
        raise InputError(f"{option}: {error.errors()[0]['msg']}") from error


def _judge(steps: Iterator[Step], sensitivity: Sensitivity) -> Iterator[Judged]:
    detector, missing, last = None, 0, None
    for step in steps:
        detector = detector or Detector(replace(sensitivity, step_ms=step.step_ms))
        turns = detector.skip(step.missing)
        missing += step.missing
        last = detector.update(step.row.count)
        yield Judged(step.row, last, last.ended or any(turn.ended for turn in turns))
    if missing:
        err.print(f"{missing:,} missing rows counted as zero", style="yellow", markup=False)
    if last is not None and last.p_value is None:
        err.print("too little to judge: give at least 3 days and 7 steps", style="yellow", markup=False)


def _line(judged: Judged) -> dict[str, object]:
    judgement = judged.judgement
    return {
        "timestamp": judged.row.written,
        "count": judged.row.count,
        "expected": None if judgement.expected is None else rounded(judgement.expected),
        "p_value": None if judgement.p_value is None else rounded(judgement.p_value),
        "score": rounded(judgement.score),
        "firing": judgement.firing,
        "episode": judgement.episode,
    }


def _episodes(rows: list[Judged]) -> list[Episode]:
    found: list[Episode] = []
    for row in rows:
        judgement = row.judgement
        if row.ended and found and found[-1].ended is None:
            found[-1] = replace(found[-1], ended=row.row)
        if judgement.opened:
            found.append(Episode(row.row, None, judgement))
        elif judgement.firing and (judgement.p_value or 0) < (found[-1].worst.p_value or 0):
            found[-1] = replace(found[-1], worst=judgement)
    return found


def _show(episodes: list[Episode]) -> None:
    if not episodes:
        out.print("no episode")
        return
    header = ("", "opened", "lasted", "count", "expected", "within", "p")
    lines = [header, *(_cells(number, episode) for number, episode in enumerate(episodes, 1))]
    widths = [max(len(line[at]) for line in lines) for at in range(len(header))]
    for at, line in enumerate(lines):
        told = "  ".join(
            cell.ljust(width) if column in (1, 2) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        out.print(Text(told.rstrip(), "" if at else "dim"))


def _cells(number: int, episode: Episode) -> tuple[str, ...]:
    worst = episode.worst
    lasted = "goes on"
    if episode.ended is not None:
        lasted = told_span(int((episode.ended.at - episode.opened.at).total_seconds() * 1000))
    return (
        str(number),
        episode.opened.written,
        lasted,
        f"{worst.observed:,}",
        f"{worst.expected:,.3g}" if (worst.expected or 0) < 1000 else f"{worst.expected:,.0f}",
        told_span(worst.window_ms),
        f"{worst.p_value:.0e}",
    )


def plot(rows: list[Judged], width: int) -> Iterator[Text]:
    """The greatest count of each column's rows on a square-root scale; red: an episode goes on; ▲: one opened."""
    columns = [rows[at * len(rows) // width : (at + 1) * len(rows) // width] for at in range(min(width, len(rows)))]
    if len(rows) <= width:
        columns = [[row] for row in rows]
    peaks = [max(row.row.count for row in column) for column in columns]
    most = max(peaks)
    heights = [round((peak / most) ** 0.5 * _HEIGHT * 8) if most else 0 for peak in peaks]
    styles = ["red" if any(row.judgement.firing for row in column) else "cyan" for column in columns]
    yield Text(f"{most:,} at most, square-root scale", "dim")
    for level in reversed(range(_HEIGHT)):
        line = Text()
        for height, style in zip(heights, styles, strict=True):
            line.append(_BLOCKS[max(0, min(8, height - 8 * level))], style)
        yield line
    yield Text("".join("▲" if any(row.judgement.opened for row in column) else "─" for column in columns), "red")
    first, last = rows[0].row.written, rows[-1].row.written
    yield Text(f"{first}{last.rjust(max(len(last) + 2, len(columns) - len(first)))}", "dim")
