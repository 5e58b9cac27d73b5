"""The topics that the monitor knows, as their files declare them: words, actions and patterns, ready to be matched.

A pattern has one of four shapes, each a short mapping in the file:

    {verb: [impose, slap], object: measure}    X imposes sanctions; sanctions were imposed by X
    {verb: [lapse], subject: measure}          the sanctions lapsed
    {noun: [imposition], of: measure}          the imposition of sanctions; sanctions imposition
    {phrase: "pull ~ ^out of @project"}        words in order; `~` up to six others, `~2` two

Each may add `modality: urged` (`actual` holds even where the words around deny: "no accession without reforms"),
`beside: politics` or `unless: sport` (lists of which a word must, or must not, stand elsewhere in the sentence), and
`rest: true` (a loose sign, read only where no pattern without it matches).
`measure` and `@project` name word lists of the file; an entry `%country` in one stands for every mention of a state.
Words stand in their base form; a phrase takes them as they are, and `^` marks the one that carries tense.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from schemas import Modality
from schemas.report import Sign

Shape = Literal["object", "subject", "of", "phrase"]
Words = tuple[str, ...]
Hits = dict[str, dict[int, int]]
"""Where words of a list stand in a sentence: list → first token → token after the last."""


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a phrase: a word of `words` at most `gap` tokens after the part before; left out where optional."""

    words: str
    gap: int = 0
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """How an action shows. `head` and `others` name word lists.

    Of a phrase, `steps[carrier]` carries the tense, or is a noun (`nominal`). `beside`: word lists of which one must
    show elsewhere in the sentence, `unless`: of which none may. `rest`: read only where no firm pattern matches.
    """

    shape: Shape
    head: str = ""
    others: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    carrier: int = 0
    nominal: bool = False
    modality: Modality | None = None
    beside: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """One action of a topic. `rest`: read only where no other action of the topic stands in the sentence.

    `modalities`: those it can have, if not all; what reads otherwise is told as `actual`.
    `initiator` and `target`: where in the clause to look for those who do it and to whom (see roles.py).
    """

    name: str
    sign: Sign
    patterns: tuple[Pattern, ...]
    initiator: Words = ("subject", "by", "possessor")
    target: Words = ()
    modalities: Words = ()
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """One policy topic. `gate`: the words without which no sentence near them can carry a signal of it.

    `attitude`: what one step up the axis says of the initiator's attitude to the target (sanctions: -1); 0 for nothing.
    `kinds`: (actor type, word list): every mention of such an actor counts as a word of the list.
    `elsewhere` and `home`: a sentence after one with a word of the first ("NATO") carries nothing if neither has one of
    the second ("EU").
    """

    name: str
    gate: Words
    exclude: str
    actions: tuple[Action, ...]
    kinds: tuple[tuple[str, str], ...] = ()
    attitude: Sign = 0
    elsewhere: str = ""
    home: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """All words of all topics, found in one pass: first word → (all words, the lists they are in)."""

    entries: dict[str, tuple[tuple[Words, frozenset[str]], ...]] = field(default_factory=dict)

    def find(self, lowers: Sequence[str]) -> Hits:
        """Where each list's words stand; of two that begin together the longer one counts."""
        hits: Hits = defaultdict(dict)
        for start, word in enumerate(lowers):
            for words, lists in self.entries.get(word, ()):
                end = start + len(words)
                if len(words) == 1 or tuple(lowers[start:end]) == words:
                    for name in lists:
                        hits[name][start] = max(end, hits[name].get(start, 0))
        return hits


def vocabulary(lists: Mapping[str, Iterable[Words]]) -> Vocabulary:
    """The vocabulary of named word lists."""
    names: dict[Words, set[str]] = defaultdict(set)
    for name, entries in lists.items():
        for words in entries:
            names[words].add(name)
    entries_by_first: dict[str, list[tuple[Words, frozenset[str]]]] = defaultdict(list)
    for words, found in sorted(names.items()):
        entries_by_first[words[0]].append((words, frozenset(found)))
    return Vocabulary({first: tuple(entries) for first, entries in entries_by_first.items()})


def without(hits: Hits, topic: Topic) -> Hits:
    """The hits outside the phrases that the topic excludes ("sporting sanctions")."""
    masked = {i for start, end in hits.get(topic.exclude, {}).items() for i in range(start, end)}
    if not masked:
        return hits
    return {name: {s: e for s, e in found.items() if masked.isdisjoint(range(s, e))} for name, found in hits.items()}
