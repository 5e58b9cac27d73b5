"""Which names are the same person: by full name, then by family name, never across a clash."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from streams.reading.forms import slug
from streams.reading.gazetteer import families_of, family_name, fold
from streams.reading.knowledge import Knowledge
from streams.reading.known import Office
from streams.reading.lexicon import FAMILY_FIRST, WORDY
from streams.reading.offices import Post, office_key
from streams.reading.persons import Sighting

# No article has more bearers of one family name; a text made to be slow may.
_BEARERS = 50


@dataclass
class Person:
    """A bearer of a name in one article.

    `words`: its fullest name there; `serves`: the states and bodies of the offices that the text gives it.
    """

    id: str
    known: bool
    words: tuple[str, ...]
    sightings: list[Sighting] = field(default_factory=list)
    serves: set[str] = field(default_factory=set)
    places: list[tuple[int, int]] = field(default_factory=list)

    def add(self, sighting: Sighting) -> None:
        self.sightings.append(sighting)
        insort(self.places, (sighting.at, sighting.start))
        if sighting.post and sighting.post.of:
            self.serves.add(sighting.post.of)

    def last_before(self, place: tuple[int, int]) -> tuple[int, int] | None:
        index = bisect_left(self.places, place)
        return self.places[index - 1] if index else None

    @property
    def posts(self) -> Iterable[Sighting]:
        return (s for s in self.sightings if s.post)


def merge(found: Sequence[Sighting], knowledge: Knowledge, day: date | None, states: set[str]) -> list[Person]:
    """The persons of an article; sightings come in its order. `states`: the countries that it names."""
    ordered = sorted(found, key=lambda s: (s.at, s.start))
    merger = _Merger(knowledge, day, states, Counter(s.family for s in ordered if len(s.words) == 1))
    for sighting in ordered:
        if len(sighting.words) > 1:
            merger.full(sighting)
    merger.settle()
    for sighting in ordered:
        if len(sighting.words) == 1:
            merger.family(sighting)
    return [person for person in merger.persons if person.sightings]


def _initials_agree(one: str, other: str) -> bool:
    if one.endswith(".") or other.endswith("."):
        return one[0] == other[0]
    return one == other


def _same(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two full names can be one person's: the family equal, the first names equal or an initial of it.

    A family of two words is the end of the full name: "Ann Roe Doe" is "Roe Doe".
    """
    if family_name(one[-1]) != family_name(other[-1]):
        return False
    short, long = sorted((tuple(one), tuple(other)), key=len)
    return _initials_agree(one[0], other[0]) or (1 < len(short) == len(long) - 1 and long[1:] == short)


