"""A step's state as a step sees it: ordered bytes keys, bytes values. And one that lives in memory alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from sortedcontainers import SortedDict


class Store(Protocol):
    """One partition's state, with the changes of the batch in work."""

    def get(self, key: bytes) -> bytes | None:
        """The value, or None."""

    def put(self, key: bytes, value: bytes) -> None:
        """Set; seen at once by this batch, by others once committed."""

    def delete(self, key: bytes) -> None:
        """Forget; no error if absent."""

    def keys(self, start: bytes, stop: bytes) -> Iterator[bytes]:
        """The keys of [start, stop), in order. Writing while iterating is allowed and does not change what is given."""


class MemoryStore(Store):
    """A Store in a sorted dictionary. `entries` can be saved, and given back later."""

    def __init__(self, entries: Mapping[bytes, bytes] | None = None) -> None:
        self.entries: SortedDict = SortedDict(entries or {})

    def __len__(self) -> int:
        return len(self.entries)

    def get(self, key: bytes) -> bytes | None:
        value: bytes | None = self.entries.get(key)
        return value

    def put(self, key: bytes, value: bytes) -> None:
        self.entries[key] = value

    def delete(self, key: bytes) -> None:
        self.entries.pop(key, None)

    def keys(self, start: bytes, stop: bytes) -> Iterator[bytes]:
        return iter(tuple(self.entries.irange(start, stop, inclusive=(True, False))))

    def apply(self, changes: Mapping[bytes, bytes | None]) -> None:
        """Take over a batch's changes; None deletes."""
        for key, value in changes.items():
            if value is None:
                self.delete(key)
            else:
                self.put(key, value)
