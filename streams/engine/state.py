"""Views that gather a batch's changes on top of what is committed."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from sortedcontainers import SortedSet

from streams.store import Store


class View(Store):
    """Reads through to `below`, keeps what is written to itself. An aborted batch is a view thrown away."""

    def __init__(self, below: Store) -> None:
        self._below = below
        self._changes: dict[bytes, bytes | None] = {}
        self._order: SortedSet | None = None  # of the changed keys, from when a step first asks for keys in order

    @property
    def changes(self) -> dict[bytes, bytes | None]:
        """What differs from below; None stands for a deletion."""
        return dict(self._changes)

    def get(self, key: bytes) -> bytes | None:
        return self._changes[key] if key in self._changes else self._below.get(key)

    def put(self, key: bytes, value: bytes) -> None:
        self._change(key, value)

    def delete(self, key: bytes) -> None:
        if self._below.get(key) is not None:
            self._change(key, None)
        elif key in self._changes:  # came and went within the batch: the changelog need not know
            del self._changes[key]
            if self._order is not None:
                self._order.remove(key)

    def keys(self, start: bytes, stop: bytes) -> Iterator[bytes]:
        if self._order is None:
            self._order = SortedSet(self._changes)
        mine = tuple(self._order.irange(start, stop, inclusive=(True, False)))
        changed = {key: self._changes[key] is not None for key in mine}
        below = (key for key in self._below.keys(start, stop) if key not in changed)
        return heapq.merge(below, (key for key in mine if changed[key]))

    def _change(self, key: bytes, value: bytes | None) -> None:
        if self._order is not None:
            self._order.add(key)
        self._changes[key] = value

    def settle(self) -> None:
        """Write the changes through to `below`."""
        for key, value in self._changes.items():
            if value is None:
                self._below.delete(key)
            else:
                self._below.put(key, value)
