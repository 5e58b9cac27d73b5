"""The rules an analyst writes: what to look for, by what to group it, when it rings."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationInfo, WithJsonSchema, field_validator

from streams.watching.fields import Subject
from streams.watching.kinds import Burst, Count, Each, Reversal, Rule, Shift
from streams.watching.mistakes import explanation
from streams.watching.rules_file import RulesFile
from streams.watching.vocabulary import Vocabulary, actors_named, mistake, shown
from streams.watching.when import Part

__all__ = ["Burst", "Count", "Each", "Reversal", "Rule", "Rules", "Shift", "load_rules"]

NAME = r"[a-z0-9][a-z0-9_-]{0,63}"


def _read_groups(raw: object, info: ValidationInfo) -> dict[str, list[str]]:
    """Actor ids by name of group. A group names groups above it, so that none can hold itself."""
    if not isinstance(raw, dict):
        raise mistake("expected groups of actors by name, such as `eu: [org:eu, org:european-commission]`")
    vocabulary: Vocabulary = info.context or Vocabulary()
    groups: dict[str, list[str]] = {}
    for name, members in raw.items():
        if not re.fullmatch(NAME, name):
            raise mistake("a group's name is of a-z, 0-9, - and _, at most 64 characters", name, key=True)
        if not isinstance(members, list) or not members:
            raise mistake(f"expected a list of actors, not {shown(members)}", name)
        so_far = replace(vocabulary, groups=groups)
        named = [actors_named(member, so_far, (name, index)) for index, member in enumerate(members)]
        groups[name] = list(dict.fromkeys(actor for actors in named for actor in actors))
    return groups


class _Groups(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)

    groups: Annotated[dict[str, list[str]], PlainValidator(_read_groups), WithJsonSchema({})] = {}
    """Actors to be named together, as group:<name>. A group may name groups that stand above it."""


class RulesDocument(_Groups, Part):
    """A rules file as it is written: groups of actors, and rules by name."""

    rules: dict[str, Annotated[Rule, Field(discriminator="kind")]]
    """Rules by name."""

    @field_validator("rules", mode="before")
    @classmethod
    def _named(cls, rules: object) -> object:
        if not isinstance(rules, dict):
            raise mistake("expected rules by name")
        for name, rule in rules.items():
            if not isinstance(name, str) or not re.fullmatch(NAME, name):
                raise mistake("a rule's name is of a-z, 0-9, - and _, at most 64 characters", name, key=True)
            if isinstance(rule, dict) and "name" in rule:
                raise mistake("a rule's name is its key", name, "name", key=True)
        return {name: {**rule, "name": name} if isinstance(rule, dict) else rule for name, rule in rules.items()}


@dataclass(frozen=True)
class Rules:
    """All rules by name, in the order of the file. `version`: a hash of the file, 16 hex digits."""

    by_name: Mapping[str, Rule]
    version: str

    def get(self, name: str) -> Rule | None:
        """The rule, or None."""
        return self.by_name.get(name)

    @cached_property
    def subjects(self) -> frozenset[Subject]:
        """All that any of them looks at."""
        return frozenset(rule.when.subject for rule in self.by_name.values())


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
    with file.explaining(explanation):
        groups = _Groups.model_validate(file.document, context=vocabulary).groups
        parsed = RulesDocument.model_validate(file.document, context=replace(vocabulary, groups=groups))
    return Rules(parsed.rules, file.digest)
