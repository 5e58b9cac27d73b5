"""`tocsin explain`: from an alert back to where it came from."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import SpinnerColumn, TextColumn
from rich.text import Text

from streams.cli.output import Answer, alert_lines, counted, dumped, err, out, progress
from streams.settings import load

if TYPE_CHECKING:
    from streams.engine.lineage import Found, Lineage, Link


def explain(
    alert_id: Annotated[str, typer.Argument(metavar="ALERT", help="Its id, as `tocsin alerts` says it.")],
    form: Answer = "text",
) -> None:
    """Show what an alert was made of, back to the articles.

    Of each of its stories: the sentence, match, report and article, and where in Kafka they stand
    (topic/partition/offset). What a topic no longer holds is said to be gone.

    Exit code 0 if there is such an alert, 1 if not.

    Examples:

        tocsin explain 43d3f1c43d3c3423

        tocsin explain 43d3f1c43d3c3423 --format json | jq .links
    """
    from streams.broker.connection import client_options
    from streams.engine.lineage import trace

    settings = load()
    columns = (SpinnerColumn(), TextColumn("reading {task.description}: {task.completed:,} records"))
    with progress(*columns) as shown:
        task = shown.add_task("", total=None)

        def done(topic: str, count: int) -> None:
            shown.update(task, description=topic, completed=count)

        lineage = asyncio.run(trace(settings, client_options(settings), alert_id, done))
    if lineage is None:
        err.print(f"no alert {alert_id}: `tocsin alerts` lists all, with their ids at the end", markup=False)
        raise typer.Exit(1)
    if form == "json":
        print(json.dumps(as_json(lineage), ensure_ascii=False))
    else:
        for line in lineage_lines(lineage):
            out.print(line)


def lineage_lines(lineage: Lineage) -> Iterator[Text]:
    """The alert, then of each sentence that it shows what it came from."""
    alert = lineage.alert
    yield alert_lines(alert)[0]
    yield Text(f"{alert.rule} · {alert.state} · revision {alert.revision} · {lineage.at}", "dim")
    for number, link in enumerate(lineage.links, 1):
        yield Text()
        yield from _link_lines(number, link)
    more = alert.stories - len(lineage.links)
    if more > 0:
        yield Text(f"\nand {counted(more, 'more story', 'more stories')}, of which the alert holds no sentence")


def _link_lines(number: int, link: Link) -> list[Text]:
    evidence = link.evidence
    said = f"  {evidence.source or 'unknown source'}, {evidence.published_at:%Y-%m-%d %H:%MZ}"
    sentence = Text.assemble(f"{number:>3} ", (f"“{' '.join(evidence.text.split())}”", "italic"), (said, "dim"))
    report = link.report.value if link.report else None
    received = f"received {link.received_at:%Y-%m-%d %H:%M:%SZ}" if link.received_at else ""
    lines = [
        sentence,
        _row("match", link.match, _wanted(link)),
        _row("report", link.report, f"version {report.version}" if report else ""),
        _row("article", link.article, received),
    ]
    told = (evidence.article_id, evidence.title, evidence.url)
    return [*lines, *(Text(f"            {part}", "dim") for part in told if part)]


def _wanted(link: Link) -> str:
    """What the rule found in the article."""
    match = link.match.value if link.match else None
    if match is None:
        return ""
    signals = [f"{one.topic}: {one.action}, {one.modality} ({one.direction:+d})" for one in match.signals]
    stances = [f"{one.holder} → {one.target}: {one.polarity:+d}" for one in match.stances]
    return "; ".join(dict.fromkeys((*signals, *stances)))


def _row(kind: str, found: Found[Any] | None, told: str) -> Text:
    if found is None:
        return Text.assemble(f"    {kind:<8}", ("gone: its topic keeps it no longer", "yellow"))
    line = Text.assemble(f"    {kind:<8}", (str(found.at), "cyan"), f"  {told}")
    return line if found.value else line.append("  gone: its topic keeps it no longer", "yellow")


def as_json(lineage: Lineage) -> dict[str, Any]:
    """Each record whole, with its place; null where it is gone."""
    links = []
    for link in lineage.links:
        told: dict[str, Any] = {"evidence": dumped(link.evidence)}
        for name in ("match", "report", "article"):
            found: Found[Any] | None = getattr(link, name)
            told[name] = found and {"at": str(found.at), "value": found.value and dumped(found.value)}
        links.append(told)
    return {"alert": {"at": str(lineage.at), "value": dumped(lineage.alert)}, "links": links}
