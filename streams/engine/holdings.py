"""What watch holds at present: its groups, by the logic that filled them, and their open alerts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from sys import intern
from typing import Any

from streams.engine.tail import tail
from streams.settings import Settings
from streams.watching.matching import rule_name
from streams.watching.rules import Rules
from streams.watching.state import group_logic


@dataclass(slots=True)
class Holdings:
    """`logic` by group; `alerts`: how many are open, by group. A group is named by its `match_key`."""

    logic: dict[bytes, str] = field(default_factory=dict)
    alerts: Counter[bytes] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Loss:
    """What a rule would lose of what it holds: `groups` would start empty, `alerts` resolve; `kept` groups stay."""

    rule: str
    groups: int
    alerts: int
    kept: int


async def read_holdings(
    settings: Settings, clients: Mapping[str, Any], done: Callable[[int], None] = lambda _: None
) -> Holdings:
    """From `watch-state`; `done(records)` as it goes on. Raises ServiceError where Kafka or the topic is missing."""
    held, alerts, count = Holdings(), set[bytes](), 0
    async for record in tail(clients, settings.topic("watch-state"), settings.partitions, follow=False):
        if record is None or record.key is None:
            continue
        kind, key = record.key[:2], record.key[2:]
        if kind == b"a/":
            alerts.discard(key) if record.value is None else alerts.add(key)
        elif kind == b"g/" and record.value is None:
            held.logic.pop(key, None)
        elif kind == b"g/":
            held.logic[key] = intern(group_logic(record.value))
        count += 1
        if count % 1000 == 0:
            done(count)
    held.alerts.update(key.partition(b"|")[0] for key in alerts)
    return held


def losses(held: Holdings, rules: Rules) -> list[Loss]:
    """For each rule that holds groups, in the order of their names."""
    found: dict[str, list[int]] = {}
    for group, logic in held.logic.items():
        name = rule_name(group)
        rule, loss = rules.get(name), found.setdefault(name, [0, 0, 0])
        if rule is not None and rule.logic == logic:
            loss[2] += 1
        else:
            loss[0] += 1
            loss[1] += held.alerts[group]
    return [Loss(name, *counts) for name, counts in sorted(found.items())]
