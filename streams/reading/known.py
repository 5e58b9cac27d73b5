"""The files under `seeds/actors/` read into `Known` actors; every mistake is told with file, line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from schemas import ActorType
from streams import yaml_file
from streams.errors import KnowledgeError


@dataclass(frozen=True, slots=True)
class Office:
    """What a person holds or held, `[since, until)`, `None` where it is open. `of`: the state's or body's id.

    On the day of a handover the new holder holds it.
    """

    role: str
    of: str
    since: date | None
    until: date | None

    def held(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Known:
    """One actor of the knowledge. `short`: names that only refer back to a full one ("the Commission")."""

    id: str
    type: ActorType
    name: str
    aka: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    country: str | None = None
    countries: tuple[str, ...] = ()
    part_of: str | None = None
    demonyms: tuple[str, ...] = ()
    capital: tuple[str, ...] = ()
    seats: tuple[str, ...] = ()
    offices: tuple[Office, ...] = ()


def behind(id_: str, known: Mapping[str, Known]) -> str:
    """The state whose organ an actor is (along `part_of`), else the actor itself."""
    whole = id_
    while (actor := known.get(whole)) and actor.part_of:
        whole = actor.part_of
    return whole if whole.startswith("country:") else id_


def demonym_within(name: str, id_: str, known: Mapping[str, Known]) -> int:
    """How many characters of an organ's name are its state's: 7 of "Iranian Foreign Ministry", else 0."""
    actor = known.get(id_)
    state = known.get(actor.country) if actor and actor.country and actor.type == "org" else None
    whose = (*state.demonyms, *state.aka) if state else ()
    lengths = (len(d) for d in whose if name.startswith(f"{d} "))
    return max(lengths, default=0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands, so that a mistake can be pointed at."""

    path: Path
    node: Node

    def wrong(self, problem: str) -> KnowledgeError:
        mark = self.node.start_mark
        return KnowledgeError(yaml_file.where(self.path, (mark.line, mark.column)), problem)


def compose(path: Path) -> Place | None:
    """The root of a YAML file, None if it is empty. Values are taken as written, never as types."""
    root = yaml_file.compose(path)
    return Place(path, root) if root is not None else None


def entries(place: Place, expected: str) -> dict[str, tuple[Place, Place]]:
    """The keys of a mapping with the places of key and value; a doubled key is a mistake."""
    if not isinstance(place.node, MappingNode):
        raise place.wrong(f"expected {expected}")
    found: dict[str, tuple[Place, Place]] = {}
    for key, value in place.node.value:
        at = Place(place.path, key)
        # `NO:` would be Norway and a boolean: keys are taken as written.
        name = key.value if isinstance(key, ScalarNode) else None
        if not name:
            raise at.wrong("expected a name as key")
        if name in found:
            raise at.wrong(f"{name} stands here twice")
        found[name] = (at, Place(place.path, value))
    return found


def text(place: Place) -> str:
    node = place.node
    if not isinstance(node, ScalarNode) or not node.value.strip():
        raise place.wrong("expected a text")
    return str(node.value)


def texts(place: Place) -> tuple[str, ...]:
    return tuple(text(item) for item in items(place, "a list of texts: [one, two]"))


def items(place: Place, expected: str) -> list[Place]:
    if not isinstance(place.node, SequenceNode):
        raise place.wrong(f"expected {expected}")
    return [Place(place.path, item) for item in place.node.value]


def keyed(place: Place, keys: tuple[str, ...]) -> dict[str, Place]:
    """The values of a mapping that has no other keys than these."""
    values: dict[str, Place] = {}
    for name, (at, value) in entries(place, f"a mapping of {', '.join(keys)}").items():
        if name not in keys:
            raise at.wrong(f"unknown key {name}; expected of {', '.join(keys)}")
        values[name] = value
    return values


def day(place: Place) -> date | None:
    """A day written as 2014-12-05; empty is open."""
    if isinstance(place.node, ScalarNode) and place.node.value in {"", "null", "~"}:
        return None
    try:
        return date.fromisoformat(text(place))
    except ValueError as error:
        raise place.wrong("expected a day such as 2014-12-05") from error


