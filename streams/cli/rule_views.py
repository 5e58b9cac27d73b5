"""How rules look to people: what changes, what they lose, what their tests found, why they want an article."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from streams.cli.output import SEVERITY_STYLES, counted

if TYPE_CHECKING:  # Kafka's clients take a second to import
    from streams.archive.rule_tests import Difference, Verdict
    from streams.engine.holdings import Loss
    from streams.watching.changes import Change
    from streams.watching.rules import Rules
    from streams.watching.why import Asked, Grouped, Looked, Why

_YES, _NO = ("✓ ", "green"), ("✗ ", "red")
_EFFECTS = {
    "added": "new: it has no groups yet",
    "removed": "gone: its groups are dropped, its open alerts resolve",
    "logic": "decides otherwise: its groups start empty, its open alerts resolve",
    "shown": "looks different from the next record on",
}
_STYLES = {"added": "green", "removed": "red", "logic": "red", "shown": "cyan"}


def rule_lines(rules: Rules) -> Iterator[Text]:
    """Name, kind and severity of each."""
    name = _width(rules.by_name)
    kind = _width(rule.kind for rule in rules.by_name.values())
    for rule in rules.by_name.values():
        severity = (rule.severity, SEVERITY_STYLES[rule.severity])
        yield Text.assemble(f"{rule.name:<{name}}  {rule.kind:<{kind}}  ", severity)


def change_lines(changes: Sequence[Change]) -> Iterator[Text]:
    """All of them, in columns."""
    width = _width(change.rule for change in changes)
    return (change_line(change, width) for change in changes)


def change_line(change: Change, width: int = 0) -> Text:
    """The rule, what happens to it, and because of which fields."""
    fields = f" ({', '.join(change.fields)})" if change.fields else ""
    effect = (_EFFECTS[change.what], _STYLES[change.what])
    return Text.assemble((f"{change.rule:<{width}}", "bold"), "  ", effect, (fields, "dim"))


def loss_lines(losses: Sequence[Loss], rules: Rules) -> Iterator[Text]:
    """What each rule would lose of what it holds, if these rules ran."""
    width = _width(loss.rule for loss in losses)
    for loss in losses:
        yield Text.assemble((f"{loss.rule:<{width}}", "bold"), "  ", _loss(loss, rules))


def _loss(loss: Loss, rules: Rules) -> Text:
    if not loss.groups:
        return Text(f"keeps its {counted(loss.kept, 'group')}", "green")
    what = "would start empty" if loss.rule in rules.by_name else "would be dropped: there is no such rule"
    line = Text(f"{loss.groups:,} of {counted(loss.groups + loss.kept, 'group')} {what}, ", "red")
    return line.append(f"{counted(loss.alerts, 'open alert')} would resolve", "red" if loss.alerts else "dim")


def verdict_lines(verdict: Verdict) -> Iterator[Text]:
    """Whether a test holds; if not, what is missing (-), nobody expected (+) or differs (~)."""
    if not verdict.differences:
        yield Text.assemble(("ok      ", "green"), verdict.name)
        return
    yield Text.assemble(("FAILED  ", "bold red"), (verdict.name, "bold"), (f"  {verdict.where}", "dim"))
    for difference in verdict.differences:
        yield from _difference_lines(difference)


def _difference_lines(difference: Difference) -> Iterator[Text]:
    mark, style, told = {
        "missing": ("-", "red", "expected, did not ring"),
        "unexpected": ("+", "yellow", "rang, not expected"),
        "differs": ("~", "magenta", "rang otherwise"),
    }[difference.what]
    head = Text.assemble("        ", (f"{mark} {difference.rule} {_group(difference.group)}", style), f"  {told}")
    yield head.append(f" at {difference.at}").append(f"  {difference.where}", "dim")
    if difference.summary:
        yield Text(f"          {difference.summary}", "dim")
    for name, (expected, found) in difference.fields.items():
        yield Text(f"          {name}: expected {_told(expected)}, found {_told(found)}")


def why_lines(why: Why, article: str) -> Iterator[Text]:
    """Condition by condition; of what is not wanted, what was found instead."""
    verdict = "wants" if why.matches else "does not want"
    yield Text.assemble(_YES if why.matches else _NO, (f"{why.rule} {verdict} {article}", "bold"))
    for asked in why.article:
        yield _asked_line(asked, "  ")
    if why.subject != "articles" and not why.looked:
        yield Text.assemble("  ", _NO, f"no {why.subject[:-1]} was read in it")
    for looked in why.looked:
        yield from _looked_lines(looked)
    if why.too_old:
        yield Text.assemble(
            "  ", _NO, f"received {_days(why.age_ms)} after publishing, max_age is {_days(why.max_age_ms)}"
        )
    for group in why.groups:
        yield Text.assemble("  → ", (_group(group), "cyan"))


def _looked_lines(looked: Looked) -> Iterator[Text]:
    indent = "  "
    if looked.item is not None:
        yield Text.assemble("  ", _YES if looked.holds else _NO, (f"“{' '.join(looked.text.split())}”", "italic"))
        indent = "      "
    for asked in looked.conditions:
        yield _asked_line(asked, indent)
    for grouped in looked.grouped:
        yield _grouped_line(grouped, indent)


def _asked_line(asked: Asked, indent: str) -> Text:
    found = ", ".join(asked.found) or "nothing"
    line = Text.assemble(indent, _YES if asked.holds else _NO, f"{asked.field:<10} ", (found, "bold"))
    return line if asked.wanted == found else line.append(f"  wanted {asked.wanted}", "dim" if asked.holds else "red")


def _grouped_line(grouped: Grouped, indent: str) -> Text:
    choice = grouped.choice
    values = ", ".join(value or "nobody" for value in choice.values) or "nothing"
    line = Text.assemble(indent, _NO if grouped.missing else _YES, f"{'by ' + grouped.field:<10} ", (values, "bold"))
    for left_out, why in ((choice.unwanted, "not wanted"), (choice.unknown, "not known")):
        if left_out:
            line.append(f"  {why}: {', '.join(left_out)}", "dim")
    return line


def _group(group: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{name}: {value}' for name, value in group.items())}}}"


def _days(ms: int) -> str:
    return f"{ms / 86_400_000:.1f} days"


def _width(names: Iterable[str]) -> int:
    return max(map(len, names), default=0)


def _told(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
