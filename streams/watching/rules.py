"""The rules an analyst writes: what to look for, by what to group it, when it rings."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    field_validator,
    model_validator,
)

from schemas import Severity
from streams.watching.conditions import (
    SIGNAL_FIELDS,
    STANCE_FIELDS,
    Condition,
    Duration,
    Vocabulary,
    Wanted,
    check_actor,
    mistake,
    suggestion,
)
from streams.watching.rules_file import Location, RulesFile
from streams.watching.summaries import Summary, compile_summary

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS


def _not_nothing(ms: int) -> int:
    if ms == 0:
        raise mistake("expected more than nothing")
    return ms


Span = Annotated[Duration, AfterValidator(_not_nothing)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class StanceWhen(_Part):
    """Conditions on a stance; all must hold."""

    holder: Wanted | None = None
    target: Wanted | None = None
    polarity: Wanted | None = None


class When(_Part):
    """Conditions on one signal, or under `stance` on one stance; all must hold of the same one."""

    topic: Wanted | None = None
    action: Wanted | None = None
    modality: Wanted | None = None
    direction: Wanted | None = None
    initiator: Wanted | None = None
    target: Wanted | None = None
    speaker: Wanted | None = None
    stance: StanceWhen | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> When:
        if self.stance is not None and len(self.model_fields_set) > 1:
            raise mistake("a rule looks for signals or for stances, not for both")
        if not self.conditions:
            raise mistake("no condition: the rule would want every article")
        return self

    @cached_property
    def conditions(self) -> tuple[tuple[str, Condition], ...]:
        """(field, condition), those of `stance` if there is one."""
        part = self.stance or self
        found = ((name, getattr(part, name)) for name in (STANCE_FIELDS if self.stance else SIGNAL_FIELDS))
        return tuple((name, condition) for name, condition in found if condition is not None)


@dataclass(frozen=True, slots=True)
class GroupField:
    """One field of `group_by`. `optional` (written `field?`): a missing value groups as ""."""

    name: str
    optional: bool


def _read_group_by(raw: object, info: ValidationInfo) -> tuple[GroupField, ...]:
    if not isinstance(raw, list):
        raise mistake("expected a list of fields, such as [initiator, target?]")
    when = info.data.get("when")
    known = STANCE_FIELDS if isinstance(when, When) and when.stance else SIGNAL_FIELDS
    fields: list[GroupField] = []
    for index, item in enumerate(raw):
        name = str(item).removesuffix("?")
        if when is not None and name not in known:
            raise mistake(f"cannot group by {name!r}{suggestion(name, known)}", index)
        if name in {field.name for field in fields}:
            raise mistake(f"{name!r} stands in `group_by` twice", index)
        fields.append(GroupField(name, str(item).endswith("?")))
    return tuple(fields)


def _read_summary(raw: object, info: ValidationInfo) -> Summary:
    vocabulary: Vocabulary = info.context or Vocabulary()
    fields = [field.name for field in info.data.get("group_by", ())]
    when = info.data.get("when")
    return compile_summary(raw, fields, isinstance(when, When) and when.stance is not None, vocabulary.names)


class _Rule(_Part):
    """What all kinds have. `name`: its key in the file. Durations in milliseconds.

    `unknown`: actors that knowledge does not have group as well.
    """

    PRESENTATION: ClassVar = frozenset({"severity", "labels", "summary"})

    name: str
    when: When
    group_by: Annotated[tuple[GroupField, ...], PlainValidator(_read_group_by)] = ()
    unknown: bool = False
    lateness: Duration = _HOUR_MS
    max_age: Duration = 7 * _DAY_MS
    severity: Severity
    labels: dict[str, str] = {}
    summary: Annotated[Summary, PlainValidator(_read_summary)]

    @cached_property
    def logic(self) -> str:
        """A hash of all that decides when it rings: 8 hex digits."""
        part = {name: getattr(self, name) for name in type(self).model_fields if name not in self.PRESENTATION}
        part["when"] = [bool(self.when.stance), [[name, wanted.canonical()] for name, wanted in self.when.conditions]]
        part["group_by"] = sorted(f"{field.name}{'?' * field.optional}" for field in self.group_by)
        return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:8]


class Each(_Rule):
    """Fires for each story; resolves `hold` after its last copy."""

    kind: Literal["each"]
    hold: Span = _DAY_MS


class Count(_Rule):
    """Fires when `at_least` distinct stories, or sources of stories, lie within `within` of event time.

    Resolves `within` after the last receipt.
    """

    kind: Literal["count"]
    within: Span
    at_least: Annotated[int, Field(ge=2, le=1000)]
    distinct: Literal["stories", "sources"] = "stories"


Rule = Each | Count


class _Groups(BaseModel):
    groups: dict[str, list[str]] = {}

    @field_validator("groups")
    @classmethod
    def _of_actors(cls, groups: dict[str, list[str]], info: ValidationInfo) -> dict[str, list[str]]:
        for name, members in groups.items():
            for index, member in enumerate(members):
                check_actor(member, info.context or Vocabulary(), (name, index))
        return groups


class _File(_Groups, _Part):
    """A rules file as it is written: groups of actors, and rules by name."""

    rules: dict[str, Annotated[Rule, Field(discriminator="kind")]]

    @field_validator("rules", mode="before")
    @classmethod
    def _named(cls, rules: object) -> object:
        if not isinstance(rules, dict):
            return rules
        for name, rule in rules.items():
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                raise mistake("a rule's name is of a-z, 0-9, - and _, at most 64 characters", name)
            if isinstance(rule, dict) and "name" in rule:
                raise mistake("a rule's name is its key", name, "name")
        return {name: {**rule, "name": name} if isinstance(rule, dict) else rule for name, rule in rules.items()}


def _fields_at(location: Location) -> Collection[str]:
    """The keys allowed beside the last step of a location, for suggestions."""
    part: type[BaseModel] = _File
    if "stance" in location[:-1]:
        part = StanceWhen
    elif "when" in location[:-1]:
        part = When
    elif len(location) > 2:
        part = Count if "count" in location else Each
    return part.model_fields.keys() - {"name"}


@dataclass(frozen=True)
class Rules:
    """All rules by name, in the order of the file. `version`: a hash of the file, 16 hex digits."""

    by_name: Mapping[str, Rule]
    version: str

    def get(self, name: str) -> Rule | None:
        """The rule, or None."""
        return self.by_name.get(name)


def load_rules(
    path: Path, names: Mapping[str, str] | None = None, topics: Mapping[str, Collection[str]] | None = None
) -> Rules:
    """Read a rules file.

    `names` (actor id → name) serve the summaries' filter `name`; given, every actor id in the file must be among them.
    `topics` (topic → actions), given, does the same for topics and actions. Raises KnowledgeError at the first mistake,
    with file, line and column, what was expected, and what was probably meant.
    """
    file = RulesFile.read(path)
    vocabulary = Vocabulary(names, topics)
    with file.explaining(_fields_at):
        groups = _Groups.model_validate(file.document, context=vocabulary).groups
        parsed = _File.model_validate(file.document, context=replace(vocabulary, groups=groups))
    return Rules(parsed.rules, file.digest)
