"""The sentence of an alert: a template that an analyst writes, and that cannot do harm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment
from pydantic_core import PydanticCustomError

from schemas import Alert, Evidence, Signal, Span, Stance, Window
from streams.watching.fields import Subject
from streams.watching.vocabulary import mistake, suggestion

MAX_LENGTH = 500
MAX_TEMPLATE = 2000
"""Characters."""
_VARIABLES = ("group", "stories", "sources", "observed", "window", "first", "last", "state", "severity")
_OF_SOME_KINDS = ("expected", "p_value")
_FILTERS = ("capitalize", "default", "first", "last", "length", "lower", "title", "trim", "upper")
_OWN_FILTERS = ("name", "round")
_MAX_DIGITS = 6
# What could take long or grow: without these a template costs no more than its own length times that of its values.
# It is looked for before anything else, because jinja computes what is constant when it compiles: 'a' * 999999999.
_REFUSED = (
    nodes.For,
    nodes.Call,
    nodes.Macro,
    nodes.CallBlock,
    nodes.Assign,
    nodes.AssignBlock,
    nodes.Mul,
    nodes.Pow,
    nodes.Mod,
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.Extends,
)
# What a template can raise that tries to do what its values do not allow; the last two come from Python's own compiler.
_FAILURES = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    RecursionError,
    SyntaxError,
    MemoryError,
)


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """A template that was checked. `source` is as written."""

    source: str
    template: Template

    def of(self, alert: Alert) -> str:
        """One line of at most 500 characters; `alert.summary` itself is not looked at."""
        try:
            text = self.template.render(_variables(alert))
        except _FAILURES:
            # A branch that no trial reached. An alert with a plain sentence is better than none.
            text = f"{alert.rule}: {', '.join(value for value in alert.group.values() if value)}"
        return _one_line(text)


def _variables(alert: Alert) -> dict[str, object]:
    return {
        "group": alert.group,
        "stories": alert.stories,
        "sources": len(alert.sources),
        "observed": alert.observed,
        "window": {"from": alert.window.from_, "to": alert.window.to},
        "first": alert.evidence[0] if alert.evidence else None,
        "last": alert.evidence[-1] if alert.evidence else None,
        "expected": alert.expected,
        "p_value": alert.p_value,
        "state": alert.state,
        "severity": alert.severity,
    }


def _trial(fields: Sequence[str], subject: Subject) -> Alert:
    at = datetime(2014, 12, 5, tzinfo=UTC)
    place = Span(start=0, end=0, text="")
    signal = Signal(topic="", action="", modality="actual", direction=1, evidence=place, confidence=1)
    stance = Stance(holder="author", target="country:RS", polarity=1, evidence=place, confidence=1)
    evidence = Evidence(
        article_id="",
        published_at=at,
        text="",
        signal=signal if subject == "signals" else None,
        stance=stance if subject == "stances" else None,
    )
    return Alert(
        id="",
        rule="",
        severity="info",
        state="firing",
        revision=1,
        group=dict.fromkeys(fields, "country:RS"),
        summary="",
        opened_at=at,
        updated_at=at,
        window=Window(from_=at, to=at),
        observed=1,
        expected=1.0,
        p_value=0.5,
        evidence=(evidence,),
        stories=1,
        labels={},
    )


def _one_line(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 1] + "…"


def plain_name(actor_id: str) -> str:
    """What an id says of itself: `org:european-commission` → European Commission."""
    kind, colon, name = actor_id.partition(":")
    if not colon:
        return kind
    words = name.split("-")
    return name.upper() if len(words) == 1 and len(name) <= 4 else " ".join(word.capitalize() for word in words)


def _round(value: float, digits: int = 0) -> float:
    # Jinja's own takes so many digits that it computes for minutes.
    if not 0 <= digits <= _MAX_DIGITS:
        raise ValueError(f"round takes 0 to {_MAX_DIGITS} digits")
    return round(value, digits) if digits else round(value)


def compile_summary(
    source: object, fields: Sequence[str], subject: Subject, tells: Sequence[str], names: Mapping[str, str] | None
) -> Summary:
    """Check and compile. `fields`: what `group` will have; `names`: actor id → name, for the filter `name`.

    `subject`: whether `first` and `last` will have a signal, a stance, or neither; `tells`: which of `expected` and
    `p_value` the rule's kind has.

    Raises a validation mistake that says which line of the template is wrong, if it has several.
    """
    if not isinstance(source, str) or not source.strip():
        raise mistake("expected a sentence, with {{ group.target|name }} and the like")
    if len(source) > MAX_TEMPLATE:
        raise mistake(f"{len(source)} characters; expected a sentence of at most {MAX_TEMPLATE}")
    known = names or {}
    environment = SandboxedEnvironment(autoescape=False, undefined=StrictUndefined, extensions=())
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    environment.filters["name"] = lambda value: known.get(value) or plain_name(str(value))
    environment.filters["round"] = _round
    try:
        tree = environment.parse(source)
        _check(tree, fields, tells)
        summary = Summary(source, environment.from_string(source))
        summary.template.render(_variables(_trial(fields, subject)))
    except PydanticCustomError:
        raise
    except _FAILURES as error:
        line = getattr(error, "lineno", None) or 1
        where = f" (line {line} of the template)" if "\n" in source.strip() else ""
        raise mistake(f"the template fails{where}: {error}") from None
    return summary


def _check(tree: nodes.Template, fields: Sequence[str], tells: Sequence[str]) -> None:
    for refused in tree.find_all(_REFUSED):
        raise mistake(f"a template has no {type(refused).__name__.lower()}: it only names values and chooses with `if`")
    filters = (*_FILTERS, *_OWN_FILTERS)
    for node in tree.find_all(nodes.Filter):
        if node.name not in filters:
            raise mistake(f"the template uses an unknown filter {node.name!r}{suggestion(node.name, filters)}")
    variables = (*_VARIABLES, *tells)
    for variable in tree.find_all(nodes.Name):
        if variable.name in _OF_SOME_KINDS and variable.name not in tells:
            raise mistake(f"the template names {variable.name!r}, which alerts of this kind do not have")
        if variable.name not in variables:
            raise mistake(f"the template names an unknown {variable.name!r}{suggestion(variable.name, variables)}")
    for attribute in tree.find_all(nodes.Getattr):
        if isinstance(attribute.node, nodes.Name) and attribute.node.name == "group" and attribute.attr not in fields:
            raise mistake(
                f"`group` has no {attribute.attr!r}: it is not in `group_by`{suggestion(attribute.attr, fields)}"
            )
