"""A group of a rule: its stories, its open episodes, and what else its rule's kind remembers."""

from __future__ import annotations

import json
from bisect import bisect_left, insort
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from pydantic_core import to_json

from streams.watching.alike import Alike
from streams.watching.stories import Story

Place = tuple[int, str, int]
"""Event time, first article, number: the order of stories in event time."""

LEFT_OUT = "-"
"""In place of the alert of a story that came too late for one."""


@dataclass(slots=True)
class Episode:
    """An alert that is open and gathers stories. Times in milliseconds: `from_`, `to` of events, `last` of receipt.

    `firsts`: the sources of first articles; `sources`: of all. Both in the order in which they came.
    """

    id: str
    from_ms: int
    to_ms: int
    last_ms: int
    stories: int
    firsts: dict[str, None]
    sources: dict[str, None]

    @classmethod
    def opened(cls, alert_id: str, from_ms: int, now_ms: int, to_ms: int | None = None) -> Episode:
        """One without stories yet."""
        return cls(alert_id, from_ms, from_ms if to_ms is None else to_ms, now_ms, 0, {}, {})


class Memory(Protocol):
    """What a kind remembers of a group besides its stories."""

    def dump(self) -> list[Any]:
        """As values that JSON has."""


M = TypeVar("M", bound=Memory)


@dataclass(slots=True)
class Group:
    """All that is held of one group of one rule.

    `stories` by number, as they opened. Derived from them: the ids of their `articles`; stories `alike`; of an `each`
    those `firing`, by last receipt; of the others the `free` ones, in no alert yet, and how many of them each source
    was first with. `fresh_from`: stories before this number count for no new episode. `memory`: of a kind that has one;
    a value of JSON until it is wanted.

    `stamp` changes whenever it is written, and is a hash of all that was: equal stamps, equal groups. `due_ms`: when it
    has to be looked at again; `timer_ms`: when its timer in the store goes off. `changed` and `gone` are what the store
    does not know yet.
    """

    key: bytes
    logic: str
    stamp: str = ""
    timer_ms: int | None = None
    next_number: int = 0
    forgotten: int = 0
    episodes: list[Episode] = field(default_factory=list)
    memory: Memory | list[Any] | None = None
    due_ms: int | None = None
    stories: dict[int, Story] = field(default_factory=dict)
    articles: set[str] = field(default_factory=set)
    alike: Alike[Story] = field(default_factory=Alike)
    firing: OrderedDict[int, Story] = field(default_factory=OrderedDict)
    free: list[Place] = field(default_factory=list)
    free_sources: Counter[str] = field(default_factory=Counter)
    fresh_from: int = 0
    changed: dict[int, Story] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)

    def add(self, story: Story) -> None:
        """A story opens."""
        self._index(story)
        self.next_number = story.number + 1
        self.changed[story.number] = story

    def remove(self, story: Story) -> None:
        """A story is forgotten."""
        del self.stories[story.number]
        self.articles.difference_update(story.articles)
        self.alike.remove(story.fingerprint, story)
        self.firing.pop(story.number, None)
        self.take_free(story)
        self.changed.pop(story.number, None)
        self.gone.append(story.number)

    def set_free(self, story: Story) -> None:
        """It may be taken into an alert later."""
        insort(self.free, place(story))
        self.free_sources[story.sources[0]] += 1

    def take_free(self, story: Story) -> None:
        """It is in an alert now, or counts for none any more."""
        at = bisect_left(self.free, where := place(story))
        if at < len(self.free) and self.free[at] == where:
            del self.free[at]
            self.free_sources[source := story.sources[0]] -= 1
            if not self.free_sources[source]:
                del self.free_sources[source]

    def leave_out(self, story: Story) -> None:
        """It will be in no alert, though its copies are still to be known."""
        story.alert, story.evidence = LEFT_OUT, None
        self.changed[story.number] = story

    def free_between(self, from_ms: int, to_ms: int) -> list[Place]:
        """The free stories of a stretch of event time, both ends included."""
        return self.free[bisect_left(self.free, (from_ms,)) : bisect_left(self.free, (to_ms + 1,))]

    def recall(self, kind: type[M], of: Callable[[list[Any]], M]) -> M | None:
        """What its kind remembers; made by `of` from the values of JSON, if it comes from the store. None: nothing."""
        if isinstance(self.memory, list):
            return of(self.memory)
        return self.memory if isinstance(self.memory, kind) else None

    def restore(self, stories: Iterator[Story]) -> None:
        """Fill an empty group with the stories of the store."""
        for story in stories:
            self._index(story)
        self.free = sorted(place(story) for story in self.stories.values() if not story.alert)
        self.free_sources.update(self.stories[number].sources[0] for _, _, number in self.free)
        firing = (story for story in self.stories.values() if story.firing)
        self.firing.update((story.number, story) for story in sorted(firing, key=lambda story: story.last_ms))
        self.fresh_from = next(iter(self.stories), self.next_number)

    def dump(self) -> bytes:
        """Its own entry, without the stories."""
        episodes = [[getattr(episode, name) for name in Episode.__slots__] for episode in self.episodes]
        for fields in episodes:
            fields[-2:] = [list(fields[-2]), list(fields[-1])]
        memory = self.memory if self.memory is None or isinstance(self.memory, list) else self.memory.dump()
        fields = [self.stamp, self.logic, self.timer_ms, self.next_number, self.forgotten, episodes, memory]
        return to_json(fields)

    @classmethod
    def of(cls, key: bytes, value: bytes) -> Group:
        """What `dump` wrote."""
        stamp, logic, timer_ms, next_number, forgotten, dumped, *memory = json.loads(value)
        episodes = [Episode(*fields[:-2], *map(dict.fromkeys, fields[-2:])) for fields in dumped]
        group = cls(key, logic, stamp, timer_ms, next_number, forgotten, episodes, due_ms=timer_ms)
        group.memory = memory[0] if memory else None  # the first layout had none
        return group

    def _index(self, story: Story) -> None:
        self.stories[story.number] = story
        self.articles.update(story.articles)
        self.alike.add(story.fingerprint, story)


def place(story: Story) -> Place:
    """Where it stands in event time."""
    return story.event_ms, story.articles[0], story.number
