"""From a report to matches: which rules want this article, and for which groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from urllib.parse import quote, unquote

from schemas import Match, Report, Signal, Stance
from schemas.model import to_ms
from streams.watching.conditions import ACTOR_FIELDS, Value
from streams.watching.rules import Rule, Rules

MAX_GROUPS = 1000
"""Of one article for one rule, in the order of the text: a page of names must not become a million matches."""

Group = tuple[str, ...]

MAX_TITLE = 500
"""Characters of a title that travel on: in a headline feed the whole story may stand there."""


@dataclass(frozen=True, slots=True)
class Matched:
    """`too_old`: the rules that would have wanted the article, had it come in time."""

    matches: tuple[Match, ...] = ()
    too_old: tuple[str, ...] = ()


def match(report: Report, rules: Rules, *, backfill: bool) -> Matched:
    """One Match for each (rule, group) that wants something in the report, in the order of the rules, then of the text.

    A report received more than a rule's `max_age` after publishing gives none, unless `backfill`: then its dates are
    believed.
    """
    if not report.signals and not report.stances:
        return Matched()
    known = {actor.id for actor in report.actors if actor.known}
    age_ms = to_ms(report.received_at) - to_ms(report.published_at)
    matches: list[Match] = []
    too_old: list[str] = []
    for rule in rules.by_name.values():
        groups = _groups(rule, report, known)
        if groups and age_ms > rule.max_age and not backfill:
            too_old.append(rule.name)
        else:
            matches += (_match(rule, group, items, report, backfill) for group, items in groups.items())
    return Matched(tuple(matches), tuple(too_old))


def match_key(match: Match) -> bytes:
    """`rule/group`: the group's values in the order of their fields' names, percent-quoted, joined by `/`."""
    values = (quote(match.group[name], safe=":") for name in sorted(match.group))
    return "/".join((match.rule, *values)).encode()


def rule_name(key: bytes) -> str:
    """The rule in a `match_key`."""
    return key.decode().partition("/")[0]


def group_of(key: bytes, rule: Rule) -> dict[str, str]:
    """The group in a `match_key` of this rule: value by field."""
    values = key.decode().split("/")[1:]
    return dict(zip(sorted(field.name for field in rule.group_by), map(unquote, values), strict=True))


def _groups(rule: Rule, report: Report, known: set[str]) -> dict[Group, list[Signal | Stance]]:
    items: Sequence[Signal | Stance] = report.stances if rule.when.stance else report.signals
    groups: dict[Group, list[Signal | Stance]] = {}
    for item in items:
        if all(condition.holds(_values(item, name)) for name, condition in rule.when.conditions):
            for group in islice(_groups_of(rule, item, known), MAX_GROUPS):
                if group in groups or len(groups) < MAX_GROUPS:
                    groups.setdefault(group, []).append(item)
    return groups


def _groups_of(rule: Rule, item: Signal | Stance, known: set[str]) -> Iterator[Group]:
    """The cross product of the values of each field of `group_by`.

    Of several initiators only those group that meet the rule's own condition: "Germany and Russia" is no group of
    Russia for a rule about members of the Union.
    """
    choices: list[tuple[str, ...]] = []
    conditions = dict(rule.when.conditions)
    for field in rule.group_by:
        wanted = conditions.get(field.name)
        values = dict.fromkeys(
            str(value)
            for value in _values(item, field.name)
            if (wanted is None or wanted.allows(value))
            and (rule.unknown or field.name not in ACTOR_FIELDS or value in known)
        )
        choices.append(tuple(values) or (("",) if field.optional else ()))
    return product(*choices)


def _values(item: Signal | Stance, name: str) -> Sequence[Value]:
    value = getattr(item, name)
    if isinstance(value, tuple):
        return value
    return () if value is None else (value,)


def _match(rule: Rule, group: Group, items: Sequence[Signal | Stance], report: Report, backfill: bool) -> Match:
    return Match(
        rule=rule.name,
        group={field.name: value for field, value in zip(rule.group_by, group, strict=True)},
        article_id=report.article_id,
        title=report.title[:MAX_TITLE],
        url=report.url,
        source=report.source,
        published_at=report.published_at,
        received_at=report.received_at,
        backfill=backfill,
        fingerprint=report.fingerprint,
        signals=tuple(item for item in items if isinstance(item, Signal)),
        stances=tuple(item for item in items if isinstance(item, Stance)),
    )
