"""What a sentence may tell of a topic: its actions' patterns matched on tokens, before modality and roles are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from streams.reading.clauses import BE, MODALS, STOPS, crosses_clause, group_start, is_participle, straight
from streams.reading.morphology import word_set
from streams.reading.topics import Action, Hits, Pattern, Topic, without

Voice = Literal["active", "passive", "subject", "noun", "phrase"]
_OBJECT_REACH = 9
_PASSIVE_REACH = 12
_SUBJECT_REACH = 4
_OF_REACH = 6
# "wants the sanctions lifted", "have the terminal finished"
_CAUSATIVES = word_set("want wants wanted have had get see seeing keep kept demand demanded demands")
# After these the word is a noun: "a cut in supplies".
_DETERMINERS = frozenset(("a", "an", "the", "this", "any", "no", "its", "their", "further"))
_RELATIVES = frozenset(("that", "which", "who"))
# What follows these is not the object: "resume deliveries through the pipeline".
_NO_OBJECT = word_set("that to through via after during against because as said says told stated added")
_VERBAL = frozenset(("active", "passive", "subject"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An action that may be told: tokens [start, end) of its words, `head` the one that carries tense and negation.

    `thing` is the first token of the topic's word that is acted on (the head itself in a phrase).
    """

    topic: Topic
    action: Action
    pattern: Pattern
    voice: Voice
    head: int
    thing: int
    start: int
    end: int

    @property
    def rank(self) -> int:
        """0: a firm sign; 1: a loose one; 2: a mere mention. Only those of the lowest rank in a sentence are read."""
        return 2 if self.action.rest else int(self.pattern.rest)


def candidates(topic: Topic, lowers: Sequence[str], hits: Hits, *, headline: bool) -> list[Candidate]:
    """The candidates of one topic in a sentence, each action's words once; in the order of the sentence."""
    hits = without(hits, topic)
    found: list[Candidate] = []
    for action in topic.actions:
        for pattern in action.patterns:
            for voice, head, thing, start, end in _matches(pattern, lowers, hits, headline=headline):
                if _in_place(pattern, hits, start, end):
                    found.append(Candidate(topic, action, pattern, voice, head, thing, start, end))
    return _without_parts(found)


def _in_place(pattern: Pattern, hits: Hits, start: int, end: int) -> bool:
    """Whether the sentence around the match is one that the pattern is meant for."""
    if pattern.beside and not _beside(pattern.beside, hits, start, end):
        return False
    return not (pattern.unless and _beside(pattern.unless, hits, start, end))


def _beside(lists: Sequence[str], hits: Hits, start: int, end: int) -> bool:
    return any(at < start or at >= end for name in lists for at in islice(hits.get(name, ()), end - start + 1))


_Match = tuple[Voice, int, int, int, int]


def _matches(pattern: Pattern, lowers: Sequence[str], hits: Hits, *, headline: bool) -> Iterator[_Match]:
    if pattern.shape == "phrase":
        yield from _phrases(pattern, lowers, hits)
        return
    heads = hits.get(pattern.head)
    if not heads:
        return
    things = {start: end for name in pattern.others for start, end in hits.get(name, {}).items()}
    if not things:
        return
    for head, after in heads.items():
        if pattern.shape == "object":
            yield from _objects(head, after, things, lowers, headline=headline)
        elif pattern.shape == "subject":
            yield from _subjects(head, after, things, lowers)
        else:
            yield from _of(head, after, things, lowers)


def _objects(
    head: int, after: int, things: dict[int, int], lowers: Sequence[str], *, headline: bool
) -> Iterator[_Match]:
    """The verb's object after it, or before it where the verb is passive."""
    begin = group_start(lowers, head)
    passive = is_participle(lowers[head]) and any(straight(w) in BE for w in lowers[begin:head])
    if not passive and not (head and lowers[head - 1] in _DETERMINERS) and lowers[after : after + 1] != ["of"]:
        for thing in range(after, min(after + _OBJECT_REACH, len(lowers))):
            if thing in things:
                if not _breaks_off(lowers, after, thing):
                    yield "active", head, thing, head, _chain(thing, things)
                break
    if not is_participle(lowers[head]):
        return
    for thing in range(head - 1, max(-1, head - _PASSIVE_REACH), -1):
        end = things.get(thing)
        if end is None or end > begin:
            continue
        between = lowers[end:begin]
        if crosses_clause(lowers, end, begin) or any(w in _RELATIVES for w in between):
            return
        if passive or (headline and begin == head) or (begin == head and _caused(lowers, thing)):
            yield "passive", head, thing, thing, after
        return


