"""What watch holds, group by group: to be shown, and to be dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from schemas import Alert, Match
from schemas.model import to_ms
from streams.errors import InputError
from streams.store import Store
from streams.watching import state
from streams.watching.alerts import resolved
from streams.watching.groups import Group
from streams.watching.matching import rule_name
from streams.watching.watcher import lowest, round_end


@dataclass(frozen=True, slots=True)
class Held:
    """A group, named by its `match_key`, and how much of what is held of it.

    `logic`: the hash of the rule's logic that filled it, "" where it has no entry of its own yet: matches wait for
    their first round. `due_ms`: when it is looked at again without a match.
    """

    key: bytes
    logic: str
    stories: int
    alerts: int
    waiting: int
    due_ms: int | None

    @property
    def rule(self) -> str:
        """The name of its rule."""
        return rule_name(self.key)


@dataclass(frozen=True, slots=True)
class Contents:
    """All that is held of a group. `group` is None where only matches wait."""

    group: Group | None
    alerts: tuple[Alert, ...]
    waiting: tuple[Match, ...]


def named(key: bytes) -> tuple[str, str, tuple[str, ...]]:
    """What a group is called: its rule; its values percent-quoted, in the order of their fields' names; and as are."""
    rule, _, group = key.decode(errors="backslashreplace").partition("/")
    return rule, group, tuple(map(unquote, group.split("/")))


def keys_by_group(store: Store) -> dict[bytes, list[bytes]]:
    """The keys of all entries that are of a group, in the order of the groups."""
    found: dict[bytes, list[bytes]] = {}
    for key in store.keys(b"", b"\xff"):
        group = state.group_in(key)
        if group is not None:
            found.setdefault(group, []).append(key)
    return dict(sorted(found.items()))


def held(store: Store) -> list[Held]:
    """All groups, in the order of their keys."""
    return [_held(store, group, keys) for group, keys in keys_by_group(store).items()]


def _held(store: Store, group: bytes, keys: Iterable[bytes]) -> Held:
    counts = Counter(key[:2] for key in keys)
    own = store.get(state.group_key(group))
    try:
        read = Group.of(group, own) if own is not None else None
    except (TypeError, ValueError) as error:
        name = group.decode(errors="backslashreplace")
        raise InputError(f"what watch holds of {name} is not of our making: `tocsin state reset --all`") from error
    logic, due_ms = (read.logic, read.timer_ms) if read else ("", None)
    return Held(group, logic, counts[b"s/"], counts[b"a/"], counts[b"p/"], due_ms)


def contents(store: Store, key: bytes) -> Contents | None:
    """All that is held of a group; None: nothing."""
    keys = keys_by_group(store).get(key)
    if keys is None:
        return None
    values = {each: store.get(each) or b"" for each in keys}
    own, group = values.get(state.group_key(key)), None
    if own is not None:
        group = Group.of(key, own)
        group.restore(state.stories(store, key))
    alerts = tuple(Alert.model_validate_json(value) for each, value in values.items() if each[:2] == b"a/")
    waiting = tuple(Match.model_validate_json(value) for each, value in values.items() if each[:2] == b"p/")
    return Contents(group, alerts, waiting)


def last_words(store: Store, keys: Iterable[bytes]) -> Mapping[bytes, Alert | None]:
    """By the key of each open alert among these: its last record, resolved at the end of the round that comes next.

    As it would be if its rule were gone. None where a newer Tocsin has written what cannot be read.
    """
    words: dict[bytes, Alert | None] = {}
    for key in keys:
        if key[:2] == b"a/":
            try:
                alert = Alert.model_validate_json(store.get(key) or b"")
                words[key] = resolved(alert, _next_round_ms(store, alert))
            except (TypeError, ValueError):  # pydantic's is one
                words[key] = None
    return words


def _next_round_ms(store: Store, alert: Alert) -> int:
    clock_ms = lowest(state.clock(store))
    return round_end(to_ms(alert.updated_at) if clock_ms is None else clock_ms)
