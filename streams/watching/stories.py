"""Stories: many articles, one piece of news."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from schemas import Evidence

APART_MS = 7 * 86_400_000
"""The same words more than this after a story's first article are a new event: sanctions are renewed each year."""
MAX_SOURCES = 1_000
"""Sources listed of one story, and of one episode: more than confirm anything, few enough to travel."""
MAX_ARTICLES = 100
"""Ids held of one story. A copy beyond these that comes twice counts as two copies: only its receipt is later."""


@dataclass(slots=True)
class Story:
    """One piece of news in one group.

    `number` counts the group's stories as they opened. `articles`, `sources`: the first one first. `event_ms` is
    that of the first article; `opened_ms` and `last_ms` are the ends of the rounds of its first and last article.
    `alert`: the id of the alert that it is part of, "" while of none (`groups.LEFT_OUT`: for ever); `firing`: of an
    `each`, whether that is open.
    `evidence`: until an alert has it; what came from the store is parsed when it is wanted.
    """

    number: int
    articles: list[str]
    event_ms: int
    opened_ms: int
    last_ms: int
    fingerprint: str
    sources: list[str]
    alert: str = ""
    firing: bool = False
    evidence: Evidence | dict[str, Any] | None = None

    @classmethod
    def of(cls, number: int, value: bytes) -> Story:
        """What `dump` wrote."""
        return cls(number, *json.loads(value))

    def dump(self) -> bytes:
        """As compact JSON; the number stands in its key."""
        fields = [getattr(self, name) for name in _DUMPED]
        if isinstance(self.evidence, Evidence):
            fields[-1] = self.evidence.model_dump(exclude=_KNOWN, exclude_defaults=True, by_alias=True)
        return to_json(fields)

    def give_evidence(self) -> list[Evidence]:
        """What an alert has not shown yet: one or none. It is the alert's then."""
        given, self.evidence = self.evidence, None
        if isinstance(given, dict):
            told = given.get("signal") or given.get("stance")
            text = told["evidence"]["text"] if told else given.get("title", "")
            known = {"article_id": self.articles[0], "source": self.sources[0], "text": text}
            given = Evidence.model_validate(given | known)
        return [] if given is None else [given]

    def add_copy(self, article_id: str, source: str, now_ms: int) -> None:
        """Another article tells the same."""
        if len(self.articles) < MAX_ARTICLES:
            self.articles.append(article_id)
        if source not in self.sources and len(self.sources) < MAX_SOURCES:
            self.sources.append(source)
        self.last_ms = now_ms


_KNOWN = {"article_id", "source", "text"}
"""Of evidence: stands in its story, or in its signal, already."""
_DUMPED = tuple(name for name in Story.__slots__ if name != "number")


def earliest(alike: Iterable[Story], event_ms: int) -> Story | None:
    """The story that an article joins: of those whose first article is alike the earliest at most 7 days apart.

    `alike`: as they opened.
    """
    for story in alike:
        if abs(story.event_ms - event_ms) <= APART_MS:
            return story
    return None
