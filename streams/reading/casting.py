"""The cast of an article out of what was found in its sentences: mentions in order, actors with office and state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from schemas import Actor, Span
from streams.reading.document import Cast, Form, Mention, Sentence
from streams.reading.gazetteer import Hit
from streams.reading.knowledge import Knowledge
from streams.reading.merging import Person
from streams.reading.offices import Post


@dataclass
class Line:
    """A sentence while it is read; offsets are those of `folded`, `origin` leads back to the sentence."""

    sentence: Sentence
    folded: str
    origin: Sequence[int] | None
    hits: list[Hit]
    headline: bool = False
    posts: list[Post] = field(default_factory=list)
    found: list[tuple[str, int, int, Form]] = field(default_factory=list)

    def add(self, actor: str, start: int, end: int, form: Form) -> None:
        self.found.append((actor, start, end, form))

    def place(self, start: int, end: int) -> tuple[int, int]:
        if self.origin:
            start, end = self.origin[start], self.origin[end - 1] + 1
        return self.sentence.start + start, self.sentence.start + end


def cast_of(
    lines: Sequence[Line],
    people: Sequence[Person],
    unknown: Mapping[str, Actor],
    knowledge: Knowledge,
    day: date | None,
) -> Cast:
    mentions: dict[tuple[int, int, int, str], Mention] = {}
    spans: dict[str, list[Span]] = {}
    for line in lines:
        for id_, start, end, form in line.found:
            start, end = line.place(start, end)
            mention = Mention(id_, line.sentence.field, start, end, line.sentence.number, form)
            mentions.setdefault((line.sentence.number, start, -end, id_), mention)
    ordered = tuple(mentions[key] for key in sorted(mentions))
    sentences = {line.sentence.number: line.sentence for line in lines}
    for m in ordered:
        sentence = sentences[m.sentence]
        words = sentence.text[m.start - sentence.start : m.end - sentence.start]
        spans.setdefault(m.actor, []).append(Span(in_=m.field, start=m.start, end=m.end, text=words))
    persons = {person.id: person for person in people}
    actors: dict[str, Actor] = {}
    for id_, places in spans.items():
        if id_ in persons:
            actor = _person(persons[id_], lines, knowledge, day)
        else:
            actor = unknown[id_] if id_ in unknown else _known(id_, knowledge, day)
        actors[id_] = actor.model_copy(update={"mentions": tuple(places)})
    return Cast(actors, ordered)


def _known(id_: str, knowledge: Knowledge, day: date | None) -> Actor:
    known = knowledge.actors[id_]
    represents = knowledge.represents(id_, day) if known.type == "person" else None
    return Actor(id=id_, known=True, type=known.type, name=known.name, country=known.country, represents=represents)


def _person(person: Person, lines: Sequence[Line], knowledge: Knowledge, day: date | None) -> Actor:
    sighting = next((s for s in person.posts if s.post and s.post.of), None) or next(iter(person.posts), None)
    post = sighting.post if sighting else None
    role = represents = None
    if sighting and post:
        line = lines[sighting.at]
        start, end = line.place(post.role_start, post.role_end)
        role = line.sentence.text[start - line.sentence.start : end - line.sentence.start]
        represents = None if post.former else post.of
    known = knowledge.actors.get(person.id)
    if known and represents is None and not (post and post.former):
        represents = knowledge.represents(person.id, day, post.key if post else "")
    country = known.country if known else knowledge.state_of(represents or (post.of if post else None))
    first = next(s for s in person.sightings if s.words == person.words) if not known else None
    name = known.name if known else lines[first.at].folded[first.start : first.end] if first else ""
    if name.isupper():  # "MR. ROE:"
        name = " ".join(person.words)
    return Actor(
        id=person.id,
        known=known is not None,
        type="person",
        name=name,
        country=country,
        represents=represents,
        role=role,
    )


def represent(cast: Cast, said_by: Mapping[Mention, str]) -> Cast:
    """The cast, with what glosses tell: who says "our country [X]" represents X, if nothing else is known of it.

    `said_by` gives the speaker of each gloss (a mention with form "gloss").
    """
    actors = dict(cast.actors)
    for mention, speaker in said_by.items():
        actor = actors.get(speaker)
        if actor and actor.type == "person" and actor.represents is None:
            country = actor.country or mention.actor
            actors[speaker] = actor.model_copy(update={"represents": mention.actor, "country": country})
    return Cast(actors, cast.mentions)
