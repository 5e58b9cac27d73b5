"""Who and what is known: `Knowledge.load` reads `seeds/actors/` and `seeds/sources.yaml` once, at start."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import pycountry
from babel import Locale

from streams.errors import KnowledgeError
from streams.reading.gazetteer import Gazetteer, build
from streams.reading.known import Known, Office, Reader, behind, compose, entries, text
from streams.reading.offices import office_key

_LISTS: tuple[tuple[str, Literal["org", "project", "person"]], ...] = (
    ("orgs.yaml", "org"),
    ("projects.yaml", "project"),
    ("persons.yaml", "person"),
)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """`sources`: which actor speaks in a source's own releases. `version`: a hash of all that was loaded."""

    actors: Mapping[str, Known] = field(repr=False)
    sources: Mapping[str, str] = field(repr=False)
    offices: Mapping[tuple[str, str], tuple[tuple[str, Office], ...]] = field(repr=False)
    gazetteer: Gazetteer = field(repr=False)
    version: str

    @classmethod
    def load(cls, folder: Path) -> Knowledge:
        """Reads `folder/actors/*.yaml` and `folder/sources.yaml`; raises KnowledgeError (file:line:column)."""
        names = _country_names()
        reader = Reader(frozenset(names))
        paths = [folder / "actors" / name for name in ("countries.yaml", *(name for name, _ in _LISTS))]
        for path in (*paths, folder / "sources.yaml"):
            if not path.is_file():
                raise KnowledgeError(f"{path}:1:1", "expected this file; it is not there")
        reader.read_countries(paths[0])
        for path, (_, type_) in zip(paths[1:], _LISTS, strict=True):
            reader.read_list(path, type_)
        for code, name in names.items():
            id_ = f"country:{code}"
            if id_ not in reader.actors:
                reader.actors[id_] = Known(id_, "country", name, country=id_)
        reader.check()
        sources = _sources(folder / "sources.yaml", reader.actors)
        digest = hashlib.sha256()
        for path in (*paths, folder / "sources.yaml"):
            digest.update(path.read_bytes())
        digest.update(repr(sorted(names.items())).encode())
        actors = MappingProxyType(reader.actors)
        offices = MappingProxyType(_offices(actors))
        return cls(actors, MappingProxyType(sources), offices, build(actors.values()), digest.hexdigest()[:16])

    def holders(self, key: str, of: str, day: date) -> tuple[str, ...]:
        """The persons who held an office (its `office_key`) of a state or body on a day."""
        return tuple(id_ for id_, office in self.offices.get((key, of), ()) if office.held(day))

    def offices_at(self, person: str, day: date | None) -> tuple[Office, ...]:
        """The offices that a known person held on a day; all that it ever held where the day is unknown."""
        offices = self.actors[person].offices
        return offices if day is None else tuple(office for office in offices if office.held(day))

    def represents(self, person: str, day: date | None, key: str = "") -> str | None:
        """The state or body of the office that a person held on a day, a state's organ standing for the state.

        Of several offices the one with this `office_key` counts, else a state's.
        """
        offices = self.offices_at(person, day)
        named = [office.of for office in offices if office_key(office.role, office.of) == office_key(key, office.of)]
        whose = [self.state_behind(of) for of in named or [office.of for office in offices]]
        return next((of for of in whose if of.startswith("country:")), whose[0] if whose else None)

    def state_behind(self, id_: str) -> str:
        """The state whose organ an actor is, else the actor."""
        return behind(id_, self.actors)

    def state_of(self, id_: str | None) -> str | None:
        """The state that an actor belongs to."""
        return self.actors[id_].country if id_ and id_ in self.actors else None


def _country_names() -> dict[str, str]:
    """The English names of all states and territories by ISO 3166-1 alpha-2, Kosovo included."""
    english = Locale("en").territories
    return {code: english[code] for code in sorted({*(c.alpha_2 for c in pycountry.countries), "XK"})}


def _offices(actors: Mapping[str, Known]) -> dict[tuple[str, str], tuple[tuple[str, Office], ...]]:
    found: dict[tuple[str, str], list[tuple[str, Office]]] = {}
    for actor in actors.values():
        for office in actor.offices:
            of = behind(office.of, actors)
            found.setdefault((office_key(office.role, of), of), []).append((actor.id, office))
    return {key: tuple(held) for key, held in found.items()}


def _sources(path: Path, actors: Mapping[str, Known]) -> dict[str, str]:
    root = compose(path)
    found: dict[str, str] = {}
    for name, (_, value) in entries(root, "sources by name, each with an actor's id").items() if root else ():
        found[name] = text(value)
        if found[name] not in actors:
            raise value.wrong(f"{found[name]} is not known; expected an id such as country:RS or org:eu")
    return found
