"""The little grammar that signals need: where a clause ends, what a verb group looks like."""

from __future__ import annotations

import re
from collections.abc import Sequence

from streams.reading.morphology import word_set

BE = word_set("is are am was were be been being 's ’s 're ’re 'm ’m get gets got getting isn't aren't wasn't weren't")
HAVE = word_set("has have had having 've ’ve hasn't haven't hadn't")
MODALS = word_set(
    "will would shall should can could may might must cannot won't wouldn't shouldn't can't couldn't mustn't "
    "'ll ’ll 'd ’d ought do does did don't doesn't didn't"
)
NEGATIONS = word_set(
    "not never no nobody none nor neither nothing cannot won't wouldn't shouldn't can't couldn't mustn't "
    "don't doesn't didn't isn't aren't wasn't weren't hasn't haven't hadn't n't without"
)
ADVERBS = word_set(
    "also already still now then soon again just only ever even yet fully immediately today recently further "
    "always yesterday tomorrow"
)
QUOTES = frozenset("\"“”„«»‘’'`")
STOPS = frozenset(";:—–!?()")
SUBORDINATORS = word_set(
    "because which who whom while whereas although though but if unless when after before since until whether so"
)


_WORD = re.compile(r"\w+")


def bare_words(text: str) -> frozenset[str]:
    """The words of a text in lower case, quickly: enough to see whether a sentence is worth a closer look."""
    return frozenset(_WORD.findall(text.lower()))


def straight(word: str) -> str:
    """The word with a straight apostrophe, as the lists here have it."""
    return word.replace("’", "'")


def is_adverb(word: str) -> bool:
    """Whether the word can stand within a verb group without changing it."""
    return word in ADVERBS or (word.endswith("ly") and len(word) > 4)


def is_participle(word: str) -> bool:
    """Whether the word can be a past participle; the irregular ones end in -n, -t, -d or are known."""
    return word.endswith(("ed", "en", "wn", "lt", "ut", "de", "et", "un", "ne", "ld", "ft", "pt", "nt")) or word in {
        "laid",
        "paid",
        "shut",
    }


def group_start(lowers: Sequence[str], head: int) -> int:
    """The first token of the verb group that ends at `head`: auxiliaries, negations and adverbs before it."""
    start = head
    while start > max(0, head - 10) and (
        (word := straight(lowers[start - 1])) in BE
        or word in HAVE
        or word in MODALS
        or word in NEGATIONS
        or is_adverb(word)
        or word in QUOTES
        or (word == "future" and start > 1 and lowers[start - 2] in ("in", "the"))
        or (word in ("in", "the") and lowers[start] in ("future", "the") and start < head)
    ):
        start -= 1
    return start


def crosses_clause(lowers: Sequence[str], start: int, end: int) -> bool:
    """Whether a clause ends between two tokens."""
    return any(word in STOPS or word in SUBORDINATORS for word in lowers[start:end])
