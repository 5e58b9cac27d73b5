"""What a rule asks of one field of a signal or stance: values, kinds of actors, or the absence of them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, get_args

from pydantic import PlainValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from schemas import ActorType, Modality

Value = str | int
SIGNAL_FIELDS = ("topic", "action", "modality", "direction", "initiator", "target", "speaker")
STANCE_FIELDS = ("holder", "target", "polarity")
ACTOR_FIELDS = frozenset({"initiator", "target", "speaker", "holder"})
_ACTOR_TYPES = get_args(ActorType)
_SIGNS = {"direction": (-1, 0, 1), "polarity": (-1, 1)}
_UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION = re.compile(r"(?:\d{1,6}[smhd])+")
_LONGEST_MS = 400 * _UNITS_MS["d"]  # alerts are kept that long
_GROUP = "group:"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a rules file may name. None: not checked. `topics`: actions by topic; `groups`: actor ids by group name."""

    names: Mapping[str, str] | None = None
    topics: Mapping[str, Collection[str]] | None = None
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)


def mistake(problem: str, *at: str | int) -> PydanticCustomError:
    """An error to raise while validating; `at`: the way from the validated value to the item that is wrong."""
    return PydanticCustomError("mistake", "{problem}", {"problem": problem, "at": at})


def suggestion(word: object, known: Collection[str]) -> str:
    """`, did you mean 'impose'?`, or what there is to choose from, or nothing."""
    near = difflib.get_close_matches(str(word), known, n=1, cutoff=0.65)
    if near:
        return f", did you mean {near[0]!r}?"
    return f"; expected one of {', '.join(sorted(known))}" if 0 < len(known) <= 12 else ""


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds for one of `values`, or for an actor of one of `types`; `negated`: for none of them."""

    values: frozenset[Value]
    types: frozenset[str] = frozenset()
    negated: bool = False

    def allows(self, value: Value) -> bool:
        """Whether this one value meets the condition."""
        named = value in self.values or (bool(self.types) and str(value).partition(":")[0] in self.types)
        return named != self.negated

    def holds(self, values: Sequence[Value]) -> bool:
        """Of several values one must be named; negated: none may be. Nothing is not named."""
        return all(map(self.allows, values)) if self.negated else any(map(self.allows, values))

    def canonical(self) -> list[object]:
        """The same for the same condition, however it was written."""
        return [self.negated, sorted(map(str, self.values)), sorted(self.types)]


def _read_condition(raw: object, info: ValidationInfo) -> Condition:
    vocabulary: Vocabulary = info.context or Vocabulary()
    at: tuple[str | int, ...] = ()
    negated = isinstance(raw, Mapping)
    if isinstance(raw, Mapping):
        if set(raw) != {"not"}:
            raise mistake("expected a value, a list of values, or `not:` with one of these")
        raw, at = raw["not"], ("not",)
    items = list(raw) if isinstance(raw, list) else [raw]
    if not items:
        raise mistake("the list is empty: no value could match", *at)
    values: set[Value] = set()
    types: set[str] = set()
    for index, item in enumerate(items):
        here = (*at, index) if isinstance(raw, list) else at
        if info.field_name in ACTOR_FIELDS:
            for actor in _members(item, vocabulary, here):
                kind, _, name = actor.partition(":")
                types.add(kind) if name == "*" else values.add(actor)
        else:
            values.add(_checked_value(item, str(info.field_name), vocabulary, here))
    return Condition(frozenset(values), frozenset(types), negated)


def _members(item: object, vocabulary: Vocabulary, at: tuple[str | int, ...]) -> Sequence[str]:
    if isinstance(item, str) and item.startswith(_GROUP):
        name = item.removeprefix(_GROUP)
        if name not in vocabulary.groups:
            raise mistake(f"unknown group {name!r}{suggestion(name, vocabulary.groups)}", *at)
        return vocabulary.groups[name]
    check_actor(item, vocabulary, at)
    return [str(item)]


def check_actor(item: object, vocabulary: Vocabulary, at: tuple[str | int, ...] = ()) -> None:
    """Raise a mistake unless it is an actor id that knowledge has, `type:*`, or `author`."""
    if item == "author":
        return
    kind, _, name = item.partition(":") if isinstance(item, str) else ("", "", "")
    if kind not in _ACTOR_TYPES or not name:
        raise mistake(
            f"expected an actor id such as country:RS, a kind such as country:*, or group:<name>, not {item!r}", *at
        )
    if name != "*" and vocabulary.names is not None and item not in vocabulary.names:
        raise mistake(f"unknown actor {item!r}{suggestion(item, vocabulary.names)}", *at)


def _checked_value(item: object, name: str, vocabulary: Vocabulary, at: tuple[str | int, ...]) -> Value:
    if name in _SIGNS:
        if isinstance(item, bool) or not isinstance(item, int) or item not in _SIGNS[name]:
            raise mistake(f"{name} is one of {', '.join(map(str, _SIGNS[name]))}, not {item!r}", *at)
        return int(item)
    known: Collection[str] | None = None
    if name == "modality":
        known = get_args(Modality)
    elif vocabulary.topics is not None:
        known = vocabulary.topics if name == "topic" else {a for of in vocabulary.topics.values() for a in of}
    if not isinstance(item, str) or (known is not None and item not in known):
        raise mistake(f"unknown {name} {item!r}{suggestion(item, known or ())}", *at)
    return str(item)


def _read_duration(raw: object) -> int:
    if not isinstance(raw, str) or not _DURATION.fullmatch(raw):
        raise mistake(f"expected a duration such as 90s, 30m, 24h, 7d or 1d12h, not {raw!r}")
    ms = sum(int(number) * _UNITS_MS[unit] for number, unit in re.findall(r"(\d+)([smhd])", raw))
    if ms > _LONGEST_MS:
        raise mistake("longer than 400d, which is how long alerts are kept")
    return ms


Wanted = Annotated[Condition, PlainValidator(_read_condition)]
Duration = Annotated[int, PlainValidator(_read_duration)]
"""Written `24h`; milliseconds."""