@dataclass
class Reader:
    """Reads one file after the other; `actors` are those found so far."""

    codes: frozenset[str]
    actors: dict[str, Known] = field(default_factory=dict)
    later: list[tuple[str, Place]] = field(default_factory=list)

    def read_countries(self, path: Path) -> None:
        """A mapping of ISO 3166-1 codes to countries."""
        root = compose(path)
        for code, (at, value) in entries(root, "countries by code").items() if root else ():
            if code not in self.codes:
                raise at.wrong(f"{code} is no ISO 3166-1 code (two capitals; XK is Kosovo)")
            self._actor("country", f"country:{code}", at, keyed(value, _KEYS["country"]))

    def read_list(self, path: Path, type_: ActorType) -> None:
        """A list of actors, each with an id of its type."""
        root = compose(path)
        for item in items(root, "a list of actors: - id: …") if root else ():
            values = keyed(item, ("id", *_KEYS[type_]))
            if "id" not in values:
                raise item.wrong(f"expected an id such as {type_}:some-name")
            id_ = text(values["id"])
            if not _ID.fullmatch(id_) or not id_.startswith(f"{type_}:"):
                raise values["id"].wrong(
                    f"{id_} is no id here; expected {type_}: and lower-case letters, digits, hyphens"
                )
            self._actor(type_, id_, values["id"], values)

    def _actor(self, type_: ActorType, id_: str, at: Place, values: Mapping[str, Place]) -> None:
        if id_ in self.actors:
            raise at.wrong(f"{id_} stands here twice")
        if "name" not in values:
            raise at.wrong("expected a name")
        self.actors[id_] = Known(
            id=id_,
            type=type_,
            name=text(values["name"]),
            country=id_ if type_ == "country" else self._country(values),
            part_of=self._id(values["part_of"]) if "part_of" in values else None,
            countries=self._countries(values),
            offices=tuple(map(self._office, items(values["offices"], "a list of offices")))
            if "offices" in values
            else (),
            **{name: texts(values[name]) for name in _LISTS if name in values},
        )

    def _country(self, values: Mapping[str, Place]) -> str | None:
        return self._code(values["country"]) if "country" in values else None

    def _countries(self, values: Mapping[str, Place]) -> tuple[str, ...]:
        """The states that a project joins, crosses or stands in."""
        return tuple(map(self._code, items(values["countries"], "a list of codes"))) if "countries" in values else ()

    def _code(self, place: Place) -> str:
        code = text(place)
        if code not in self.codes:
            raise place.wrong(f"{code} is no ISO 3166-1 code (two capitals; XK is Kosovo)")
        return f"country:{code}"

    def _id(self, place: Place) -> str:
        """An actor's id; that it exists is checked when all files are read."""
        id_ = text(place)
        self.later.append((id_, place))
        return id_

    def _office(self, place: Place) -> Office:
        values = keyed(place, _OFFICE_KEYS)
        if "role" not in values or "of" not in values:
            raise place.wrong("an office needs role and of")
        since, until = (day(values[name]) if name in values else None for name in ("from", "to"))
        if since and until and since >= until:
            raise values["to"].wrong("ends before it begins")
        return Office(text(values["role"]), self._id(values["of"]), since, until)

    def check(self) -> None:
        """Every actor that another one names must be there."""
        for id_, place in self.later:
            if id_ not in self.actors:
                raise place.wrong(f"{id_} is not known; expected an id such as country:RS or org:eu")


_ID = re.compile(r"[a-z]+:[a-z0-9]+(?:-[a-z0-9]+)*")
_LISTS = ("aka", "acronyms", "short", "demonyms", "capital", "seats")
_OFFICE_KEYS = ("role", "of", "from", "to")
_KEYS: dict[ActorType, tuple[str, ...]] = {
    "country": ("name", "aka", "demonyms", "capital", "seats"),
    "org": ("name", "aka", "acronyms", "short", "country", "part_of", "seats"),
    "project": ("name", "aka", "countries"),
    "person": ("name", "aka", "country", "offices"),
}
