"""The gate: which sentences can carry a signal of which topic. One pass over the text, before anything costly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import ahocorasick

from streams.reading.document import Sentence
from streams.reading.topics import Topic


class Gate:
    """Finds the gate words of all topics at once."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        words: dict[str, set[str]] = {}
        for topic in topics:
            for word in topic.gate:
                words.setdefault(_as_written(word), set()).add(topic.name)
        self._automaton = ahocorasick.Automaton()
        for word, names in words.items():
            self._automaton.add_word(word, (len(word), frozenset(names)))
        self._automaton.make_automaton()

    def named(self, text: str) -> set[str]:
        """The topics whose gate words stand in a text as whole words."""
        lower = text.lower()
        found: set[str] = set()
        for last, (length, names) in self._automaton.iter(lower):
            before, after = last - length, last + 1
            if (before < 0 or not lower[before].isalnum()) and (after == len(lower) or not lower[after].isalnum()):
                found |= names
        return found

    def open(self, sentences: Sequence[Sentence]) -> list[set[str]]:
        """For each sentence the topics that it or a neighbour names; the title is a neighbour of the first only."""
        named = [self.named(sentence.text) for sentence in sentences]
        return [
            set().union(*named[max(0, i - 1) : i + 2]) if any(named[max(0, i - 1) : i + 2]) else set()
            for i in range(len(named))
        ]


def _as_written(word: str) -> str:
    """A word list's entry, whose tokens stand apart, as a text has it."""
    return word.replace(" - ", "-").replace(" 's", "'s")
