"""Who appears in an article: `find_actors`. The rules are those of the codebook, §1."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from schemas import Actor, ActorType
from streams.reading.casting import Line, cast_of, represent
from streams.reading.document import Cast, Form, Sentence
from streams.reading.forms import Form as Formed
from streams.reading.forms import agencies, goes_back, is_agency, ministries, projects
from streams.reading.gazetteer import Hit, fold
from streams.reading.headlines import capitalised, parted, speaker_line
from streams.reading.knowledge import Knowledge
from streams.reading.known import behind, demonym_within
from streams.reading.merging import merge
from streams.reading.metonyms import (
    coordinated,
    demonym_counts,
    gives_speakers_state,
    headline_seat_acts,
    people_act,
    seat_acts,
)
from streams.reading.offices import posts
from streams.reading.persons import Sighting, part_of_name, sightings, without_employer

__all__ = ["find_actors", "represent"]


def find_actors(
    sentences: Sequence[Sentence], knowledge: Knowledge, *, published_at: datetime | None, source: str
) -> Cast:
    """All actors of an article with their mentions, in the order of the article.

    `published_at` decides who held an office; without it a family name alone may be anybody's who ever held one, and an
    office alone is nobody's. The state of a source's own releases (`seeds/sources.yaml`) counts as named.
    """
    lines = [_line(sentence, knowledge) for sentence in sentences]
    day = published_at.date() if published_at else None
    unknown: dict[str, Actor] = {}
    _states(lines)
    _orgs(lines, knowledge)
    _by_form(lines, unknown, knowledge)
    for line in lines:
        line.posts = posts(line.folded, line.hits, knowledge.actors)
    states = {actor for line in lines for actor, *_ in line.found if actor.startswith("country:")}
    if speaker := knowledge.state_of(knowledge.sources.get(source)):
        states.add(speaker)
    found = _names(lines, knowledge)
    people = merge(found, knowledge, day, states)
    for person in people:
        for sighting in person.sightings:
            form: Form = "name" if len(sighting.words) > 1 else "family"
            lines[sighting.at].add(person.id, sighting.start, sighting.end, form)
    _offices_alone(lines, found, knowledge, day)
    return cast_of(lines, people, unknown, knowledge, day)


def _line(sentence: Sentence, knowledge: Knowledge) -> Line:
    folded, origin = fold(sentence.text)
    headline = sentence.field == "title" and capitalised(sentence)
    return Line(sentence, folded, origin, knowledge.gazetteer.hits(folded), headline)


def _names(lines: Sequence[Line], knowledge: Knowledge) -> list[Sighting]:
    """All that may be a person's name. Where every word has a capital, the other lines tell which words are one."""
    found: list[Sighting] = []
    for at, line in enumerate(lines):
        found += sightings(
            at, line.folded, line.hits, line.posts, [place[1:3] for place in line.found], headline=line.headline
        )
        if line.folded[:2].isupper():
            found += speaker_line(at, line.folded, {post.end: post for post in line.posts})
    full = {s.words for s in found if len(s.words) > 1 and not lines[s.at].headline}
    found = [without_employer(s, lines[s.at].folded, full, knowledge.gazetteer.given) for s in found]
    families, known = {words[-1] for words in full}, knowledge.gazetteer.families
    return [
        part
        for s in found
        for part in (parted(s, lines[s.at].folded, full, families, known) if lines[s.at].headline else (s,))
    ]


_US_STATE = re.compile(
    r"\b(?:Atlanta|Savannah|Fulton County|Kemp|Alabama|Florida|Carolina|Tennessee|Arizona|Pennsylvania|Michigan|Nevada|"
    r"Wisconsin|Warnock|Ossoff|Republicans?|Democrats?)\b"
)
_CAUCASUS = re.compile(r"\b(?:Tbilisi|Georgians?|Caucasus|Abkhazia|Ossetia|Batumi|Armenia|Azerbaijan|Saakashvili)\b")