def _breaks_off(lowers: Sequence[str], after: int, thing: int) -> bool:
    """Whether what stands between a verb and a thing keeps the thing from being its object."""
    if crosses_clause(lowers, after, thing):
        return True
    return any(w in MODALS or (w in BE and w != "'s") or w in _NO_OBJECT for w in lowers[after:thing])


def _chain(thing: int, things: dict[int, int]) -> int:
    """The end of things that follow each other: "gas deliveries"."""
    end = things[thing]
    while end in things:
        end = things[end]
    return end


def _caused(lowers: Sequence[str], thing: int) -> bool:
    return any(word in _CAUSATIVES for word in lowers[max(0, thing - 5) : thing])


def _subjects(head: int, after: int, things: dict[int, int], lowers: Sequence[str]) -> Iterator[_Match]:
    begin = group_start(lowers, head)
    for thing in range(begin - 1, max(-1, begin - _SUBJECT_REACH - 4), -1):
        end = things.get(thing)
        if end is not None and end <= begin:
            if begin - end <= _SUBJECT_REACH and not crosses_clause(lowers, end, begin):
                yield "subject", head, thing, thing, after
            return


def _of(head: int, after: int, things: dict[int, int], lowers: Sequence[str]) -> Iterator[_Match]:
    """A noun and what it is of: "easing of the sanctions", "a cut in supplies", "sanctions relief"."""
    if after < len(lowers) and lowers[after] in {"of", "in", "on", "to", "from", "for", "at", "against", "with"}:
        for thing in range(after + 1, min(after + 1 + _OF_REACH, len(lowers))):
            if thing in things:
                if not crosses_clause(lowers, after, thing):
                    yield "noun", head, thing, head, things[thing]
                return
    for thing in range(head - 1, max(-1, head - 4), -1):
        if things.get(thing) == head:
            yield "noun", head, thing, thing, after
            return


def _phrases(pattern: Pattern, lowers: Sequence[str], hits: Hits) -> Iterator[_Match]:
    first = hits.get(pattern.steps[0].words)
    if not first:
        return
    rest = [hits.get(step.words, {}) for step in pattern.steps[1:]]
    if any(not found and not step.optional for step, found in zip(pattern.steps[1:], rest, strict=True)):
        return
    for start, end in first.items():
        head = start
        for number, (step, found) in enumerate(zip(pattern.steps[1:], rest, strict=True), start=1):
            at = next((i for i in range(end, end + step.gap + 1) if i in found), None)
            if at is None or (at > end and any(w in STOPS or w in MODALS for w in lowers[end:at])):
                if step.optional:
                    continue
                break
            end = found[at]
            head = at if number == pattern.carrier else head
        else:
            yield "phrase", head, start, start, end


def _without_parts(found: list[Candidate]) -> list[Candidate]:
    """Drops what lies within another candidate of the topic; of equal ones the first in the file stays."""
    kept: list[Candidate] = []
    for rank in range(3):
        reach = -1
        last = ""
        verbal = {i for c in found if c.rank == rank and c.voice in _VERBAL for i in range(c.start, c.end)}
        for one in sorted((c for c in found if c.rank == rank), key=lambda c: (c.start, -c.end)):
            # "stopped work on the pipeline" is no work on it.
            told = one.voice == "noun" and not verbal.isdisjoint(range(one.start, one.end))
            again = one.start < reach and one.action.name == last
            if one.end > reach and not told and not again:
                kept.append(one)
                reach, last = one.end, one.action.name
    return sorted(kept, key=lambda c: (c.start, c.end))
