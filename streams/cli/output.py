"""How results look: for people with rich, for machines as JSON lines."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.padding import Padding
from rich.progress import Progress, ProgressColumn
from rich.text import Text

from schemas import Alert, encode

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

_INDENT = 22
SEVERITY_STYLES = {"critical": "bold red", "warning": "yellow", "info": "cyan"}
"""The gravest first."""


class Format(StrEnum):
    """`text` for people, `jsonl` for machines: one JSON object a line."""

    TEXT = "text"
    JSONL = "jsonl"


C = TypeVar("C", bound=str)


def format_option(choices: Iterable[C], told: str) -> Any:
    """`--format`, one of these."""
    by_name = {str(choice): choice for choice in choices}

    def parse(written: str) -> C:  # typer's own check says "Value error," before what is wrong
        if written not in by_name:
            raise typer.BadParameter(f"{written!r} is not one of {', '.join(by_name)}")
        return by_name[written]

    return typer.Option("--format", parser=parse, help=told)


Answer = Annotated[Literal["text", "json"], format_option(("text", "json"), "For people, or for a program.")]
"""The format of a command that answers once: lines for people, or one JSON object."""


def counted(count: int, one: str, many: str = "") -> str:
    """With its noun; `many`: the plural, if it is not one with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def progress(*columns: ProgressColumn) -> Progress:
    """For long work: on a terminal only, and gone when it ends."""
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def dumped(model: BaseModel) -> dict[str, Any]:
    """As values that JSON has."""
    return model.model_dump(mode="json", by_alias=True)


def say(step: str, seconds: float, detail: str) -> None:
    """One line a step, for people."""
    err.print(f"{step:<10} {seconds:5.1f} s  {detail}", style="dim", markup=False)


def write_line(raw: bytes) -> None:
    """One JSON line, at once: who reads a pipe wants it now."""
    sys.stdout.buffer.write(raw + b"\n")
    sys.stdout.buffer.flush()


def show_alerts(alerts: Iterable[Alert], form: Format) -> None:
    """Print them in the order given."""
    for alert in alerts:
        if form is Format.JSONL:
            write_line(encode(alert))
            continue
        first, *rest = alert_lines(alert)
        out.print(first)
        for line in rest:
            if out.is_terminal:
                out.print(Padding(line, (0, 0, 0, _INDENT)), soft_wrap=False)
            else:
                out.print(Text(" " * _INDENT).append_text(line))


def alert_lines(alert: Alert) -> list[Text]:
    """An alert as a person wants it: when, how grave, what; the sentences that prove it; where to look further."""
    opened = f"{alert.window.from_:%Y-%m-%d}"
    first = Text.assemble((opened, "dim"), "  ", (f"{alert.severity:<8}", SEVERITY_STYLES[alert.severity]), "  ")
    first.append(alert.summary, "bold" if alert.state == "firing" else "dim")
    if alert.state == "resolved":
        first.append("  resolved", "green")
    lines, shown = [first], alert.evidence[:3]
    for evidence in shown:
        day = f"{evidence.published_at:%Y-%m-%d}"
        source = f" {evidence.source or 'unknown source'}{'' if day == opened else f', {day}'}"
        lines.append(Text.assemble((f"“{_short(evidence.text)}”", "italic"), (source, "dim")))
    more = f"and {alert.stories - len(shown)} more · " if alert.stories > len(shown) else ""
    held = f"{counted(alert.stories, 'story', 'stories')}, {counted(len(alert.sources), 'source')}"
    lines.append(Text(f"{more}{alert.rule} · {held} · {alert.id}", "dim"))
    return lines


def _short(sentence: str) -> str:
    """On one line, without the quotation marks that would stand inside ours, and bounded."""
    sentence = " ".join(sentence.split()).strip('"“”')
    return sentence if len(sentence) <= 240 else sentence[:239].rstrip() + "…"
