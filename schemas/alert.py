"""What goes out: an alert in its latest state."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from schemas.model import Model, UTCTime
from schemas.report import Signal, Stance

Severity = Literal["info", "warning", "critical"]
State = Literal["firing", "resolved"]


def rounded(value: float) -> float:
    """Six significant digits: what two machines compute alike."""
    return float(f"{value:.6g}")


Rounded = Annotated[float, AfterValidator(rounded)]


class Window(Model):
    """A stretch of event time, both ends included."""

    from_: Annotated[UTCTime, Field(alias="from")]
    to: UTCTime


class Evidence(Model):
    """The sentence of one story that made the alert."""

    article_id: str
    title: str = ""
    url: str = ""
    source: str = ""
    published_at: UTCTime
    text: str
    signal: Signal | None = None
    stance: Stance | None = None


class Alert(Model):
    """An upsert: the record with the highest `revision` of an `id` is the alert.

    The same article published again after its story was forgotten begins anew at revision 1, under the same id: no news
    to whoever kept the alert.

    `stories` and `sources` count all; `evidence` holds the first sentence of each of the first 20 stories. Times
    are ends of rounds but for `window`, which is event time.
    """

    id: str
    rule: str
    severity: Severity
    state: State
    revision: Annotated[int, Field(ge=1)]
    group: dict[str, str]
    summary: str
    opened_at: UTCTime
    updated_at: UTCTime
    resolved_at: UTCTime | None = None
    window: Window
    observed: int | Rounded
    expected: Rounded | None = None
    p_value: Rounded | None = None
    evidence: tuple[Evidence, ...] = ()
    stories: int
    sources: tuple[str, ...] = ()
    labels: Annotated[dict[str, str], Field(default_factory=dict)]