def _states(lines: Sequence[Line]) -> None:
    """Countries by name, by demonyms before organs, and by seats that act."""
    whole = "\n".join(line.folded for line in lines)
    american = _US_STATE.search(whole) is not None and _CAUCASUS.search(whole) is None
    belgian = _is_belgian(whole)
    for line in lines:
        about_belgium = belgian or _is_belgian(line.folded)
        seats: list[tuple[Hit, str]] = []
        demonyms: list[tuple[Hit, str]] = []
        for hit in line.hits:
            if named := [i for i in hit.ids("name", "acronym") if i.startswith("country:")]:
                if not (part_of_name(line.folded, hit) or (hit.text == "Georgia" and american)):
                    gloss = gives_speakers_state(line.folded, hit.start, hit.end)
                    line.add(named[0], hit.start, hit.end, "gloss" if gloss else "name")
            elif people := hit.ids("demonym"):
                if len(people) == 1:
                    demonyms.append((hit, people[0]))
            elif people := hit.ids("people"):
                if len(people) == 1 and people_act(line.folded, hit.start, hit.end):
                    line.add(people[0], hit.start, hit.end, "demonym")
            elif hit.ids("family") and not _THE.search(line.folded[max(0, hit.start - 4) : hit.start]):
                continue  # "Hague said", but "The Hague"
            elif actor := _seat_of(hit, belgian=about_belgium):
                seats.append((hit, actor))
        _seats(line, seats)
        _demonyms(line, demonyms)


_THE = re.compile(r"\b[Tt]he\s\Z")


def _demonyms(line: Line, demonyms: Sequence[tuple[Hit, str]]) -> None:
    following: tuple[int, bool] = (-1, False)
    for hit, actor in reversed(demonyms):
        counts = demonym_counts(line.folded, hit.start, hit.end)
        if following[1] and coordinated(line.folded, hit.end, following[0]):  # "Serbian and Hungarian leaders"
            counts = True
        if counts:
            line.add(actor, hit.start, hit.end, "demonym")
        following = (hit.start, counts)


def _is_belgian(text: str) -> bool:
    """Whether Brussels is Belgium's capital here rather than the Union's."""
    return "Belgi" in text and "European" not in text and "EU" not in text


def _seat_of(hit: Hit, *, belgian: bool) -> str | None:
    ids = hit.ids("seat")
    orgs = [id_ for id_ in ids if id_.startswith("org:")]
    if orgs and len(ids) > 1:  # Brussels
        return next(id_ for id_ in ids if id_.startswith("country:")) if belgian else orgs[0]
    return ids[0] if len(ids) == 1 else None


def _seats(line: Line, seats: Sequence[tuple[Hit, str]]) -> None:
    acts_in = headline_seat_acts if line.headline else seat_acts
    acting = [acts_in(line.folded, hit.start, hit.end) for hit, _ in seats]
    for i in [*range(1, len(seats)), *range(len(seats) - 1, 0, -1)]:
        if coordinated(line.folded, seats[i - 1][0].end, seats[i][0].start):
            acting[i] = acting[i - 1] = acting[i] or acting[i - 1]
    for (hit, actor), acts in zip(seats, acting, strict=True):
        if acts:
            line.add(actor, hit.start, hit.end, "seat")


def _orgs(lines: Sequence[Line], knowledge: Knowledge) -> None:
    """Organisations and projects by name; short names after a full one or after the whole they are part of."""
    named: dict[str, int] = {}
    for line in lines:
        for hit, before in zip(line.hits, (None, *line.hits), strict=False):
            if ids := [i for i in hit.ids("name", "acronym") if i.startswith(("org:", "project:"))]:
                id_ = max(ids, key=lambda i: named.get(i, -1))
                if _is_anothers(line.folded, hit, id_, before, knowledge) or (
                    id_.startswith("project:") and goes_back(line.folded, hit.start)
                ):
                    continue
                named[id_] = len(named) + 1
                line.add(id_, hit.start, hit.end, "name" if hit.ids("name") else "acronym")
                people = demonym_within(hit.text, id_, knowledge.actors)
                if people and (state := knowledge.state_of(id_)):
                    line.add(state, hit.start, hit.start + people, "demonym")
            elif short := [
                i for i in hit.ids("short") if _introduced(i, named, knowledge) or is_agency(line.folded, hit)
            ]:
                # "Serbian Parliament" is not the European one.
                owned = _OWNED.search(line.folded[max(0, hit.start - 24) : hit.start])
                if not owned:
                    line.add(max(short, key=lambda i: named.get(i, 0)), hit.start, hit.end, "name")


