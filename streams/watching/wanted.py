"""From what stands under `when` to conditions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import get_args

from pydantic import ValidationInfo

from schemas import Modality
from streams.watching.conditions import ActorIs, Actors, Condition, Range, Values, Words
from streams.watching.fields import ACTOR_FIELDS, Value
from streams.watching.vocabulary import (
    ACTOR_TYPES,
    Vocabulary,
    actors_named,
    listed,
    mistake,
    shown,
    suggestion,
    written,
)

At = tuple[str | int, ...]

SIGNS: Mapping[str, tuple[int, ...]] = {"direction": (-1, 0, 1), "polarity": (-1, 1)}
BOUNDS: Mapping[str, tuple[float, float]] = {"tone": (-1, 1), "confidence": (0, 1)}
"""Of what is asked for by a range."""
LIMITS = ("above", "at_least", "below", "at_most")
MAX_PHRASES = 200
MAX_PHRASE = 100
"""Characters."""
LANGUAGE = r"[a-z]{2,3}"
_COUNTRY_CODE = re.compile(r"[A-Z]{2}")
_ACTOR_KEYS = ("type", "country", "represents", "known")


def read_condition(raw: object, info: ValidationInfo) -> Condition:
    """The condition on the field that is validated. `info.context`: a Vocabulary. Raises a mistake."""
    name, vocabulary = str(info.field_name), info.context or Vocabulary()
    if name in BOUNDS:
        return _read_range(raw, name)
    asked, negated, at = _without_not(raw)
    as_it_stands = written(raw)
    if name in ACTOR_FIELDS:
        return _read_actors(asked, vocabulary, at, negated=negated, as_it_stands=as_it_stands)
    if name == "words":
        phrases = frozenset(_phrase(item, here) for item, here in _items(asked, at))
        if len(phrases) > MAX_PHRASES:
            raise mistake(f"{len(phrases)} words and phrases; expected at most {MAX_PHRASES}", *at)
        return Words.of(phrases, negated=negated, written=as_it_stands)
    topic = info.data.get("topic")
    values = frozenset(_value(item, name, topic, vocabulary, here) for item, here in _items(asked, at))
    return Values(values, negated=negated, written=as_it_stands)


def _without_not(raw: object, at: At = ()) -> tuple[object, bool, At]:
    """What is asked for, whether it is refused, and where it stands."""
    if isinstance(raw, Mapping) and "not" in raw:
        if len(raw) > 1:
            raise mistake("`not` stands alone: what is refused stands under it", *at)
        return raw["not"], True, (*at, "not")
    return raw, False, at


def _items(asked: object, at: At) -> Iterator[tuple[object, At]]:
    """Each with its place. Raises a mistake where there is none."""
    if not isinstance(asked, list):
        yield asked, at
        return
    if not asked:
        raise mistake("the list is empty: no value could match", *at)
    for index, item in enumerate(asked):
        yield item, (*at, index)


def _value(item: object, name: str, topic: Condition | None, vocabulary: Vocabulary, at: At) -> Value:
    """One value, checked. `topic`: the rule's own condition on it, which an action has to fit."""
    if isinstance(item, Mapping | list) or item is None:
        raise mistake("expected a value, a list of values, or `not:` with one of these", *at)
    if name in SIGNS:
        if isinstance(item, bool) or not isinstance(item, int) or item not in SIGNS[name]:
            raise mistake(f"{name} is one of {', '.join(map(str, SIGNS[name]))}, not {shown(item)}", *at)
        return item
    if name == "language" and not (isinstance(item, str) and re.fullmatch(LANGUAGE, item)):
        raise mistake(f"expected a language by its code, such as en, not {shown(item)}", *at)
    if not isinstance(item, str) or not item.strip():
        raise mistake(f"expected text (in quotes if it looks like a number), not {shown(item)}", *at)
    if name == "modality" and item not in get_args(Modality):
        raise mistake(f"unknown modality {shown(item)}{suggestion(item, get_args(Modality))}", *at)
    topics = vocabulary.topics
    if name == "topic" and topics is not None and item not in topics:
        raise mistake(f"unknown topic {shown(item)}{suggestion(item, topics)}", *at)
    if name == "action" and topics is not None:
        _check_action(item, topic, topics, at)
    return item


def _check_action(item: str, topic: Condition | None, topics: Mapping[str, Collection[str]], at: At) -> None:
    """Raise a mistake unless one of the topics that the rule can mean has this action."""
    fitting = {name: actions for name, actions in topics.items() if topic is None or topic.allows(name)}
    known = {action for actions in fitting.values() for action in actions}
    if item not in known:
        elsewhere = any(item in actions for actions in topics.values())
        problem = (
            f"no action {shown(item)} in {listed(sorted(fitting), 'or')}"
            if elsewhere
            else f"unknown action {shown(item)}"
        )
        raise mistake(f"{problem}{suggestion(item, known)}", *at)


