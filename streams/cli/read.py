"""`tocsin read`: what stands in an article, without Kafka."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from schemas import Article, Report, Signal, encode
from streams.cli.output import Format, err, format_option, out, write_line
from streams.cli.times import parse_time
from streams.errors import InputError
from streams.ingest.files import UNDATED, given_lines
from streams.settings import load

_ACTOR, _QUOTE = "bold cyan", "italic"
_SIGNAL = {1: "on dark_green", 0: "on grey27", -1: "on dark_red"}
_SIGN = {1: "+1", 0: " 0", -1: "-1"}


def read(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="JSONL of articles, or one plain text a file; - for stdin."),
    ] = None,
    text: Annotated[str | None, typer.Option("--text", help="Read this text instead.")] = None,
    date: Annotated[
        str | None, typer.Option("--date", help="The date of a plain text, to resolve dates in it.")
    ] = None,
    form: Annotated[Format, format_option(Format, "text, or jsonl: one report a line.")] = Format.TEXT,
) -> None:
    """Read articles: who did, said or refused what to whom.

    Colours mark actors, quotes, and the sentences that carry a signal (green: forward on its topic's axis, red: back).
    A line that is no article is said and left out, and the exit code is then 1.

    Examples:

        tocsin read --text "Serbia will not impose sanctions on Russia."

        tocsin read --format jsonl articles.jsonl > reports.jsonl

        cat story.txt | tocsin read --date 2024-05-01 -
    """
    lines = given_lines(files, text, "read")
    from streams.reading import Reader

    day, bad = parse_time(date), 0
    reader = Reader.load(load().seeds_folder())
    for line in lines:
        try:
            article = line.article(day)
        except InputError as error:
            bad += 1
            err.print(f"left out: {error}", style="yellow", markup=False)
            continue
        dated = article.published_at != UNDATED
        report = reader.read(article, article.published_at, dated=dated)
        if form is Format.JSONL:
            write_line(encode(report))
        else:
            out.print(report_text(article, report))
    if bad:
        raise typer.Exit(1)


def report_text(article: Article, report: Report) -> Text:
    """The article with what was read in it marked, and then told."""
    view = Text()
    if article.title:
        view.append_text(_marked(article.title, "title", report)).append("\n", "bold")
    view.append_text(_marked(article.text, "text", report)).append("\n\n")
    for line in _lines(report):
        view.append_text(line).append("\n")
    return view


def _marked(text: str, field: str, report: Report) -> Text:
    view = Text(text)
    for signal in report.signals:
        if signal.evidence.in_ == field:
            view.stylize(_SIGNAL[signal.direction], signal.evidence.start, signal.evidence.end)
    for quote in report.quotes:
        if quote.in_ == field:
            view.stylize(_QUOTE, quote.start, quote.end)
    for actor in report.actors:
        for mention in actor.mentions:
            if mention.in_ == field:
                view.stylize(_ACTOR, mention.start, mention.end)
    return view


def _lines(report: Report) -> Iterator[Text]:
    names = {actor.id: actor.name for actor in report.actors}
    for actor in report.actors:
        of = actor.represents or actor.country
        told = ", ".join(part for part in (actor.role, f"for {of}" if of else None) if part)
        yield _row("actor", _ACTOR, f"{actor.name} ({actor.id})", told)
    for signal in report.signals:
        who = _who(signal, names)
        said = f"{names.get(signal.speaker, signal.speaker)} says" if signal.speaker else ""
        what = f"{signal.topic}: {signal.action}, {signal.modality} ({_SIGN[signal.direction].strip()})"
        yield _row("signal", _SIGNAL[signal.direction], what, f"{who}  {said}  {signal.confidence:.2f}")
    for stance in report.stances:
        sign, style = ("+", "green") if stance.polarity > 0 else ("-", "red")
        holder, target = names.get(stance.holder, stance.holder), names.get(stance.target, stance.target)
        via = f"via {names.get(stance.via, stance.via)}" if stance.via else ""
        yield _row("stance", style, f"{holder} → {target}: {sign}", via)
    for figure in report.figures:
        change = {1: "more", 0: "unchanged", -1: "less"}.get(figure.change, "") if figure.change is not None else ""
        yield _row("figure", "", f"{figure.value:,g} {figure.unit or ''} {change}".rstrip(), f"“{figure.text}”")
    for period in report.dates:
        days = "unresolved" if period.from_ is None else f"{period.from_}"
        if period.to is not None and period.to != period.from_:
            days += f" to {period.to}"
        yield _row("date", "", days, f"“{period.text}”")
    yield _row("tone", "", f"{report.tone:+.3f}", f"language {report.lang or 'unknown'}")


def _who(signal: Signal, names: dict[str, str]) -> str:
    def told(ids: tuple[str, ...]) -> str:
        return ", ".join(names.get(i, i) for i in ids) or "?"

    return f"{told(signal.initiator)} → {told(signal.target)}" if signal.initiator or signal.target else ""


def _row(kind: str, style: str, what: str, more: str) -> Text:
    return Text.assemble((f"{kind:<7}", "dim"), (what, style), "  ", (more.strip(), "dim"))
