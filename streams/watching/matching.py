"""From a report to matches: which rules want this article, and for which groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice, product
from urllib.parse import quote, unquote

from schemas import Match, Report, Signal, Stance
from schemas.model import to_ms
from streams.watching.fields import ACTOR_FIELDS, Cast, Item, items_of, values_of
from streams.watching.rules import Rule, Rules
from streams.watching.when import Named

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


def match(report: Report, rules: Rules, *, backfill: bool, first_received_at: datetime | None = None) -> Matched:
    """One Match for each (rule, group) that wants something in the report, in the order of the rules, then of the text.

    A report received more than a rule's `max_age` after publishing gives none, unless `backfill`: then its dates are
    believed. Of one that died and was retried, `first_received_at` is what counts: it came in time or it did not.
    """
    if not report.signals and not report.stances and "articles" not in rules.subjects:
        return Matched()
    cast = Cast(report.actors)
    topics = {signal.topic for signal in report.signals}
    age_ms = age_of(report, first_received_at)
    matches: list[Match] = []
    too_old: list[str] = []
    for rule in rules.by_name.values():
        if rule.when.topics is not None and rule.when.topics.isdisjoint(topics):
            continue  # most rules, most of the time
        groups = groups_in(report, rule, cast)
        if groups and is_too_old(age_ms, rule, backfill=backfill):
            too_old.append(rule.name)
        else:
            matches += (_match(rule, group, items, report, backfill) for group, items in groups.items())
    return Matched(tuple(matches), tuple(too_old))


def match_key(match: Match) -> bytes:
    """`rule/group`: the group's values in the order of their fields' names, percent-quoted, joined by `/`."""
    return _key(match.rule, tuple(match.group.items()))


@lru_cache(1 << 16)
def _key(rule: str, group: tuple[tuple[str, str], ...]) -> bytes:
    return "/".join((rule, *(quote(value, safe=":") for _, value in sorted(group)))).encode()


def rule_name(key: bytes) -> str:
    """The rule in a `match_key`."""
    return key.decode().partition("/")[0]


def group_of(key: bytes, rule: Rule) -> dict[str, str]:
    """The group in a `match_key` of this rule: value by field."""
    values = key.decode().split("/")[1:]
    return dict(zip(sorted(field.name for field in rule.group_by), map(unquote, values), strict=True))


def age_of(report: Report, first_received_at: datetime | None = None) -> int:
    """Milliseconds from publishing to the first receipt, which is the report's own unless another is said."""
    return to_ms(first_received_at or report.received_at) - to_ms(report.published_at)


def is_too_old(age_ms: int, rule: Rule, *, backfill: bool) -> bool:
    """Whether a rule leaves out what is as old as this."""
    return age_ms > rule.max_age and not backfill


def groups_in(report: Report, rule: Rule, cast: Cast) -> dict[Group, list[Item]]:
    """The groups for which a rule wants a report, each with the signals or stances that it wants it for."""
    groups: dict[Group, list[Item]] = {}
    items = items_of(rule.when.subject, report)
    if not items or not _hold(rule.when.of_article, report, None, cast):
        return groups
    for item in items:
        if _hold(rule.when.conditions, report, item, cast):
            chosen = (choice.values for choice in choices(rule, report, item, cast))
            for group in islice(product(*chosen), MAX_GROUPS):
                if group in groups or len(groups) < MAX_GROUPS:
                    groups.setdefault(group, []).append(item)
    return groups


def _hold(conditions: Named, report: Report, item: Item, cast: Cast) -> bool:
    return all(condition.holds(values_of(name, report, item), cast) for name, condition in conditions)


@dataclass(frozen=True, slots=True)
class Choice:
    """The values by which one field groups; none: no group. The others of the field were left out.

    `unwanted`: they do not meet the rule's own condition on the field; `unknown`: actors that knowledge does not have.
    """

    values: tuple[str, ...]
    unwanted: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def choices(rule: Rule, report: Report, item: Item, cast: Cast) -> Iterator[Choice]:
    """For each field of `group_by`; a group is an element of their cross product.

    Of several initiators only those group that meet the rule's own condition: "Germany and Russia" is no group of
    Russia for a rule about members of the Union.
    """
    for field in rule.group_by:
        wanted = rule.when.by_field.get(field.name)
        values, unwanted, unknown = list[str](), list[str](), list[str]()
        for value in dict.fromkeys(values_of(field.name, report, item)):
            if wanted is not None and not wanted.allows(value, cast):
                unwanted.append(str(value))
            elif not rule.unknown and field.name in ACTOR_FIELDS and not cast.knows(value):
                unknown.append(str(value))
            else:
                values.append(str(value))
        if not values and field.optional:
            values.append("")
        yield Choice(tuple(values), tuple(unwanted), tuple(unknown))


def _match(rule: Rule, group: Group, items: Sequence[Item], report: Report, backfill: bool) -> Match:
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
        tone=report.tone,
        signals=tuple(item for item in items if isinstance(item, Signal)),
        stances=tuple(item for item in items if isinstance(item, Stance)),
    )
