"""Who would do it and to whom: the parties of a candidate, found where its action's file says to look.

Places are grammatical: `subject` of the trigger, `by`, `possessor`, `object`, `recipient` (first object of giving
verbs), `project` (any project near), a preposition that leads to the party, `other` (the only other state that the
sentence names), or `own` (who "we" is in an official release). A person acts for the state or body
represented.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from streams.reading.clauses import BE, QUOTES, STOPS, SUBORDINATORS, group_start, is_participle
from streams.reading.frames import Candidate
from streams.reading.governors import GOVERNING_NOUNS, GOVERNORS
from streams.reading.morphology import word_set
from streams.reading.scene import (
    OWN,
    PREPOSITIONS,
    SELF,
    Named,
    Scene,
    after_preposition,
    ending,
    meant,
    state_of,
    type_of,
)

_REACH = 14
_NEAR = 8
_MOST = 20
# "the decision to halt the project": whose decision it was the sentence leaves open.
_SIGNED = word_set(
    "sign signs signed signing adopt adopts adopted pass passes passed enact enacts enacted issue issues issued "
    "approve approves approved"
)
_LEADERS = word_set(
    "president presidents leader leaders government governments minister ministers premier parliament parliaments "
    "leadership authorities"
)
_BETWEEN = word_set("and or , the both as well")
_DEEDS = word_set("decision plan plans proposal call calls idea threat promise agreement refusal possibility right")
_POSSESSIVES = frozenset(("'s", "'"))


@dataclass(frozen=True, slots=True)
class Parties:
    """Actor ids."""

    initiator: tuple[str, ...] = ()
    target: tuple[str, ...] = ()


def find_parties(candidate: Candidate, governor: int | None, scene: Scene) -> Parties:
    """The parties of a candidate; `governor`: the outermost word that governs its trigger."""
    outer = min(candidate.head, governor) if governor is not None else candidate.head
    initiators = _first(candidate, candidate.action.initiator, outer, scene)
    taken = set(initiators)
    targets = _all(candidate, candidate.action.target, outer, scene, taken)
    return Parties(tuple(dict.fromkeys(initiators)), tuple(dict.fromkeys(targets)))


def _first(candidate: Candidate, places: Sequence[str], outer: int, scene: Scene) -> list[str]:
    for place in places:
        found = [actor for actor in _at(place, candidate, outer, scene) if not actor.startswith("project:")]
        if found:
            return [state_of(actor, scene.cast) for actor in found]
    return []


def _all(candidate: Candidate, places: Sequence[str], outer: int, scene: Scene, taken: set[str]) -> list[str]:
    """Nobody does it to themselves, and whoever merely tells of it is not whom it is done to."""
    for place in places:
        found = [a for a in _at(place, candidate, outer, scene) if a not in taken and a != scene.speaker]
        if found:
            return found
    return []


def _at(place: str, candidate: Candidate, outer: int, scene: Scene) -> list[str]:
    if place == "subject":
        if _without_subject(candidate, outer, scene):
            return []
        nominal = candidate.voice == "noun" or candidate.pattern.nominal
        same_clause = "that" not in scene.words[outer : candidate.head]
        return subjects(outer if nominal and same_clause else candidate.head, scene)
    if place == "possessor":
        return _possessor(candidate, outer, scene)
    if place == "project":
        near = range(candidate.start - 3, candidate.end + 5)
        return [n.mention.actor for n in scene.named if n.start in near and type_of(n, scene) == "project"]
    if place == "object":
        inside = range(candidate.head + 1, candidate.end + 4)
        # In "an EU embargo" the EU is whose it is.
        found = [n for n in scene.named if n.start in inside and n.start < scene.told and n.end != candidate.thing]
        return [n.mention.actor for n in found if not after_preposition(n.start, scene)]
    if place == "own":
        return [scene.own] if scene.own else []
    if place == "other":
        return _only_state(candidate, scene)
    if place == "recipient":
        if candidate.voice != "active":
            return []
        return [n.mention.actor for n in scene.named if n.start in (candidate.head + 1, candidate.head + 2)]
    return _led_by(place, candidate, scene)


def _without_subject(candidate: Candidate, outer: int, scene: Scene) -> bool:
    """Whether the subject of the trigger is not who does it: the thing itself is, or there is none."""
    if candidate.voice in ("passive", "subject"):
        return True
    if candidate.voice == "phrase" and is_participle(scene.words[candidate.head]):
        return any(word in BE for word in scene.words[group_start(scene.words, candidate.head) : candidate.head])
    return candidate.voice == "noun" and outer == candidate.head


def _only_state(candidate: Candidate, scene: Scene) -> list[str]:
    """The one state that the sentence names beside those who act, if there is just one."""
    doers = {state_of(actor, scene.cast) for actor in _first(candidate, ("subject", "by"), candidate.head, scene)}
    told = [n for n in scene.named if n.start < scene.told]
    states = dict.fromkeys(n.mention.actor for n in told if type_of(n, scene) == "country")
    others = [state for state in states if state not in doers and state != scene.own]
    return others if len(others) == 1 else []


def _led_by(preposition: str, candidate: Candidate, scene: Scene) -> list[str]:
    """The actors that the preposition leads to, within or shortly after the trigger's words."""
    begin = min(candidate.start, candidate.head)
    end = min(candidate.end + _NEAR, len(scene.words), max(scene.told, candidate.end))
    for i in range(begin, end):
        word = scene.words[i]
        if i >= candidate.end and (word in STOPS or word in SUBORDINATORS):
            break
        if word == preposition:
            if found := _coordinated(i + 1, i + 6, scene):
                return found
            if pronoun := meant(i + 1, scene):
                return pronoun
    return []


