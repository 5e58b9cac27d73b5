"""Why a rule wants an article, or does not: condition by condition, by the same functions that `match` goes by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas import Report
from streams.watching.conditions import Actors, Condition, Words
from streams.watching.fields import Cast, Item, Subject, Value, items_of, values_of
from streams.watching.matching import Choice, age_of, choices, groups_in, is_too_old
from streams.watching.rules import Rule
from streams.watching.when import Named


@dataclass(frozen=True, slots=True)
class Asked:
    """One condition. `wanted`: as it stands in the rules file; `found`: what the article has there."""

    field: str
    wanted: str
    found: tuple[str, ...]
    holds: bool


@dataclass(frozen=True, slots=True)
class Grouped:
    """One field of `group_by`, and what became of its values. `optional`: it was written `field?`."""

    field: str
    optional: bool
    choice: Choice

    @property
    def missing(self) -> bool:
        """Whether it leaves no group."""
        return not self.choice.values


@dataclass(frozen=True, slots=True)
class Looked:
    """One signal, one stance, or (`item` None) the article. `text`: its sentence, or the title.

    `grouped` is empty where a condition does not hold: what is not wanted is not grouped.
    """

    item: Item
    text: str
    conditions: tuple[Asked, ...]
    grouped: tuple[Grouped, ...]

    @property
    def holds(self) -> bool:
        """Whether all conditions on it hold."""
        return all(asked.holds for asked in self.conditions)


@dataclass(frozen=True, slots=True)
class Why:
    """All that decides whether a rule wants an article. Times in milliseconds.

    `article`: the conditions on the article; `looked`: all signals or stances (or the article) with the conditions on
    each. `groups`: those that come out, unless it is `too_old`: received `age_ms` after it was published.
    """

    rule: str
    subject: Subject
    article: tuple[Asked, ...]
    looked: tuple[Looked, ...]
    groups: tuple[dict[str, str], ...]
    age_ms: int
    max_age_ms: int
    backfill: bool
    too_old: bool

    @property
    def matches(self) -> bool:
        """Whether `match` gives matches for the rule: one for each of `groups`."""
        return bool(self.groups) and not self.too_old


def explain(rule: Rule, report: Report, *, backfill: bool) -> Why:
    """What `match` would make of the report by this rule, and why."""
    cast = Cast(report.actors)
    age_ms = age_of(report)
    fields = [field.name for field in rule.group_by]
    return Why(
        rule=rule.name,
        subject=rule.when.subject,
        article=_asked(rule.when.of_article, report, None, cast),
        looked=tuple(_looked(rule, report, item, cast) for item in items_of(rule.when.subject, report)),
        groups=tuple(dict(zip(fields, group, strict=True)) for group in groups_in(report, rule, cast)),
        age_ms=age_ms,
        max_age_ms=rule.max_age,
        backfill=backfill,
        too_old=is_too_old(age_ms, rule, backfill=backfill),
    )


def _looked(rule: Rule, report: Report, item: Item, cast: Cast) -> Looked:
    conditions = _asked(rule.when.conditions, report, item, cast)
    grouped = (
        Grouped(field.name, field.optional, choice)
        for field, choice in zip(rule.group_by, choices(rule, report, item, cast), strict=True)
    )
    return Looked(
        item=item,
        text=report.title if item is None else item.evidence.text,
        conditions=conditions,
        grouped=tuple(grouped) if all(asked.holds for asked in conditions) else (),
    )


def _asked(conditions: Named, report: Report, item: Item, cast: Cast) -> tuple[Asked, ...]:
    asked = []
    for name, condition in conditions:
        values = values_of(name, report, item)
        found = _found(condition, values, cast)
        asked.append(Asked(name, condition.written, found, condition.holds(values, cast)))
    return tuple(asked)


def _found(condition: Condition, values: Sequence[Value], cast: Cast) -> tuple[str, ...]:
    if isinstance(condition, Words):
        return tuple(condition.found(values))
    if isinstance(condition, Actors) and condition.who:
        return tuple(_described(value, cast) for value in values)
    return tuple(map(str, values))


def _described(id_: Value, cast: Cast) -> str:
    """An actor with what a rule can ask of it."""
    actor = cast.get(id_)
    if actor is None:
        return f"{id_} (not known)"
    told = [
        f"of {actor.country}" if actor.country else "of no country",
        *([f"represents {actor.represents}"] if actor.represents else []),
        "known" if actor.known else "not known",
    ]
    return f"{id_} ({', '.join(told)})"