def _is_anothers(folded: str, hit: Hit, id_: str, before: Hit | None, knowledge: Knowledge) -> bool:
    """Whether the organ is that of the state named before it: the "German Foreign Office" is not Britain's."""
    state = behind(id_, knowledge.actors)
    if before is None or not state.startswith("country:") or folded[before.end : hit.start] not in {" ", "'s ", "' "}:
        return False
    whose = [i for i in before.ids("name", "acronym", "demonym") if i.startswith("country:")]
    return bool(whose) and state not in whose


_OWNED = re.compile(r"(?:\b(?!The\s)[A-Z]\w*|'s)\s\Z")


def _introduced(id_: str, named: Mapping[str, int], knowledge: Knowledge) -> bool:
    return id_ in named or knowledge.actors[id_].part_of in named


def _formed(line: Line, knowledge: Knowledge) -> Iterable[Formed]:
    yield from ministries(line.folded, line.hits, knowledge.actors)
    yield from agencies(line.folded, line.hits)
    if not capitalised(line.sentence):  # "Roe and Doe Sign Pipeline Deal"
        yield from projects(line.folded, line.hits)


def _by_form(lines: Sequence[Line], unknown: dict[str, Actor], knowledge: Knowledge) -> None:
    """Organisations and projects by their form; a project's name alone refers back and forth to its full form."""
    alone: dict[str, str] = {}
    for line in lines:
        taken = {index for actor, *place, _ in line.found if actor[:3] in {"org", "pro"} for index in range(*place)}
        for form in _formed(line, knowledge):
            if taken.isdisjoint(range(form.start, form.end)):
                type_: ActorType = "project" if form.alone else "org"
                id_ = alone.setdefault(form.alone, form.id) if form.alone else form.id
                if id_ not in knowledge.actors:
                    actor = Actor(id=id_, known=False, type=type_, name=form.name, country=form.country)
                    unknown.setdefault(id_, actor)
                line.add(id_, form.start, form.end, "name")
                taken.update(range(form.start, form.end))
    # One plain word may be any word; the limit is for texts made to be slow.
    telling = [(name, id_) for name, id_ in alone.items() if not name.istitle() or " " in name or "-" in name]
    for name, id_ in telling[:50]:
        for line in lines:
            _alone(line, name, id_)


def _alone(line: Line, name: str, id_: str) -> None:
    if name not in line.folded:
        return
    taken = {index for _, *place, _ in line.found for index in range(*place)}
    for match in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", line.folded):
        if taken.isdisjoint(range(*match.span())):
            line.add(id_, *match.span(), "name")


_ANOTHER = re.compile(r"\b(?:an?|any|every|no|last|next|previous|future|first|new)\s\Z", re.IGNORECASE)


def _offices_alone(lines: Sequence[Line], found: Iterable[Sighting], knowledge: Knowledge, day: date | None) -> None:
    """An office without a name is its holder, where knowledge has exactly one."""
    taken = {(s.at, s.post.start) for s in found if s.post}
    for at, line in enumerate(lines):
        for post in line.posts:
            another = _ANOTHER.search(line.folded[max(0, post.start - 10) : post.start])
            if day and post.of and not (post.former or another) and (at, post.start) not in taken:
                holders = knowledge.holders(post.key, post.of, day)
                if len(holders) == 1:
                    line.add(holders[0], post.start, post.end, "role")
