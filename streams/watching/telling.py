"""Articles become stories of a group, and what an alert has to say is gathered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from json import dumps
from typing import NamedTuple

from schemas import Evidence, Match
from streams.watching.groups import Episode, Group, Place
from streams.watching.state import Arrival
from streams.watching.stories import APART_MS, MAX_SOURCES, Story, earliest

MAX_STORIES = 2000


@dataclass(slots=True)
class Ring:
    """A record that an alert needs: opened, revised or resolved. `evidence`: what is new, first first.

    `event`: it is over as soon as it is said, and nothing of it is kept.
    """

    alert_id: str
    firing: bool
    from_ms: int
    to_ms: int
    observed: float
    stories: int
    sources: Iterable[str]
    evidence: list[Evidence] = field(default_factory=list)
    expected: float | None = None
    p_value: float | None = None
    event: bool = False


class Outcome(NamedTuple):
    """What a round made of a group: what alerts have to say; when it has to be looked at again (None: nothing is left).

    `unused`: stories that came too late to count.
    """

    rings: list[Ring]
    due_ms: int | None
    unused: int = 0

    @classmethod
    def of(cls, rings: list[Ring], *due_ms: int | None, unused: int = 0) -> Outcome:
        """Of the times at which it has to be looked at (None: not for this) the first counts."""
        return cls(rings, min((ms for ms in due_ms if ms is not None), default=None), unused)


class Told(NamedTuple):
    """The story of an article, and whether the article opened it. `dropped`: what had to go for want of room."""

    story: Story
    opened: bool
    dropped: Story | None = None


def take(group: Group, arrival: Arrival, now_ms: int) -> Told | None:
    """Find the article its story. None: the group already holds this article."""
    event_ms, match = arrival
    if match.article_id in group.articles:
        return None
    story = earliest(group.alike.find(match.fingerprint), event_ms)
    if story is not None:
        story.add_copy(match.article_id, match.source, now_ms)
        group.articles.update(story.articles[-1:])
        group.changed[story.number] = story
        return Told(story, opened=False)
    dropped = None
    if len(group.stories) >= MAX_STORIES:
        dropped = group.stories[next(iter(group.stories))]
        group.remove(dropped)
        group.forgotten += 1
    story = Story(
        number=group.next_number,
        articles=[match.article_id],
        event_ms=event_ms,
        opened_ms=now_ms,
        last_ms=now_ms,
        fingerprint=match.fingerprint,
        sources=[match.source],
        evidence=_evidence(match),
    )
    group.add(story)
    return Told(story, opened=True, dropped=dropped)


def forget(group: Group, span_ms: int, lateness_ms: int, now_ms: int) -> int | None:
    """Let go of the stories whose time has come: not before copies can no longer come, nor while they fire.

    Returns when the next one's time comes.
    """
    held_ms = max(span_ms, APART_MS) + lateness_ms
    over = []
    for story in group.stories.values():
        if story.opened_ms + held_ms > now_ms:
            break
        if not story.firing:
            over.append(story)
    for story in over:
        group.remove(story)
    return next((due for story in group.stories.values() if (due := story.opened_ms + held_ms) > now_ms), None)


def join(group: Group, episode: Episode, places: Iterable[Place], now_ms: int) -> list[Story]:
    """Take free stories into an episode; returns them."""
    joined = [group.stories[number] for _, _, number in places]
    for story in joined:
        group.take_free(story)
        story.alert = episode.id
        group.changed[story.number] = story
        list_source(episode.firsts, story.sources[0])
        for source in story.sources:
            list_source(episode.sources, source)
        episode.from_ms = min(episode.from_ms, story.event_ms)
        episode.to_ms = max(episode.to_ms, story.event_ms)
    episode.stories += len(joined)
    episode.last_ms = now_ms
    return joined


def list_source(sources: dict[str, None], source: str) -> None:
    """Add it, if there is room."""
    if len(sources) < MAX_SOURCES:
        sources[source] = None


def alert_id(rule: str, group: dict[str, str], opener: str, from_ms: int) -> str:
    """The identity of an alert: 16 hex digits.

    `opener`: the id of its first article, "" if a window opened it; `from_ms`: event time of that article (another one
    may be published under its id), or the window's start.
    """
    text = dumps([rule, group, opener, from_ms], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:16]


def _evidence(match: Match) -> Evidence:
    signal = match.signals[0] if match.signals else None
    stance = match.stances[0] if match.stances and signal is None else None
    first = signal or stance
    return Evidence(
        article_id=match.article_id,
        title=match.title,
        url=match.url,
        source=match.source,
        published_at=match.published_at,
        text=first.evidence.text if first else match.title,
        signal=signal,
        stance=stance,
    )
