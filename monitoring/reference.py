"""Writes the tables of docs/operating.md from the code: `python monitoring/reference.py`. A test compares them."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from prometheus_client.metrics import MetricWrapperBase

from streams.metrics import Metrics
from streams.settings import Settings

FILE = Path(__file__).parents[1] / "docs/operating.md"


def settings_table() -> str:
    """Variable, default, and the sentence beside the field or else what it may be."""
    rows = []
    for name, text in _sentences(Settings).items():
        field = Settings.model_fields[name]
        default = "" if field.default is None else f"`{field.default}`"
        rows.append((f"`TOCSIN_{name.upper()}`", default, text or _choices(field.annotation)))
    return _table(("variable", "default", "what it is"), rows)


def metrics_table() -> str:
    """Name as served, type, labels, and the metric's own sentence."""
    found = [metric for metric in vars(Metrics()).values() if isinstance(metric, MetricWrapperBase)]
    rows = []
    for metric in found:
        (family,) = metric.describe()
        name = family.name + ("_total" if family.type == "counter" else "")
        labels = ", ".join(f"`{label}`" for label in metric._labelnames)
        rows.append((f"`{name}`", family.type, labels, family.documentation))
    return _table(("metric", "type", "labels", "what it says"), rows)


def render(page: str) -> str:
    """The page with both tables renewed between their marks."""
    for name, table in (("settings", settings_table()), ("metrics", metrics_table())):
        begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
        pattern = f"{re.escape(begin)}.*?{re.escape(end)}"
        page, count = re.subn(pattern, lambda _, new=begin + table + end: new, page, flags=re.DOTALL)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"{FILE}: {count} places for the table of {name}, one is wanted")
    return page


def _sentences(model: type) -> dict[str, str]:
    """Each field of a class with the string that stands behind it, "" where none does."""
    (tree,) = ast.parse(inspect.getsource(model)).body
    assert isinstance(tree, ast.ClassDef)
    found: dict[str, str] = {}
    for node, following in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            is_text = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
            found[node.target.id] = " ".join(str(following.value.value).split()) if is_text else ""  # type: ignore[union-attr]
    return {name: text for name, text in found.items() if name != "model_config"}


def _choices(annotation: Any) -> str:
    """The values of a Literal; "" for what can be anything."""
    values = get_args(annotation) if get_origin(annotation) is Literal else ()
    return ", ".join(f"`{value}`" for value in values)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    FILE.write_text(render(FILE.read_text(encoding="utf-8")), encoding="utf-8")
