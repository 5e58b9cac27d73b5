"""A group of a rule: its stories and open episodes, and how they are found."""

from __future__ import annotations

import json
from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from streams.store import Store
from streams.watching.state import sortable
from streams.watching.stories import Story

Place = tuple[int, str, int]
"""Event time, first article, number: the order of stories in event time."""


@dataclass(slots=True)
class Episode:
    """An alert that is open, of a `count`. Times in milliseconds: `from_`, `to` of events, `last` of receipt.

    `firsts`: the sources of first articles; `sources`: of all.
    """

    id: str
    from_ms: int
    to_ms: int
    last_ms: int
    stories: int
    firsts: list[str]
    sources: list[str]


@dataclass(slots=True)
class Group:
    """All that is held of one group of one rule.

    `stories` by number, as they opened. Derived from them: the ids of their `articles`; stories `alike` by
    fingerprint; of an `each` those `firing`, by last receipt; of a `count` the `free` ones, in no episode yet. `stamp`
    changes with every change, and is a hash of all changes: equal stamps, equal groups. `changed` and `gone` are what
    the store does not know yet. `fresh_from`: stories before this number count for no new episode.
    """

    key: bytes
    logic: str
    stamp: str = ""
    due_ms: int | None = None
    next_number: int = 0
    forgotten: int = 0
    episodes: list[Episode] = field(default_factory=list)
    stories: dict[int, Story] = field(default_factory=dict)
    articles: set[str] = field(default_factory=set)
    alike: dict[str, list[Story]] = field(default_factory=dict)
    firing: OrderedDict[int, Story] = field(default_factory=OrderedDict)
    free: list[Place] = field(default_factory=list)
    changed: dict[int, Story] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)
    fresh_from: int = 0

    def add(self, story: Story) -> None:
        """A story opens."""
        self._index(story)
        insort(self.free, place(story))
        self.next_number = story.number + 1
        self.changed[story.number] = story

    def remove(self, story: Story) -> None:
        """A story is forgotten."""
        del self.stories[story.number]
        self.articles.difference_update(story.articles)
        alike = self.alike[story.fingerprint]
        alike.remove(story)
        if not alike:
            del self.alike[story.fingerprint]
        self.firing.pop(story.number, None)
        self.take_free(story)
        self.changed.pop(story.number, None)
        self.gone.append(story.number)

    def take_free(self, story: Story) -> None:
        """It is in an episode now, or counts for none any more."""
        at = bisect_left(self.free, where := place(story))
        if at < len(self.free) and self.free[at] == where:
            del self.free[at]

    def restore(self, stories: Iterator[Story]) -> None:
        """Fill an empty group with the stories of the store."""
        for story in stories:
            self._index(story)
        self.free = sorted(place(story) for story in self.stories.values() if not story.alert)
        firing = (story for story in self.stories.values() if story.firing)
        self.firing.update((story.number, story) for story in sorted(firing, key=lambda story: story.last_ms))
        self.fresh_from = next(iter(self.stories), 0)

    def _index(self, story: Story) -> None:
        self.stories[story.number] = story
        self.articles.update(story.articles)
        self.alike.setdefault(story.fingerprint, []).append(story)


def place(story: Story) -> Place:
    """Where it stands in event time."""
    return story.event_ms, story.articles[0], story.number


class Groups:
    """The groups of a store. Those touched last stay parsed, up to `room` stories, for as long as their stamp holds.

    What is kept here never decides anything: a stamp that differs (a batch was given up, another process went on, it is
    another store) has the group read anew.
    """

    def __init__(self, room: int = 50_000) -> None:
        self._room = room
        self._stories = 0
        self._held: OrderedDict[bytes, tuple[bytes, Group]] = OrderedDict()

    def load(self, store: Store, key: bytes) -> Group | None:
        """The group, or None. It is the caller's own until saved."""
        value = store.get(b"g/" + key)
        held, group = self._held.pop(key, (None, None))
        self._stories -= len(group.stories) if group else 0
        if value is None:
            return None
        if group is None or held != value:
            group = _own_entry(key, value)
            group.restore(_stories(store, key))
        return group

    def save(self, store: Store, group: Group, due_ms: int | None, now_ms: int) -> None:
        """Write what changed, and the timer. `due_ms`: when it must be looked at again; None: it is empty and goes.

        A timer that is early stays: it costs one look, while to set it anew costs two writes for every copy.
        """
        stamp = blake2b(f"{group.stamp} {now_ms}".encode(), digest_size=8)
        for number in group.gone:
            store.delete(_story_key(group.key, number))
        for story in group.changed.values():
            store.put(_story_key(group.key, story.number), value := story.dump())
            stamp.update(value)
        group.gone.clear()
        group.changed.clear()
        group.stamp = stamp.hexdigest()
        if due_ms is None or group.due_ms is None or not now_ms < group.due_ms <= due_ms:
            set_timer(store, group, due_ms)
        if due_ms is None:
            store.delete(b"g/" + group.key)
        else:
            self._keep(group, put_group(store, group))

    def _keep(self, group: Group, value: bytes) -> None:
        self._held[group.key] = value, group
        self._stories += len(group.stories)
        while self._stories > self._room:
            _, (_, oldest) = self._held.popitem(last=False)
            self._stories -= len(oldest.stories)


def drop_group(store: Store, group: Group) -> None:
    """Forget all of it but its open alerts."""
    for key in store.keys(b"s/%b|" % group.key, b"s/%b}" % group.key):
        store.delete(key)
    set_timer(store, group, None)
    store.delete(b"g/" + group.key)


def set_timer(store: Store, group: Group, due_ms: int | None) -> None:
    """Move the group's one timer."""
    if group.due_ms is not None:
        store.delete(b"t/%b/%b" % (sortable(group.due_ms), group.key))
    if due_ms is not None:
        store.put(b"t/%b/%b" % (sortable(due_ms), group.key), b"1")
    group.due_ms = due_ms


def put_group(store: Store, group: Group) -> bytes:
    """Write the group's own entry; returns it."""
    episodes = [[getattr(episode, name) for name in Episode.__slots__] for episode in group.episodes]
    fields = [group.stamp, group.logic, group.due_ms, group.next_number, group.forgotten, episodes]
    value = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    store.put(b"g/" + group.key, value)
    return value


def without_stories(store: Store) -> Iterator[Group]:
    """All groups, of each its own entry alone."""
    for key in store.keys(b"g/", b"g0"):
        value = store.get(key)
        assert value is not None
        yield _own_entry(key[2:], value)


def _own_entry(key: bytes, value: bytes) -> Group:
    stamp, logic, due_ms, next_number, forgotten, episodes = json.loads(value)
    return Group(key, logic, stamp, due_ms, next_number, forgotten, [Episode(*episode) for episode in episodes])


def _stories(store: Store, key: bytes) -> Iterator[Story]:
    for story_key in store.keys(b"s/%b|" % key, b"s/%b}" % key):
        value = store.get(story_key)
        assert value is not None
        yield Story.of(int(story_key[-10:]), value)


def _story_key(group: bytes, number: int) -> bytes:
    return b"s/%b|%010d" % (group, number)
