"""Articles become stories of a group, and what an alert has to say is gathered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from json import dumps
from typing import NamedTuple

from schemas import Evidence, Match
from streams.watching.groups import Group
from streams.watching.state import event_ms
from streams.watching.stories import APART_MS, Story, story_of

MAX_STORIES = 2000


@dataclass(slots=True)
class Ring:
    """A record that an alert needs: opened, revised or resolved. `evidence`: what is new, first first."""

    alert_id: str
    firing: bool
    from_ms: int
    to_ms: int
    observed: int
    stories: int
    sources: list[str]
    evidence: list[Evidence] = field(default_factory=list)


class Told(NamedTuple):
    """The story of an article, and whether the article opened it. `dropped`: what had to go for want of room."""

    story: Story
    opened: bool
    dropped: Story | None = None


def take(group: Group, match: Match, now_ms: int) -> Told | None:
    """Find the article its story. None: the group already holds this article."""
    if match.article_id in group.articles:
        return None
    happened_ms = event_ms(match)
    story = story_of(match.fingerprint, happened_ms, group.alike.get(match.fingerprint, ()))
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
        event_ms=happened_ms,
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
    for story in list(_until(group, now_ms - held_ms)):
        if not story.firing:
            group.remove(story)
    waiting = (story.opened_ms + held_ms for story in group.stories.values() if not story.firing)
    return next(waiting, None)


def _until(group: Group, opened_ms: int) -> Iterator[Story]:
    for story in group.stories.values():
        if story.opened_ms > opened_ms:
            return
        yield story


def alert_id(rule: str, group: dict[str, str], opener: str) -> str:
    """The identity of an alert: 16 hex digits. `opener`: the id of its first article."""
    text = dumps([rule, group, opener], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
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
