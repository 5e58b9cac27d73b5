"""What a rule asks of one field: values, actors, a range, words; or that none of them be there."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from unicodedata import normalize

from streams.watching.fields import AUTHOR, Cast, Value

_NOBODY = Cast()


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(ABC):
    """Holds where one of a field's values is named; `negated`: where none is. `written`: as in the file."""

    negated: bool = False
    written: str = field(default="", compare=False)

    @abstractmethod
    def names(self, value: Value, cast: Cast) -> bool:
        """Whether this value is what the rule names, negated or not."""

    @abstractmethod
    def canonical(self) -> list[object]:
        """The same for the same condition, however it was written; of values that JSON has."""

    def allows(self, value: Value, cast: Cast = _NOBODY) -> bool:
        """Whether this one value meets the condition."""
        return self.names(value, cast) != self.negated

    def holds(self, values: Sequence[Value], cast: Cast = _NOBODY) -> bool:
        """Of several values one must be named; negated: none may be. Nothing is not named."""
        return any(self.names(value, cast) for value in values) != self.negated


@dataclass(frozen=True, slots=True)
class Values(Condition):
    """One of these."""

    values: frozenset[Value]

    def names(self, value: Value, cast: Cast) -> bool:
        return value in self.values

    def canonical(self) -> list[object]:
        return [self.negated, sorted(map(str, self.values))]

    def holds(self, values: Sequence[Value], cast: Cast = _NOBODY) -> bool:
        # Asked of every signal by every rule.
        return self.values.isdisjoint(values) == self.negated


@dataclass(frozen=True, slots=True)
class ActorIs:
    """An actor of whom all of this holds; None: whatever."""

    type: Values | None = None
    country: Values | None = None
    represents: Values | None = None
    known: bool | None = None

    def names(self, id_: Value, cast: Cast) -> bool:
        """Whether this actor is so. The author, who is in no cast, never is."""
        if id_ == AUTHOR:
            return False
        actor = cast.get(id_)
        kind = str(id_).partition(":")[0]
        # A state belongs to itself, also where nobody has said so.
        country = str(id_) if kind == "country" else actor and actor.country
        asked = (
            (self.type, kind),
            (self.country, country),
            (self.represents, actor and actor.represents),
        )
        return (self.known is None or cast.knows(id_) == self.known) and all(
            wanted.holds((value,) if value else ()) for wanted, value in asked if wanted is not None
        )

    def canonical(self) -> list[object]:
        wanted = (self.type, self.country, self.represents)
        return [*(None if each is None else each.canonical() for each in wanted), self.known]


@dataclass(frozen=True, slots=True)
class Actors(Condition):
    """One of these actors, one of one of these types, or one who is so."""

    ids: frozenset[Value]
    types: frozenset[Value] = frozenset()
    who: frozenset[ActorIs] = frozenset()

    def names(self, value: Value, cast: Cast) -> bool:
        return (
            value in self.ids
            or (bool(self.types) and str(value).partition(":")[0] in self.types)
            or (bool(self.who) and any(who.names(value, cast) for who in self.who))
        )

    def canonical(self) -> list[object]:
        who = sorted((who.canonical() for who in self.who), key=repr)
        return [self.negated, sorted(map(str, self.ids)), sorted(map(str, self.types)), who]


@dataclass(frozen=True, slots=True)
class Range(Condition):
    """Between `low` and `high`, these included unless they are `open`."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def names(self, value: Value, cast: Cast) -> bool:
        at = float(value)
        return (self.low < at if self.low_open else self.low <= at) and (
            at < self.high if self.high_open else at <= self.high
        )

    def canonical(self) -> list[object]:
        return [self.low, self.high, self.low_open, self.high_open]


@dataclass(frozen=True, slots=True)
class Words(Condition):
    """A text that has one of these phrases: whole words, in whatever case and space."""

    phrases: frozenset[str]
    pattern: re.Pattern[str] = field(compare=False)

    @classmethod
    def of(cls, phrases: Iterable[str], *, negated: bool = False, written: str = "") -> Words:
        """Of these phrases, in whatever case and space."""
        folded = frozenset(" ".join(_folded(phrase).split()) for phrase in phrases)
        # The longer first: of "gas" and "gas transit" the one that says more is told as found.
        choices = sorted(folded, key=lambda phrase: (-len(phrase), phrase))
        either = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in choices)
        return cls(folded, re.compile(rf"(?<!\w)(?:{either})(?!\w)"), negated=negated, written=written)

    def names(self, value: Value, cast: Cast) -> bool:
        return self.pattern.search(_folded(str(value))) is not None

    def canonical(self) -> list[object]:
        return [self.negated, sorted(self.phrases)]

    def found(self, texts: Sequence[Value]) -> list[str]:
        """The phrases that stand in these texts."""
        hits = (hit[0] for text in texts for hit in self.pattern.finditer(_folded(str(text))))
        return list(dict.fromkeys(" ".join(hit.split()) for hit in hits))


def _folded(text: str) -> str:
    # "ć" may be one character or two.
    return text.lower() if text.isascii() else normalize("NFC", normalize("NFC", text).casefold())
