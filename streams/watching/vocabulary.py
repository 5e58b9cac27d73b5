"""What a rules file may name, and how a mistake in it is told."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from pydantic_core import PydanticCustomError

from schemas import ActorType
from streams.watching.fields import AUTHOR

ACTOR_TYPES: tuple[str, ...] = get_args(ActorType)
_GROUP = "group:"
_SHOWN = 60
_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a rules file may name. None: not checked. `topics`: actions by topic; `groups`: actor ids by group name."""

    names: Mapping[str, str] | None = None
    topics: Mapping[str, Collection[str]] | None = None
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)


def mistake(problem: str, *at: str | int, key: bool = False) -> PydanticCustomError:
    """An error to raise while validating; `at`: the way from the validated value to the item that is wrong.

    `key`: not the value there is wrong, but its key.
    """
    return PydanticCustomError("mistake", "{problem}", {"problem": problem, "at": at, "key": key})


def shown(value: object) -> str:
    """As it was written, for a message."""
    text = repr(value) if isinstance(value, str) else written(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def written(value: object, depth: int = _DEPTH) -> str:
    """A value of YAML on one line; what is nested deeper than any rule is left out."""
    if not depth:
        return "…"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {written(inner, depth - 1)}' for key, inner in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(written(inner, depth - 1) for inner in value)}]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)


def suggestion(word: object, known: Collection[str]) -> str:
    """`, did you mean 'impose'?`, or what there is to choose from, or nothing."""
    near = difflib.get_close_matches(str(word)[:_SHOWN], known, n=1, cutoff=0.65)
    if near:
        return f", did you mean {near[0]!r}?"
    return f"; expected one of {', '.join(sorted(known))}" if 0 < len(known) <= 12 else ""


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return f" {last} ".join([part for part in (", ".join(words[:-1]), *words[-1:]) if part])


def actors_named(item: object, vocabulary: Vocabulary, at: tuple[str | int, ...]) -> Sequence[str]:
    """The ids (or `type:*`) that an item stands for: those of a group, or itself. Raises a mistake."""
    if isinstance(item, str) and item.startswith(_GROUP):
        name = item.removeprefix(_GROUP)
        if name not in vocabulary.groups:
            raise mistake(f"unknown group {shown(name)}{suggestion(name, vocabulary.groups)}", *at)
        return vocabulary.groups[name]
    if item == AUTHOR:
        return (AUTHOR,)
    kind, _, name = item.partition(":") if isinstance(item, str) else ("", "", "")
    if kind not in ACTOR_TYPES or not name:
        raise mistake(
            f"expected an actor id such as country:RS, a kind such as country:*, or group:<name>, not {shown(item)}",
            *at,
        )
    if name != "*" and vocabulary.names is not None and item not in vocabulary.names:
        raise mistake(f"unknown actor {shown(item)}{suggestion(item, vocabulary.names)}", *at)
    return (str(item),)
