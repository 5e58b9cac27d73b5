"""What watch holds at present: read from its changelog, and what other rules would lose of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from streams.engine.tail import tail
from streams.settings import Settings
from streams.store import MemoryStore
from streams.watching.held import Held, held
from streams.watching.rules import Rules
from streams.watching.state import check_format


@dataclass(frozen=True, slots=True)
class Loss:
    """What a rule would lose of what it holds: `groups` would start empty, `alerts` resolve; `kept` groups stay."""

    rule: str
    groups: int
    alerts: int
    kept: int


async def read_stores(
    settings: Settings, clients: Mapping[str, Any], done: Callable[[int], None] = lambda _: None
) -> list[MemoryStore]:
    """From `watch-state`, by partition, in whatever format; `done(records)` as it goes on.

    Raises ServiceError where Kafka or the topic is missing.
    """
    entries: list[dict[bytes, bytes]] = [{} for _ in range(settings.partitions)]
    count = 0
    async for record in tail(clients, settings.topic("watch-state"), settings.partitions, follow=False):
        if record is None or record.key is None:
            continue
        if record.value is None:
            entries[record.partition].pop(record.key, None)
        else:
            entries[record.partition][record.key] = record.value
        count += 1
        if count % 1000 == 0:
            done(count)
    return [MemoryStore(each) for each in entries]


async def read_holdings(
    settings: Settings, clients: Mapping[str, Any], done: Callable[[int], None] = lambda _: None
) -> list[Held]:
    """All groups, in the order of their keys. Raises as `read_stores`, and InputError where they cannot be read."""
    stores = await read_stores(settings, clients, done)
    for store in stores:
        check_format(store)
    return sorted((group for store in stores for group in held(store)), key=lambda group: group.key)


def is_present(group: Held, rules: Rules) -> bool:
    """Whether a group goes on under these rules; else it would start empty."""
    rule = rules.get(group.rule)
    return rule is not None and group.logic in (rule.logic, "")


def losses(groups: Iterable[Held], rules: Rules) -> list[Loss]:
    """For each rule that holds groups, in the order of their names."""
    found: dict[str, list[int]] = {}
    for group in groups:
        loss = found.setdefault(group.rule, [0, 0, 0])
        if is_present(group, rules):
            loss[2] += 1
        else:
            loss[0] += 1
            loss[1] += group.alerts
    return [Loss(name, *counts) for name, counts in sorted(found.items())]
