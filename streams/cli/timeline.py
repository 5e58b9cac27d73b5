"""Matches and alerts over time, a row a rule, as wide as the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.text import Text

from schemas import Alert, Match
from schemas.model import from_ms, to_ms
from streams.cli.output import SEVERITY_STYLES
from streams.watching.rules import Rules
from streams.watching.state import event_ms

_BARS = "▁▂▃▄▅▆▇█"
_OPENED = "▲"
_LEAST_CELLS = len("2024-01-01  2024-12-31")
_CELLS_FOR_THREE = 2 * _LEAST_CELLS
_MARGIN = len("  " + "  matches  alerts")
_LEAST_NAME, _NAME = 8, 34
"""A longer name is cut: the picture is what this is for."""


@dataclass(frozen=True, slots=True)
class _Axis:
    """Event time from the first match or alert to the last, cut into equal cells."""

    start_ms: int
    end_ms: int
    cells: int

    def cell(self, ms: int) -> int:
        return min(self.cells - 1, (ms - self.start_ms) * self.cells // max(1, self.end_ms - self.start_ms))

    def title(self) -> Text:
        """The first and the last day, and the one in the middle where there is room."""
        start, end = from_ms(self.start_ms), from_ms(self.end_ms)
        middle = from_ms((self.start_ms + self.end_ms) // 2)
        first, half, last = (f"{at:{_form(start, end)}}" for at in (start, middle, end))
        line = f"{first}{last.rjust(self.cells - len(first))}"
        at = (self.cells - len(half)) // 2
        if self.cells >= _CELLS_FOR_THREE:
            line = f"{line[:at]}{half}{line[at + len(half) :]}"
        return Text(line, "dim")


def _form(start: datetime, end: datetime) -> str:
    return "%H:%M" if end.date() == start.date() else "%Y-%m-%d"


def timeline(matches: Sequence[Match], alerts: Iterable[Alert], rules: Rules, width: int) -> list[Text]:
    """For each rule that matched a line of bars for what matched in each stretch of time: ▁ one, ▂ two, ▃ four or more.

    Below it a ▲ where an alert opened, in the colour of its severity. Lines are `width` columns wide, 50 at least.
    `alerts`: all their records; of each the first is where it opened. No lines where nothing matched.
    """
    opened = {alert.id: alert for alert in reversed(list(alerts))}.values()
    times = [event_ms(match) for match in matches] + [to_ms(alert.window.to) for alert in opened]
    if not times:
        return []
    rows = {name: _Row(name) for name in rules.by_name}
    names = {match.rule for match in matches}
    label = min(_NAME, max(map(len, names), default=0), max(_LEAST_NAME, width - _MARGIN - _LEAST_CELLS))
    axis = _Axis(min(times), max(times), max(_LEAST_CELLS, width - label - _MARGIN))
    for match in matches:
        rows[match.rule].count(axis.cell(event_ms(match)))
    for alert in opened:
        rows[alert.rule].open(axis.cell(to_ms(alert.window.to)), alert.severity)
    shown = [row for row in rows.values() if row.matches]
    head = Text.assemble(" " * label, "  ", axis.title(), "  ", ("matches  alerts", "dim"))
    return [head, *(line for row in shown for line in row.lines(label, axis.cells))]


class _Row:
    """A rule's matches by cell, and the gravest alert that opened in each."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.matches = 0
        self._bars: dict[int, int] = {}
        self._alerts = 0
        self._opened: dict[int, str] = {}

    def count(self, cell: int) -> None:
        self.matches += 1
        self._bars[cell] = self._bars.get(cell, 0) + 1

    def open(self, cell: int, severity: str) -> None:
        self._alerts += 1
        order = list(SEVERITY_STYLES)
        self._opened[cell] = min(severity, self._opened.get(cell, severity), key=order.index)

    def lines(self, label: int, cells: int) -> list[Text]:
        name = self._name if len(self._name) <= label else self._name[: label - 1] + "…"
        bars = "".join(_bar(self._bars.get(cell, 0)) for cell in range(cells))
        first = Text.assemble(f"{name:<{label}}", "  ", (bars, "blue"), f"  {self.matches:>7,}  ")
        first.append(f"{self._alerts:>6,}", "bold" if self._alerts else "dim")
        if not self._opened:
            return [first]
        marks = Text(" " * (label + 2))
        for cell in range(max(self._opened) + 1):
            severity = self._opened.get(cell)
            marks.append(_OPENED, SEVERITY_STYLES[severity]) if severity else marks.append(" ")
        return [first, marks]


def _bar(count: int) -> str:
    """Each step stands for twice as many as the one below it: one match can be seen beside a hundred."""
    return _BARS[min(len(_BARS), count.bit_length()) - 1] if count else " "
