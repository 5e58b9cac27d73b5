"""The kinds of rules: what each decides by."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema, field_validator, model_validator

from schemas import Severity
from streams.watching.fields import Subject
from streams.watching.spans import Duration, Span
from streams.watching.summaries import Summary, compile_summary
from streams.watching.vocabulary import Vocabulary, listed, mistake, shown
from streams.watching.when import GroupBy, Part, When

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
LABEL = r"[a-z_][a-z0-9_]{0,63}"
MAX_LABELS = 20
MAX_LABEL = 200
"""Characters of a label's value."""

Distinct = Literal["stories", "sources"]


def _read_labels(raw: object) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise mistake(f"expected names and values, such as {{team: energy}}, not {shown(raw)}")
    if len(raw) > MAX_LABELS:
        raise mistake(f"{len(raw)} labels; expected at most {MAX_LABELS}")
    for name, value in raw.items():
        if not re.fullmatch(LABEL, name):
            raise mistake(
                f"a label's name is of a-z, 0-9 and _, at most 64 characters, not {shown(name)}", name, key=True
            )
        if not isinstance(value, str):
            raise mistake(f"`{name}`: expected text (in quotes if it looks like a number), not {shown(value)}", name)
        if len(value) > MAX_LABEL:
            raise mistake(f"`{name}`: {len(value)} characters; expected at most {MAX_LABEL}", name)
    return dict(raw)


class _Rule(Part):
    """What all kinds have. Durations in milliseconds."""

    SUBJECTS: ClassVar[tuple[Subject, ...]] = ("signals", "stances", "articles")
    """What a rule of this kind can look at."""
    TELLS: ClassVar[tuple[str, ...]] = ()
    """Of `expected` and `p_value`, what its alerts have."""
    PRESENTATION: ClassVar = frozenset({"severity", "labels", "summary"})

    name: str
    """Its key in the file."""
    when: When
    """What the rule wants."""
    group_by: GroupBy = ()
    """One alert, or count, for each combination of these fields; `field?` also takes what has no such value."""
    unknown: Annotated[bool, Field(strict=True)] = False
    """Whether actors that knowledge does not have group as well."""
    lateness: Duration = _HOUR_MS
    """How much later than it should an article may come and still count."""
    max_age: Duration = 7 * _DAY_MS
    """An article received longer than this after its date is left out, unless it is backfill."""
    severity: Severity
    """How loud."""
    labels: Annotated[dict[str, str], PlainValidator(_read_labels), WithJsonSchema({})] = Field(default_factory=dict)
    """What every alert of the rule carries, for those who route them."""
    summary: Annotated[Summary, WithJsonSchema({"type": "string"})]
    """A sentence for people, with values: {{ group.target|name }}."""

    @field_validator("summary", mode="before")
    @classmethod
    def _read_summary(cls, raw: object, info: ValidationInfo) -> Summary:
        vocabulary: Vocabulary = info.context or Vocabulary()
        when = info.data.get("when")
        subject = when.subject if isinstance(when, When) else "signals"
        fields = [field.name for field in info.data.get("group_by", ())]
        return compile_summary(raw, fields, subject, cls.TELLS, vocabulary.names)

    @model_validator(mode="after")
    def _fits_its_subject(self) -> _Rule:
        if self.when.subject not in self.SUBJECTS:
            kind = type(self).__name__.lower()
            allowed = listed(self.SUBJECTS, "or")
            raise mistake(f"a rule of kind {kind} looks at {allowed}, not at {self.when.subject}", "when")
        return self

    @cached_property
    def logic(self) -> str:
        """A hash of all that decides when it rings: 8 hex digits."""
        part = {name: getattr(self, name) for name in type(self).model_fields if name not in self.PRESENTATION}
        conditions = (*self.when.conditions, *self.when.of_article)
        part["when"] = [self.when.subject, [[name, wanted.canonical()] for name, wanted in conditions]]
        part["group_by"] = sorted(f"{field.name}{'?' * field.optional}" for field in self.group_by)
        return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:8]


class Each(_Rule):
    """Fires for each story; resolves `hold` after its last copy."""

    kind: Literal["each"]
    """Every story is an alert."""
    hold: Span = _DAY_MS
    """How long after its last copy a story's alert resolves."""


class Count(_Rule):
    """Fires when `at_least` distinct stories, or sources of stories, lie within `within` of event time.

    Resolves `within` after the last receipt.
    """

    kind: Literal["count"]
    """Several stories within a span are an alert."""
    within: Span
    """The span."""
    at_least: Annotated[int, Field(strict=True, ge=2, le=1000)]
    """How many."""
    distinct: Distinct = "stories"
    """What is counted: stories, or sources that were first with one."""


class Burst(_Rule):
    """Fires when the count of a slot is improbable against the group's own past.

    Resolves when the episode ends, and is silent for `refractory` then.
    """

    TELLS = ("expected", "p_value")

    kind: Literal["burst"]
    """More than usual is an alert."""
    distinct: Distinct = "stories"
    """What is counted: stories, or sources that were first with one."""
    at_least: Annotated[int, Field(strict=True, ge=1, le=1000)] = 3
    """What is fewer never rings, however improbable."""
    p_below: Annotated[float, Field(strict=True, gt=0, le=0.1)] = 1e-3
    """How improbable: the probability of so many or more by chance."""
    refractory: Span = _DAY_MS
    """How long it is silent after an episode."""


class Shift(_Rule):
    """Fires when the mean over `within` differs by `by` from that of the span before, with `at_least` stories in both.

    The mean polarity of the stances; of a rule on articles, their mean tone. Resolves when it returns.
    """

    SUBJECTS = ("stances", "articles")
    TELLS = ("expected",)

    kind: Literal["shift"]
    """A changed mean, of the stances or of the articles' tone, is an alert."""
    within: Span
    """The span, and that before it."""
    by: Annotated[float, Field(strict=True, gt=0, le=2)]
    """How much the means have to differ; they lie between -1 and 1."""
    at_least: Annotated[int, Field(strict=True, ge=1, le=1000)] = 5
    """How many stories each of the two spans needs."""


class Reversal(_Rule):
    """Fires when a confirmed position changes its sign: the direction of signals, the polarity of stances.

    Never resolves: it is an event.
    """

    SUBJECTS = ("signals", "stances")

    kind: Literal["reversal"]
    """A position that turns into its opposite is an alert."""
    within: Span = 30 * _DAY_MS
    """The span in which a position is confirmed."""
    at_least: Annotated[int, Field(strict=True, ge=1, le=100)] = 2
    """How many confirm it."""
    distinct: Distinct = "sources"
    """What confirms: stories, or sources that were first with one."""
    remember: Span = 400 * _DAY_MS
    """A position that was not heard of for so long is forgotten."""


Rule = Each | Count | Burst | Shift | Reversal
KINDS: tuple[type[_Rule], ...] = (Each, Count, Burst, Shift, Reversal)
