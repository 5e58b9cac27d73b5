"""Agendas: whether a topic is only one of several items of a list ("on trade, energy security and climate")."""

from __future__ import annotations

from collections.abc import Sequence

from streams.reading.clauses import STOPS
from streams.reading.morphology import word_set

_CUES = word_set(
    "agenda issues issue topics topic areas area range including include includes included such challenges priorities "
    "sectors fields spheres discuss discussed discusses discussing cooperation partnership themes questions matters "
    "covered focus focused focuses ranging addressed reviewed"
)
_LEAST = 3
_LONGEST_ITEM = 9
_REACH = 60


def is_item(words: Sequence[str], start: int, end: int) -> bool:
    """Whether tokens [start, end) lie in a list of at least four items that a word like "issues" announces."""
    first, before = _breaks(words, range(start - 1, max(-1, start - 1 - _REACH), -1))
    last, after = _breaks(words, range(end, min(len(words), end + _REACH)))
    return before + after >= _LEAST and not _CUES.isdisjoint(words[max(0, first - _LONGEST_ITEM) : last + 1])


def _breaks(words: Sequence[str], places: range) -> tuple[int, int]:
    """How far the list goes on, and the commas (or a last "and") between its items."""
    count = since = 0
    reached = places.start
    for i in places:
        if words[i] in STOPS or words[i] == "." or since > _LONGEST_ITEM:
            break
        since += 1
        if words[i] == "," or (words[i] == "and" and words[i - 1] != ","):
            count += 1
            since = 0
            reached = i
    return reached, count
