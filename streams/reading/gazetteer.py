"""Known names found in a text: an Aho-Corasick automaton over folded text, longest names first."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal, NamedTuple

import ahocorasick

from streams.reading.known import Known
from streams.reading.lexicon import FAMILY_FIRST, NOBODY

Kind = Literal["name", "acronym", "short", "demonym", "people", "seat", "family", "nobody"]


class Entry(NamedTuple):
    kind: Kind
    actor: str


class Hit(NamedTuple):
    """A known name at [start, end) of a folded text, with all that it may name."""

    start: int
    end: int
    text: str
    entries: tuple[Entry, ...]

    def ids(self, *kinds: Kind) -> tuple[str, ...]:
        return tuple(entry.actor for entry in self.entries if entry.kind in kinds)


def overlapping(hits: Sequence[Hit], start: int, end: int) -> Sequence[Hit]:
    """The hits that touch [start, end); hits are in order and apart from one another."""
    first = max(0, bisect_right(hits, start, key=_start) - 1)
    return [hit for hit in hits[first : bisect_left(hits, end, key=_start)] if hit.end > start]


_start = attrgetter("start")


_RULER = re.compile(r"\sof\s|\s[IVX]+\b")
_SPECIAL = dict(zip("đĐłŁøØı’‘ʼ–‑‐−\u00a0\u202f", "dDlLoOi'''----  ", strict=True))
_SPECIAL |= {"ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ə": "e", "Ə": "E", "ß": "ss", "æ": "ae", "Æ": "Ae"}


def _folded(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    return "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))


# Latin, Greek, Cyrillic, punctuation: what names are written in here. The rest stays as it is.
_TABLE = {code: new for code in range(0x80, 0x2100) if (new := _folded(chr(code))) != chr(code)}
_UNEVEN = frozenset(chr(code) for code, new in _TABLE.items() if len(new) != 1)


def fold(text: str) -> tuple[str, Sequence[int] | None]:
    """The text without accents and typographic marks; where lengths differ, the index in `text` of each character.

    The map has one more entry, for the end.
    """
    if text.isascii():
        return text, None
    if _UNEVEN.isdisjoint(text):
        return text.translate(_TABLE), None
    pieces = [_TABLE.get(ord(char), char) for char in text]
    origin = [index for index, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), [*origin, len(text)]


@dataclass(frozen=True, slots=True)
class Gazetteer:
    automaton: ahocorasick.Automaton
    families: dict[str, tuple[str, ...]]
    given: frozenset[str]

    def hits(self, folded: str) -> list[Hit]:
        """The names in the text, at word boundaries, the longest of those that overlap, in order."""
        found: list[tuple[int, int, tuple[Entry, ...]]] = []
        size = len(folded)
        for last, (length, entries) in self.automaton.iter(folded):
            end = last + 1
            start = end - length
            if (start and folded[start - 1].isalnum()) or (end < size and folded[end].isalnum()):
                continue
            found.append((start, -end, entries))
        found.sort(key=lambda hit: hit[:2])
        hits: list[Hit] = []
        free = 0
        for start, minus_end, entries in found:
            if start >= free:
                free = -minus_end
                hits.append(Hit(start, free, folded[start:free], entries))
        return hits


def build(actors: Iterable[Known]) -> Gazetteer:
    """The automaton of all names. Names are matched as written and, from five letters on, in capitals."""
    patterns: dict[str, list[Entry]] = {name: [Entry("nobody", "")] for name in NOBODY}
    families: dict[str, list[str]] = {}
    actors = tuple(actors)
    for actor in actors:
        for kind, name in _names(actor):
            _add(patterns, name, Entry(kind, actor.id))
        if actor.type == "person":
            for family in families_of(actor):
                if actor.id not in families.setdefault(family_name(family), []):
                    families[family_name(family)].append(actor.id)
                _add(patterns, family, Entry("family", actor.id))
    for family, ids in families.items():
        for id_ in ids:
            _add(patterns, family, Entry("family", id_))
    automaton = ahocorasick.Automaton()
    for name, found in patterns.items():
        automaton.add_word(name, (len(name), tuple(found)))
    automaton.make_automaton()
    given = frozenset(fold(actor.name)[0].split()[0] for actor in actors if actor.type == "person")
    return Gazetteer(automaton, {family: tuple(ids) for family, ids in families.items()}, given)


_ARTICLE = re.compile(r"(?:[AaEe]l|[Aa]d|[Aa]s|[Aa]n|[Aa]sh|[Uu]l)-(?=\w)")


def family_name(word: str) -> str:
    """A family's name without its Arabic article, which is written in many ways: "Al-Roe" and "al-Roe" are one."""
    return _ARTICLE.sub("", word, count=1) if _ARTICLE.match(word) else word


_CHINESE_ORDER = frozenset(f"country:{code}" for code in ("CN", "HK", "KP", "KR", "TW"))


def families_of(actor: Known) -> Iterable[str]:
    """What a person is called in short: the family name; in Vietnam either end of the name; of rulers nothing."""
    for name in (actor.name, *actor.aka):
        words = fold(name)[0].split()
        if len(words) > 1 and not _RULER.search(name):
            first = actor.country in _CHINESE_ORDER and words[0] in FAMILY_FIRST
            yield words[0] if first else words[-1]
            if actor.country == "country:VN":
                yield words[0]


def _names(actor: Known) -> Iterable[tuple[Kind, str]]:
    for name in (actor.name, *actor.aka):
        yield ("acronym" if name.replace(".", "").isupper() and actor.type != "person" else "name"), name
    for name in actor.acronyms:
        yield "acronym", name
    for name in actor.short:
        yield "short", name
    for name in actor.demonyms:
        yield "demonym", name
        if not name.endswith(("s", "sh", "nch", "tch", "ese")):
            yield "people", f"{name}s"
    for name in (*actor.capital, *actor.seats):
        yield "seat", name


def _add(patterns: dict[str, list[Entry]], name: str, entry: Entry) -> None:
    name = fold(name)[0].removeprefix("the ").removeprefix("The ")
    for form in {name, name.upper()} if len(name) >= 5 else {name}:
        entries = patterns.setdefault(form, [])
        if entry not in entries:
            entries.append(entry)
