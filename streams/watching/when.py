"""The part `when` of a rule, and the fields by which it groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from streams.watching.conditions import Condition, Values
from streams.watching.fields import ARTICLE_FIELDS, GROUP_FIELDS, SIGNAL_FIELDS, STANCE_FIELDS, Subject, Value
from streams.watching.vocabulary import listed, mistake, shown, suggestion
from streams.watching.wanted import read_condition

Named = tuple[tuple[str, Condition], ...]
"""Conditions with the field that each is on."""


class Part(BaseModel):
    """A mapping of the rules file."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, use_attribute_docstrings=True)


def _written_out(value: object) -> object:
    # `stance:` with nothing under it would make another rule of this.
    if value is None:
        raise mistake(f"no condition on the stance: expected {listed(STANCE_FIELDS, 'or')}")
    return value


Wanted = Annotated[Condition | None, PlainValidator(read_condition), WithJsonSchema({})]
"""None only where it is not written. What may be written depends on the field: see rules_schema.py."""


class StanceWhen(Part):
    """Conditions on a stance; all must hold."""

    holder: Wanted = None
    """Whose stance it is; `author` where it is nobody else's."""
    target: Wanted = None
    """What it is about."""
    polarity: Wanted = None
    """1: for the target; -1: against it."""

    @model_validator(mode="after")
    def _some(self) -> StanceWhen:
        _written_out(self.conditions or None)
        return self

    @cached_property
    def conditions(self) -> Named:
        """In the order of the fields."""
        return _conditions(self, STANCE_FIELDS)


class When(Part):
    """Conditions; all must hold of the same signal, or under `stance` of the same stance, and of its article."""

    topic: Wanted = None
    """What the signal is about, by its file in seeds/topics/."""
    action: Wanted = None
    """What is done, by the topic's own actions."""
    modality: Wanted = None
    """Whether it is done, intended, urged, refused or only thought of."""
    direction: Wanted = None
    """1: more of the topic (more sanctions); -1: less; 0: neither."""
    initiator: Wanted = None
    """Who does it."""
    target: Wanted = None
    """To whom."""
    speaker: Wanted = None
    """Who says or urges it."""
    stance: Annotated[StanceWhen | None, BeforeValidator(_written_out)] = None
    """Look for stances, not for signals."""
    confidence: Wanted = None
    """How sure the reading of the signal or stance is, 0 to 1."""
    actor: Wanted = None
    """Anybody whom the article names."""
    tone: Wanted = None
    """Of the article: the mean polarity of its stances, -1 to 1."""
    source: Wanted = None
    """Of the article, as it gives it."""
    language: Wanted = None
    """Of the article, by its ISO 639 code."""
    words: Wanted = None
    """Words or phrases in the title, or in the sentence of the signal or stance; whole words, in whatever case."""

    @model_validator(mode="after")
    def _one_subject(self) -> When:
        if self.stance is not None and _conditions(self, SIGNAL_FIELDS):
            raise mistake("a rule looks for signals or for stances, not for both")
        if self.subject == "articles":
            if self.confidence is not None:
                raise mistake("an article has no confidence: expected a condition on its signals or stances")
            if not self.of_article:
                raise mistake("no condition: the rule would want every article")
        return self

    @cached_property
    def subject(self) -> Subject:
        """What the rule looks at."""
        if self.stance is not None:
            return "stances"
        return "signals" if _conditions(self, SIGNAL_FIELDS) else "articles"

    @cached_property
    def topics(self) -> frozenset[Value] | None:
        """Where the rule names topics: without a signal on one of these no report is wanted."""
        return self.topic.values if isinstance(self.topic, Values) and not self.topic.negated else None

    @cached_property
    def conditions(self) -> Named:
        """Those on each signal or stance, in the order of the fields."""
        if self.subject == "articles":
            return ()
        own = self.stance.conditions if self.stance else _conditions(self, SIGNAL_FIELDS)
        return own + _conditions(self, ("confidence", "words"))

    @cached_property
    def of_article(self) -> Named:
        """Those on the article."""
        return _conditions(self, (*ARTICLE_FIELDS, *(["words"] if self.subject == "articles" else [])))

    @cached_property
    def by_field(self) -> Mapping[str, Condition]:
        """All of them, by field."""
        return dict((*self.conditions, *self.of_article))


def _conditions(part: Part, fields: tuple[str, ...]) -> Named:
    found = ((name, getattr(part, name)) for name in fields)
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
    fields: dict[str, GroupField] = {}
    for index, item in enumerate(raw):
        if not isinstance(item, str):
            raise mistake(f"expected a field, not {shown(item)}", index)
        name = item.removesuffix("?")
        if isinstance(when, When) and name not in (known := GROUP_FIELDS[when.subject]):
            raise mistake(f"a rule on {when.subject} cannot group by {shown(name)}{suggestion(name, known)}", index)
        if name in fields:
            raise mistake(f"{name!r} stands in `group_by` twice", index)
        fields[name] = GroupField(name, item.endswith("?"))
    return tuple(fields.values())


GroupBy = Annotated[tuple[GroupField, ...], PlainValidator(_read_group_by), WithJsonSchema({})]
