"""All that was read in one article. What each field means is in docs/codebook.md."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from schemas.model import Model, UTCTime

Topic = str  # the topics are data: the files under seeds/topics/
Action = str
Modality = Literal["actual", "intended", "urged", "refused", "hypothetical"]
ActorType = Literal["country", "org", "person", "project"]
Sign = Literal[-1, 0, 1]
Confidence = Annotated[float, Field(ge=0, le=1)]


def direction(sign: Sign, modality: Modality) -> Sign:
    """Where a signal points on its topic's axis: the action's sign, turned round by a refusal."""
    turned: dict[Sign, Sign] = {-1: 1, 0: 0, 1: -1}
    return turned[sign] if modality == "refused" else sign


class Place(Model):
    """`[start, end)` as Python string indices into the article's `title` or `text`."""

    in_: Annotated[Literal["title", "text"], Field(alias="in")] = "text"
    start: int
    end: int


class Span(Place):
    """A place and the words that stand there."""

    text: str


class Actor(Model):
    """A person, state, organisation or project, with every span that names it."""

    id: str
    known: bool
    type: ActorType
    name: str
    country: str | None = None
    represents: str | None = None
    role: str | None = None
    mentions: tuple[Span, ...] = ()


class Quote(Place):
    """What somebody is reported to have said; `speaker` is an actor id."""

    speaker: str | None = None
    direct: bool


class Signal(Model):
    """A policy event or position. `initiator` and `target` are actor ids; `evidence` is the sentence."""

    topic: Topic
    action: Action
    modality: Modality
    direction: Sign
    initiator: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    speaker: str | None = None
    evidence: Span
    confidence: Confidence


class Stance(Model):
    """What `holder` thinks of `target` (actor ids): +1 or -1. `via`: the person who spoke for the holder."""

    holder: str
    target: str
    polarity: Literal[-1, 1]
    via: str | None = None
    evidence: Span
    confidence: Confidence


class Figure(Span):
    """A number with its unit (ISO 4217, `percent`, SI or the trade's) and the sign of a change."""

    value: float
    unit: str | None = None
    change: Sign | None = None


class Period(Span):
    """A date or a stretch of days, both ends included; null where it cannot be resolved."""

    from_: Annotated[date | None, Field(alias="from")] = None
    to: date | None = None


class Report(Model):
    """All that was read in one article.

    `version` names what read it (reader, knowledge, depth): equal versions give equal reports. `fingerprint` is a
    MinHash of the words, 64 values of 8 bits, base64.
    """

    article_id: str
    title: str = ""
    url: str = ""
    source: str = ""
    published_at: UTCTime
    received_at: UTCTime
    lang: str | None = None
    version: str
    tone: Annotated[float, Field(ge=-1, le=1)] = 0.0
    actors: tuple[Actor, ...] = ()
    quotes: tuple[Quote, ...] = ()
    signals: tuple[Signal, ...] = ()
    stances: tuple[Stance, ...] = ()
    figures: tuple[Figure, ...] = ()
    dates: tuple[Period, ...] = ()
    fingerprint: str = ""
