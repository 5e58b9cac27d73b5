"""What happens when other rules take over: whose groups start empty, and what only looks different."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from streams.watching.rules import Rule, Rules
from streams.watching.summaries import Summary


@dataclass(frozen=True, slots=True)
class Change:
    """Of one rule. `fields`: which of its fields differ, in the order of the rule language.

    `added`: it has no groups yet. `removed` and `logic`: its open alerts resolve and its groups are dropped; those of
    `logic` start empty. `shown`: only severity, labels or summary differ, from the next record on.
    """

    rule: str
    what: Literal["added", "removed", "logic", "shown"]
    fields: tuple[str, ...] = ()

    @property
    def drops(self) -> bool:
        """Whether what its groups hold is lost."""
        return self.what in ("removed", "logic")


def compare(old: Rules, new: Rules) -> tuple[Change, ...]:
    """One Change for each rule that is not the same, in the order of the new file, then of the old."""
    changes = []
    for name in dict.fromkeys((*new.by_name, *old.by_name)):
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            changes.append(Change(name, "removed" if after is None else "added"))
        elif fields := _differing(before, after):
            changes.append(Change(name, "shown" if before.logic == after.logic else "logic", fields))
    return tuple(changes)


def _differing(before: Rule, after: Rule) -> tuple[str, ...]:
    """Without what is only written otherwise: a logic of the same hash is the same."""
    names = dict.fromkeys((*type(after).model_fields, *type(before).model_fields))
    if before.logic == after.logic:
        names = dict.fromkeys(name for name in names if name in after.PRESENTATION)
    return tuple(name for name in names if _value(before, name) != _value(after, name))


def _value(rule: Rule, name: str) -> object:
    value = getattr(rule, name, None)
    return value.source if isinstance(value, Summary) else value