def _phrase(item: object, at: At) -> str:
    if not isinstance(item, str) or not re.search(r"\w", item):
        raise mistake(f"expected a word or a phrase, not {shown(item)}", *at)
    if len(item) > MAX_PHRASE:
        raise mistake(f"{len(item)} characters; expected a phrase of at most {MAX_PHRASE}", *at)
    return item


def _read_range(raw: object, name: str) -> Range:
    low, high = BOUNDS[name]
    example = f"expected a range such as {{at_least: {low / 2 if low else 0.8:g}}}"
    if not isinstance(raw, Mapping) or not raw:
        raise mistake(f"{example}, not {shown(raw)}")
    for limit, value in raw.items():
        if limit not in LIMITS:
            raise mistake(f"unknown limit `{limit}`{suggestion(limit, LIMITS)}", limit, key=True)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise mistake(f"`{limit}`: expected a number, not {shown(value)}", limit)
        if not low <= value <= high:
            raise mistake(f"`{limit}`: {name} lies between {low:g} and {high:g}", limit)
    for open_, closed in (LIMITS[:2], LIMITS[2:]):
        if open_ in raw and closed in raw:
            raise mistake(f"expected `{open_}` or `{closed}`, not both", open_)
    read = Range(
        low=float(raw.get("above", raw.get("at_least", low))),
        high=float(raw.get("below", raw.get("at_most", high))),
        low_open="above" in raw,
        high_open="below" in raw,
        written=written(raw),
    )
    if read.low > read.high or (read.low == read.high and (read.low_open or read.high_open)):
        raise mistake(f"no {name} lies in this range")
    return read


def _read_actors(asked: object, vocabulary: Vocabulary, at: At, *, negated: bool, as_it_stands: str) -> Actors:
    ids: set[Value] = set()
    types: set[Value] = set()
    who: set[ActorIs] = set()
    for item, here in _items(asked, at):
        if isinstance(item, Mapping):
            one = _read_who(item, vocabulary, here)
            if one.type is not None and not one.type.negated and one == ActorIs(type=one.type):
                types |= one.type.values
            else:
                who.add(one)
            continue
        for actor in actors_named(item, vocabulary, here):
            kind, _, name = actor.partition(":")
            types.add(kind) if name == "*" else ids.add(actor)
    return Actors(frozenset(ids), frozenset(types), frozenset(who), negated=negated, written=as_it_stands)


def _read_who(raw: Mapping[str, object], vocabulary: Vocabulary, at: At) -> ActorIs:
    if "not" in raw:
        raise mistake("`not` stands outermost: all that is refused stands under it", *at, "not", key=True)
    for key in raw:
        if key not in _ACTOR_KEYS:
            raise mistake(f"unknown field `{key}`{suggestion(key, (*_ACTOR_KEYS, 'not'))}", *at, key, key=True)
    if not raw:
        raise mistake(f"nothing is asked of the actor; expected {listed(_ACTOR_KEYS, 'or')}", *at)
    known = raw.get("known")
    if "known" in raw and not isinstance(known, bool):
        raise mistake(f"`known`: expected true or false, not {shown(known)}", *at, "known")
    of = {
        key: _read_of_actor(key, raw[key], vocabulary, (*at, key))
        for key in ("type", "country", "represents")
        if key in raw
    }
    return ActorIs(**of, known=known if isinstance(known, bool) else None)


def _read_of_actor(key: str, raw: object, vocabulary: Vocabulary, at: At) -> Values:
    asked, negated, at = _without_not(raw, at)
    values: set[Value] = set()
    for item, here in _items(asked, at):
        if key == "type":
            if item not in ACTOR_TYPES:
                raise mistake(f"unknown type {shown(item)}{suggestion(item, ACTOR_TYPES)}", *here)
            values.add(str(item))
        elif key == "country":
            values.update(_countries(item, vocabulary, here))
        else:
            values.update(_named(item, vocabulary, here))
    return Values(frozenset(values), negated=negated)


def _countries(item: object, vocabulary: Vocabulary, at: At) -> Iterator[str]:
    """Of `RS`, `country:RS`, or a group of countries."""
    if isinstance(item, str) and _COUNTRY_CODE.fullmatch(item):
        item = f"country:{item}"
    for id_ in _named(item, vocabulary, at):
        if not id_.startswith("country:"):
            raise mistake(f"expected a country such as RS or a group of countries; {shown(id_)} is none", *at)
        yield id_


def _named(item: object, vocabulary: Vocabulary, at: At) -> Iterator[str]:
    for id_ in actors_named(item, vocabulary, at):
        if id_.endswith(":*"):
            raise mistake(f"expected actors by name, not {shown(id_)}", *at)
        yield id_
