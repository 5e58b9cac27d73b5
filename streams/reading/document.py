"""An article cut into sentences and tokens, and who was found in it: what the parts of reading hand to each other."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from schemas import Actor

Field = Literal["title", "text"]
Form = Literal["name", "family", "acronym", "demonym", "seat", "role", "gloss"]

# A hyphen is a token of its own, so that "anti-Russian" and "gas-rich" can be looked into.
_TOKEN = re.compile(
    r"(?:[A-Za-z]\.){2,}"  # U.S., a.m.
    r"|\d+(?:[.,:]\d+)*"
    r"|['’][sS](?![^\W_])"  # the possessive
    r"|(?:[^\W_]|[\u0300-\u036f])+(?:['’](?![sS](?![^\W_]))[^\W_]+)*"
    r"|\.{2,}"
    r"|\S"
)


class Token(NamedTuple):
    """A word, number or punctuation mark; `[start, end)` index the article's field."""

    text: str
    lower: str
    start: int
    end: int


def tokenise(text: str, offset: int = 0) -> tuple[Token, ...]:
    """The tokens of a text. The possessive 's and hyphens stand alone; U.S., don't and 1,200.5 are one token each."""
    return tuple(
        Token(word := m.group(), word.lower(), m.start() + offset, m.end() + offset) for m in _TOKEN.finditer(text)
    )


@dataclass(frozen=True)
class Sentence:
    """`number` counts through the article; the title, where there is one, is sentence 0 and text starts at 1.

    Tokens are made when first asked for: most sentences of a stream are never looked into.
    """

    field: Field
    number: int
    start: int
    end: int
    text: str

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens, with offsets into the article's field."""
        return tokenise(self.text, self.start)


@dataclass(frozen=True, slots=True)
class Mention:
    """One span that names an actor, and how.

    `name`: its full or short name; `family`: a family name alone; `demonym`: before an office, organ or side;
    `seat`: a capital or seat of power that acts; `role`: an office without a name, for its holder;
    `gloss`: the X of "our country [X]", the state of whoever speaks there (every other "[X]" is a `name`).
    """

    actor: str
    field: Field
    start: int
    end: int
    sentence: int
    form: Form


@dataclass(frozen=True)
class Cast:
    """Who appears: actors by id (their mentions filled in), and all mentions in the order of the article."""

    actors: dict[str, Actor]
    mentions: tuple[Mention, ...]

    @cached_property
    def _by_field(self) -> dict[Field, tuple[list[int], list[Mention]]]:
        fields: dict[Field, tuple[list[int], list[Mention]]] = {"title": ([], []), "text": ([], [])}
        for mention in self.mentions:
            starts, mentions = fields[mention.field]
            starts.append(mention.start)
            mentions.append(mention)
        return fields

    def within(self, field: Field, start: int, end: int) -> tuple[Mention, ...]:
        """The mentions that lie in [start, end) of a field."""
        starts, mentions = self._by_field[field]
        found = mentions[bisect_left(starts, start) : bisect_left(starts, end)]
        return tuple(m for m in found if m.end <= end)