def _coordinated(begin: int, end: int, scene: Scene) -> list[str]:
    """The first actor that begins in [begin, end) and those joined to it by commas or "and"."""
    found: list[str] = []
    reach = end
    first = bisect_left(scene.named, begin, key=lambda n: n.start)
    for n in scene.named[first : first + _MOST]:
        between = scene.words[begin : n.start]
        if n.start >= reach or any(w in STOPS or w in SUBORDINATORS or w in PREPOSITIONS for w in between):
            break
        if found and not any(w in {"and", ","} for w in between):
            if n.mention.actor not in found and n.start == begin:
                found[-1] = n.mention.actor
            begin, reach = n.end, n.end + 3
            continue
        found.append(n.mention.actor)
        begin, reach = n.end, n.end + 3
    return found


def subjects(outer: int, scene: Scene) -> list[str]:
    """The actors that are the subject of the verb at `outer`, in the order of the sentence."""
    end = group_start(scene.words, outer)
    for i in range(end - 1, max(-1, end - _REACH), -1):
        word = scene.words[i]
        if (
            word in QUOTES
            or word in STOPS
            or (word in SUBORDINATORS and word not in ("who", "which"))
            or word == "that"
        ) and not _goes_on(i, end, scene):
            break
        if word in _DEEDS and i and scene.words[i - 1] == "the":
            break
        if word not in OWN and (pronoun := meant(i, scene)):
            return pronoun
        n = ending(i + 1, scene)
        if n is None or scene.words[n.end] in _POSSESSIVES or type_of(n, scene) == "project":
            continue
        partners = _with_partners(n, scene)
        gerund = n.end == end and scene.words[outer].endswith("ing")
        if gerund or _of_leaders(partners[0].start, scene) or not after_preposition(partners[0].start, scene):
            return [one.mention.actor for one in partners]
    return []


def _of_leaders(start: int, scene: Scene) -> bool:
    """ "the presidents of Serbia and Bulgaria opened": the states do it."""
    before = scene.words[max(0, start - 3) : start]
    return any(a in _LEADERS and b == "of" for a, b in pairwise(before))


def _goes_on(i: int, end: int, scene: Scene) -> bool:
    """Whether the subject stands before the word that begins the clause: "but will not", "a law that imposes"."""
    word = scene.words[i]
    if word == "that" and end - i <= 4 and scene.words[i + 1] in GOVERNORS and scene.words[i + 1].endswith("ing"):
        return True  # "not afraid that refusing to impose": the subject of the clause before it
    if i != end - 1:
        return False
    return word in ("but", "though") or (word == "that" and not _SIGNED.isdisjoint(scene.words[max(0, i - 8) : i]))


def _with_partners(last: Named, scene: Scene) -> list[Named]:
    """ "The United States, Serbia and Hungary": the actors that a mention closes."""
    found = [last]
    at = bisect_left(scene.named, last.start, key=lambda n: n.start)
    for n in reversed(scene.named[max(0, at - _MOST) : at]):
        between = scene.words[n.end : found[0].start]
        if not between or len(between) > 4 or between[0] == "the" or not _BETWEEN.issuperset(between):
            break
        found.insert(0, n)
    return found


def _possessor(candidate: Candidate, outer: int, scene: Scene) -> list[str]:
    """ "Serbia's accession", "its refusal to impose", "the Hungarian veto"."""
    nouns = [candidate.thing, candidate.start] if candidate.voice != "active" else [candidate.thing]
    if candidate.voice == "noun" or candidate.pattern.nominal:
        nouns.insert(0, candidate.head)
    if scene.words[outer] in GOVERNING_NOUNS:
        nouns.insert(0, outer)
    for at in dict.fromkeys(nouns):
        for i in range(at - 1, max(-1, at - 6), -1):
            word = scene.words[i]
            if word in STOPS or word in PREPOSITIONS:
                break
            if word in OWN or word in SELF:
                return meant(i, scene)
            n = ending(i + 1, scene)
            if n is None or (after_preposition(n.start, scene) and scene.words[i + 1] not in _POSSESSIVES):
                continue
            if scene.words[i + 1] in _POSSESSIVES or n.mention.form == "demonym" or n.end == at:
                return [n.mention.actor]
    return []
