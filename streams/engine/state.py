"""Views that gather a batch's changes on top of what is committed."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from sortedcontainers import SortedDict

from streams.store import Store


class View(Store):
    """Reads through to `below`, keeps what is written to itself. An aborted batch is a view thrown away."""

    def __init__(self, below: Store) -> None:
        self._below = below
        self._changes: SortedDict = SortedDict()

    @property
    def changes(self) -> dict[bytes, bytes | None]:
        """What differs from below; None stands for a deletion."""
        return dict(self._changes)

    def get(self, key: bytes) -> bytes | None:
        if key in self._changes:
            value: bytes | None = self._changes[key]
            return value
        return self._below.get(key)

    def put(self, key: bytes, value: bytes) -> None:
        self._changes[key] = value

    def delete(self, key: bytes) -> None:
        if self._below.get(key) is None:
            self._changes.pop(key, None)  # came and went within the batch: the changelog need not know
        else:
            self._changes[key] = None

    def keys(self, start: bytes, stop: bytes) -> Iterator[bytes]:
        mine = tuple(self._changes.irange(start, stop, inclusive=(True, False)))
        changed = {key: self._changes[key] is not None for key in mine}
        below = (key for key in self._below.keys(start, stop) if key not in changed)
        return heapq.merge(below, (key for key in mine if changed[key]))

    def settle(self) -> None:
        """Write the changes through to `below`."""
        for key, value in self._changes.items():
            if value is None:
                self._below.delete(key)
            else:
                self._below.put(key, value)