class _Merger:
    def __init__(self, knowledge: Knowledge, day: date | None, states: set[str], singles: Counter[str]) -> None:
        self.singles = singles
        self.knowledge = knowledge
        self.day = day
        self.states = states
        self.persons: list[Person] = []
        self.nobodies: set[str] = set()  # families of full names that nothing else tells of
        self._by_family: dict[str, list[Person]] = {}
        self._known: dict[str, Person] = {}

    def full(self, sighting: Sighting) -> None:
        id_ = self._known_by_name(sighting)
        bearers = self._by_family.setdefault(sighting.family, [])
        for person in bearers[-_BEARERS:]:
            if (person.id == id_) if id_ else _same(person.words, sighting.words):
                person.add(sighting)
                if not person.known and len("".join(sighting.words)) > len("".join(person.words)):
                    person.words = sighting.words
                return
        if id_ is None and len(sighting.family) < 2:
            return
        person = Person(id_ or "", id_ is not None, sighting.words)
        person.add(sighting)
        bearers.append(person)
        self.persons.append(person)

    def _known_by_name(self, sighting: Sighting) -> str | None:
        ids = sighting.known or tuple(
            id_
            for id_ in self.knowledge.gazetteer.families.get(sighting.family, ())
            if any(_same(name, sighting.words) for name in self._names(id_))
        )
        if not ids and sighting.post and sighting.post.of:  # spellings differ: Alexander, Aleksandar
            ids = tuple(
                id_
                for id_ in self.knowledge.gazetteer.families.get(sighting.family, ())
                if self._fits(id_, sighting.post) and any(n[0][0] == sighting.words[0][0] for n in self._names(id_))
            )
        return self._one(ids, sighting.post) if len(ids) > 1 else ids[0] if ids else None

    def _names(self, id_: str) -> list[list[str]]:
        actor = self.knowledge.actors[id_]
        return [fold(name)[0].split() for name in (actor.name, *actor.aka)]

    def settle(self) -> None:
        """Unknown names that nothing tells to be a person's are dropped; the others get their id."""
        kept = []
        for person in self.persons:
            if person.known or self._is_person(person):
                person.id = person.id or f"person:{slug(' '.join(person.words))}"
                kept.append(person)
            else:
                self.nobodies.add(family_name(person.words[-1]))
        self.persons = kept
        self._by_family = {}
        self._known = {person.id: person for person in kept}
        for person in kept:
            families = {s.family for s in person.sightings}
            if person.known:
                families = set(map(family_name, families_of(self.knowledge.actors[person.id]))) or families
            elif len(person.words) > 1 and (len(person.words[0]) < 5 or person.words[0] in FAMILY_FIRST):
                families.add(person.words[0])  # Mao Ning, Kim Jong Un: the family stands first
            for family in families:
                self._by_family.setdefault(family, []).append(person)

    def _is_person(self, person: Person) -> bool:
        evidence = max(s.evidence for s in person.sightings)
        return evidence == 2 or (
            evidence == 1 and len(person.sightings) + self.singles[family_name(person.words[-1])] > 1
        )

    def family(self, sighting: Sighting) -> None:
        family = self._by_family.get(sighting.family, [])[:_BEARERS]
        bearers = [person for person in family if not self._clashes(person, sighting.post)]
        before = [(last, i) for i, p in enumerate(bearers) if (last := p.last_before((sighting.at, sighting.start)))]
        if before:
            person = bearers[max(before)[1]]
        elif sighting.post and (id_ := self._known_by_family(sighting)):
            person = self._person(id_, sighting)
        elif bearers:
            person = bearers[0]
        else:
            id_ = self._known_by_family(sighting)
            if id_ is None and (sighting.evidence < 2 or len(sighting.family.rstrip(".")) < 2):
                return
            person = self._person(id_, sighting)
        person.add(sighting)

    def _person(self, id_: str | None, sighting: Sighting) -> Person:
        person = self._known.get(id_ or "")
        if person is None:
            person = Person(id_ or f"person:{slug(sighting.family)}", id_ is not None, sighting.words)
            self.persons.append(person)
            self._known[person.id] = person
        bearers = self._by_family.setdefault(sighting.family, [])
        if person not in bearers:
            bearers.append(person)
        return person

    def _clashes(self, person: Person, post: Post | None) -> bool:
        """An office of another state, or another first name."""
        if post is None or post.of is None:
            return False
        theirs = person.serves
        if person.known:
            actor = self.knowledge.actors[person.id]
            theirs = theirs | {actor.country or "", *(office.of for office in self._offices(person.id))} - {""}
        return bool(theirs) and post.of not in theirs

    def _known_by_family(self, sighting: Sighting) -> str | None:
        ids = self.knowledge.gazetteer.families.get(sighting.family, ())
        # "Andrew Roe" in passing, then "Roe": he is meant, not a minister of that name.
        wordy = sighting.family.lower() in WORDY and sighting.evidence < 2
        alone = sighting.post is None and (wordy or sighting.family in self.nobodies)
        if not ids or alone:
            return None
        return self._one(ids, sighting.post)

    def _one(self, ids: Sequence[str], post: Post | None) -> str | None:
        """The only one of these persons whose office on the day and whose state fit the article."""
        fitting = [id_ for id_ in ids if self._fits(id_, post)]
        return fitting[0] if len(fitting) == 1 else None

    def _fits(self, id_: str, post: Post | None) -> bool:
        actor = self.knowledge.actors[id_]
        offices = self._offices(id_)
        if post is None:
            return bool(offices) and bool({actor.country, *(office.of for office in offices)} & self.states)
        if post.former:
            return post.of in {None, actor.country}
        if post.of is not None:
            return post.of == actor.country or any(office.of == post.of for office in offices)
        # "Secretary Roe" is a Secretary of State, "Minister Roe" a Foreign Minister.
        keys = ((office_key(post.key, office.of), office_key(office.role, office.of)) for office in offices)
        return any(f" {key} " in f" {held} " for key, held in keys)

    def _offices(self, id_: str) -> Sequence[Office]:
        if self.day is None:
            return self.knowledge.actors[id_].offices
        return self.knowledge.offices_at(id_, self.day)
