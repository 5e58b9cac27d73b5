"""A file of rule tests: articles or reports with times, and the alerts that must come of them.

Times are absolute (`2024-03-01T12:00:00Z`) or counted from the test's `start` (`+2h`, `-10d`). What is received with
them comes as a log; `expect` says what has rung at the end, or, as a mapping from times, what had rung at each.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails

from schemas import Modality, Severity, State
from schemas.report import Confidence, Sign
from streams.archive.rule_test_terms import NOW, START, ActorId, ActorIds, Moment, MomentTold, Start, listed
from streams.watching.rules_file import Location, RulesFile, plain_explanation
from streams.watching.vocabulary import Vocabulary, mistake, shown, suggestion


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class SignalTold(_Part):
    """A signal as reading gives it; `direction` follows from action and modality, `text` is its sentence."""

    topic: str
    action: str
    modality: Modality = "actual"
    direction: Sign | None = None
    initiator: ActorIds = ()
    target: ActorIds = ()
    speaker: ActorId | None = None
    confidence: Confidence = 0.9
    text: str = ""

    @model_validator(mode="after")
    def _of_a_topic(self, info: ValidationInfo) -> SignalTold:
        topics = info.context.topics if info.context else None
        if topics is not None and self.topic not in topics:
            raise mistake(f"unknown topic {shown(self.topic)}{suggestion(self.topic, topics)}", "topic")
        if topics is not None and self.action not in topics[self.topic]:
            near = suggestion(self.action, topics[self.topic])
            raise mistake(f"{self.topic} has no action {shown(self.action)}{near}", "action")
        return self


class StanceTold(_Part):
    """A stance as reading gives it; `text` is its sentence."""

    holder: ActorId
    target: ActorId
    polarity: Literal[-1, 1]
    via: ActorId | None = None
    confidence: Confidence = 0.9
    text: str = ""


class _Told(_Part):
    """What articles and reports have. `at`: received; `published`: by default then."""

    at: MomentTold = Moment(NOW)
    published: MomentTold | None = None
    id: Annotated[str, Field(min_length=1)] | None = None
    title: str = ""
    text: str = ""
    source: str = "wire"
    url: str = ""
    lang: str | None = "en"


class ArticleTold(_Told):
    """It is read as live."""

    @model_validator(mode="after")
    def _says_something(self) -> ArticleTold:
        if not (self.title.strip() or self.text.strip()):
            raise mistake("an article needs a `title` or a `text`")
        return self


class ReportTold(_Told):
    """It is taken as read. Reports of one title and text are copies; one without either is a story of its own.

    Actors that no signal or stance names stand under `actors`.
    """

    signals: tuple[SignalTold, ...] = ()
    stances: tuple[StanceTold, ...] = ()
    actors: ActorIds = ()
    tone: Annotated[float, Field(ge=-1, le=1)] = 0.0


class ExpectedAlert(_Part):
    """What is known of an alert: what is not said is not compared. `group` and `labels`: these values among others."""

    rule: str
    group: dict[str, str] = {}
    state: State | None = None
    severity: Severity | None = None
    stories: int | None = None
    sources: int | tuple[str, ...] | None = None
    observed: float | None = None
    summary: str | None = None
    labels: dict[str, str] = {}


def _at_the_end(raw: object) -> object:
    return {END: raw} if isinstance(raw, list) else raw


def _by_time(expect: dict[str, Any]) -> dict[str, Any]:
    if not expect:
        raise mistake("expected a list of alerts, [] for none, or such lists by time")
    for written in expect:
        if written != END:
            Moment.read(written)
    return expect


END = "end"
"""The key of what is expected there."""
Expect = Annotated[dict[str, tuple[ExpectedAlert, ...]], BeforeValidator(_at_the_end), AfterValidator(_by_time)]


class RuleTest(_Part):
    """`only`: alerts of other rules are left aside; without it nothing may ring but what is expected."""

    name: str
    start: Start = START
    rules: str | None = None
    articles: tuple[ArticleTold, ...] = ()
    reports: tuple[ReportTold, ...] = ()
    from_: Annotated[str | None, Field(alias="from")] = None
    until: MomentTold | None = None
    only: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    expect: Expect

    @model_validator(mode="after")
    def _has_a_log(self) -> RuleTest:
        if not (self.articles or self.reports or self.from_):
            raise mistake("nothing is received: give `articles`, `reports` or `from`")
        return self


class _File(_Part):
    rules: str | None = None
    tests: tuple[RuleTest, ...]


_FIELDS: dict[str, type[BaseModel]] = {
    "tests": RuleTest,
    "articles": ArticleTold,
    "reports": ReportTold,
    "signals": SignalTold,
    "stances": StanceTold,
    "expect": ExpectedAlert,
}


def _explanation(error: ErrorDetails, location: Location) -> str:
    name = str(location[-1])
    match error["type"]:
        case "extra_forbidden":
            part = next((_FIELDS[str(step)] for step in reversed(location[:-1]) if step in _FIELDS), _File)
            known = {field.alias or field_name for field_name, field in part.model_fields.items()}
            return f"unknown field `{name}`{suggestion(name, known)}"
        case "model_type" | "dict_type":
            return "expected a mapping"
        case "tuple_type":
            return "expected a list"
        case _:
            return plain_explanation(error, name)


@dataclass(frozen=True)
class RuleTests:
    """`rules` and what a test names are paths from where the file lies."""

    file: RulesFile
    rules: str | None
    tests: tuple[RuleTest, ...]

    @property
    def folder(self) -> Path:
        """Where the file lies."""
        return self.file.path.parent

    def place(self, *location: str | int) -> str:
        """`file:line:column` of the deepest part of a location that the file has."""
        return self.file.place(location, on_key=True)


def load_rule_tests(path: Path, vocabulary: Vocabulary) -> RuleTests:
    """Raises KnowledgeError at the first mistake, with its place, what was expected, and what was probably meant."""
    file = RulesFile.read(path)
    with file.explaining(_explanation):
        parsed = _File.model_validate(file.document, context=vocabulary)
    return RuleTests(file, parsed.rules, parsed.tests)
