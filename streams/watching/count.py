"""The kind `count`: several stories about one thing are an alert.

An **episode** is a chain of stories in event time: no two neighbours lie more than `within` apart, and at one place at
least N distinct stories (or sources of first articles) lie within a span of `within`. So

- the story that completes such a span opens an episode; the earliest article of the earliest such span gives it its id;
- the episode takes in at once all stories within `within` of its first or last, again and again, and later each new
  one that comes as near, on either side. A story belongs to one episode only, and counts for no other;
- it resolves `within` after the receipt of its last article, copies included. What comes later needs N again;
- what is far from it in event time does not touch it: a backfill of eleven years, received within one second, gives
  an episode for each crowded week of these years. Episodes never merge; a story near two joins the one opened first;
- a group has at most 200 open episodes: when one more opens, the one opened first resolves;
- a story counts until it was received `within` + `lateness` ago, though it is remembered longer for its copies' sake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas import Match
from streams.watching.groups import Episode, Group, Place, place
from streams.watching.kinds import Count
from streams.watching.state import Arrival
from streams.watching.stories import Story
from streams.watching.telling import Outcome, Ring, alert_id, forget, join, list_source, take

MAX_EPISODES = 200
"""Open at once in a group; a backfill of years may give more: those opened first resolve early then."""


def run_count(rule: Count, group: Group, arrivals: Sequence[Arrival], now_ms: int) -> Outcome:
    """One round of one group: what arrived, in order, then what is due at `now_ms`."""
    counting = _Counting(rule, group, now_ms)
    counting.drop_stale()
    for arrival in arrivals:
        match, told = arrival.match, take(group, arrival, now_ms)
        if told is None:
            continue
        if told.opened:
            group.set_free(told.story)
            counting.add(told.story, match)
        else:
            counting.copy(told.story, match.source)
    rings = counting.rings()
    due_ms = [episode.last_ms + rule.within for episode in group.episodes]
    forget_ms = forget(group, rule.within, rule.lateness, now_ms)
    return Outcome.of(rings, *due_ms, forget_ms)


@dataclass(slots=True)
class _Counting:
    """`joined`: by episode, the stories that joined it this round; those that are `over` for want of room."""

    rule: Count
    group: Group
    now_ms: int
    joined: dict[str, list[Story]] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)

    def drop_stale(self) -> None:
        # A timer runs after the matches of its round: at the very end of its time a story still counts.
        counts_from_ms = self.now_ms - self.rule.within - self.rule.lateness
        while self.group.fresh_from < self.group.next_number:
            story = self.group.stories.get(self.group.fresh_from)
            if story is not None:
                if story.opened_ms >= counts_from_ms:
                    return
                self.group.take_free(story)
            self.group.fresh_from += 1

    def copy(self, story: Story, source: str) -> None:
        for episode in self.group.episodes:
            if episode.id == story.alert:
                episode.last_ms = self.now_ms
                list_source(episode.sources, source)

    def add(self, story: Story, match: Match) -> None:
        within = self.rule.within
        for episode in self.group.episodes:
            if episode.from_ms - within <= story.event_ms <= episode.to_ms + within:
                self._absorb(episode)
                return
        span = self._span(story)
        if span:
            from_ms, opener, _ = span[0]
            opened_id = alert_id(match.rule, match.group, opener, from_ms)
            opened = Episode.opened(opened_id, from_ms, self.now_ms, span[-1][0])
            self.group.episodes.append(opened)
            self._absorb(opened)
            if len(self.group.episodes) > len(self.over) + MAX_EPISODES:
                self.over.add(self.group.episodes[len(self.over)].id)

    def _span(self, story: Story) -> list[Place]:
        """The earliest span with enough in it of those that hold this story, or nothing."""
        within = self.rule.within
        if self.rule.distinct == "sources" and len(self.group.free_sources) < self.rule.at_least:
            return []
        near = self.group.free_between(story.event_ms - within, story.event_ms + within)
        if len(near) < self.rule.at_least:
            return []
        held: Counter[str | int] = Counter()
        end = 0
        for start, (from_ms, _, _) in enumerate(near):
            if from_ms > story.event_ms:
                break
            while end < len(near) and near[end][0] <= from_ms + within:
                held[self._confirms(near[end])] += 1
                end += 1
            if len(held) >= self.rule.at_least:
                return near[start:end]
            leaving = self._confirms(near[start])
            held[leaving] -= 1
            if not held[leaving]:
                del held[leaving]
        return []

    def _confirms(self, at: Place) -> str | int:
        number = at[2]
        return number if self.rule.distinct == "stories" else self.group.stories[number].sources[0]

    def _absorb(self, episode: Episode) -> None:
        within = self.rule.within
        while True:
            places = self.group.free_between(episode.from_ms - within, episode.to_ms + within)
            if not places:
                return
            self.joined.setdefault(episode.id, []).extend(join(self.group, episode, places, self.now_ms))

    def rings(self) -> list[Ring]:
        """What the open episodes have to say now; those that are over are gone then."""
        rings = []
        for episode in list(self.group.episodes):
            firing = self.now_ms < episode.last_ms + self.rule.within and episode.id not in self.over
            joined = sorted(self.joined.get(episode.id, ()), key=place)
            if joined or not firing:
                rings.append(self._ring(episode, firing, joined))
            if not firing:
                self.group.episodes.remove(episode)
        return rings

    def _ring(self, episode: Episode, firing: bool, joined: list[Story]) -> Ring:
        return Ring(
            alert_id=episode.id,
            firing=firing,
            from_ms=episode.from_ms,
            to_ms=episode.to_ms,
            observed=episode.stories if self.rule.distinct == "stories" else len(episode.firsts),
            stories=episode.stories,
            sources=episode.sources,
            evidence=[evidence for story in joined for evidence in story.give_evidence()],
        )
