"""One article that a rule wants, for one group."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.model import Model, UTCTime
from schemas.report import Signal, Stance


class Match(Model):
    """One for each (rule, group, article), with all signals and stances that the rule wants for this group.

    None of either for a rule that looks at articles. `tone` is the article's.
    """

    rule: str
    group: dict[str, str]
    article_id: str
    title: str = ""
    url: str = ""
    source: str = ""
    published_at: UTCTime
    received_at: UTCTime
    backfill: bool = False
    fingerprint: str = ""
    tone: Annotated[float, Field(ge=-1, le=1)] = 0.0
    signals: tuple[Signal, ...] = ()
    stances: tuple[Stance, ...] = ()
