"""Which of the fingerprints held are alike: how much two share, and an index that finds those that share enough."""

from __future__ import annotations

from array import array
from binascii import a2b_base64
from collections.abc import Iterable
from hashlib import sha512
from math import ceil
from struct import Struct
from typing import Generic, TypeVar

T = TypeVar("T")

AT_LEAST = 0.7
"""Two articles are alike that share this part of their words, as far as their fingerprints tell."""

_VALUES = 64
_BY_CHANCE = 1 / 256
_AGREEING = ceil(_VALUES * (_BY_CHANCE + AT_LEAST * (1 - _BY_CHANCE)))
# Alike are those that differ in at most 19 of 64 values: of any 20 bands apart they agree in one at least.
_BANDS = _VALUES - _AGREEING + 1
_BAND_VALUES = Struct(f">{_BANDS}H")
_FEW = 32  # comparing with each is as fast as looking up each band


def similarity(one: str, other: str) -> float:
    """The part of their shingles that two articles share (Jaccard), estimated from their fingerprints: 0 to 1.

    Its standard error is at most .063. Agreement by chance is taken off (Li and König 2010, b = 8).
    """
    first, second = _decode(one), _decode(other)
    if first is None or second is None:
        return 0.0
    return max(0.0, (_agreeing(first, second) / _VALUES - _BY_CHANCE) / (1 - _BY_CHANCE))


class Alike(Generic[T]):
    """Items by fingerprint. Finds those at least AT_LEAST alike: exactly what comparing with each finds.

    A few are compared with each. Of many the bands are indexed, so that only those are compared which may agree in one:
    hardly any of unlike articles, most of articles made by one template.
    """

    __slots__ = ("_bands", "_held", "_next")

    def __init__(self) -> None:
        self._held: dict[int, tuple[int, T]] = {}  # by serial number, as added
        self._next = 0
        self._bands: _Bands | None = None

    def add(self, fingerprint: str, item: T) -> None:
        """Hold it; nothing finds it if its fingerprint is ""."""
        value = _decode(fingerprint)
        if value is None:
            return
        serial, self._next = self._next, self._next + 1
        self._held[serial] = value, item
        if self._bands is not None and self._bands.has_room():
            self._bands.add(serial, value)
        else:
            self._index()

    def remove(self, fingerprint: str, item: T) -> None:
        """Let go of this very item, which was added with this fingerprint. Raises KeyError if it was not."""
        value = _decode(fingerprint)
        if value is None:
            return
        for serial in self._candidates(value):
            if serial in self._held and self._held[serial][1] is item:
                del self._held[serial]
                break
        else:
            raise KeyError(fingerprint)
        if len(self._held) < _FEW // 2:
            self._bands = None

    def find(self, fingerprint: str) -> list[T]:
        """Those alike, in the order in which they were added."""
        value = _decode(fingerprint)
        if value is None:
            return []
        if self._bands is None:
            return [item for held, item in self._held.values() if _agreeing(held, value) >= _AGREEING]
        near = filter(None, map(self._held.get, self._candidates(value)))
        return [item for held, item in near if _agreeing(held, value) >= _AGREEING]

    def _candidates(self, value: int) -> Iterable[int]:
        return self._held if self._bands is None else self._bands.near(value)

    def _index(self) -> None:
        self._bands = _Bands(self._held) if len(self._held) > _FEW else None


class _Bands:
    """Serial numbers by the values of their bands: hash chains in arrays, 210 to 330 bytes an item.

    There is room for twice what it is made of, so that chains stay short. What is removed stays in its chains; when
    there is no more room, the index is made anew of what is left.
    """

    __slots__ = ("_before", "_newest", "_room", "_serials", "_size")

    def __init__(self, held: dict[int, tuple[int, T]]) -> None:
        self._room, self._size = 2 * len(held), 3 * len(held)
        self._newest = array("I", bytes(4 * self._size * _BANDS))  # by band and value; 0: none
        self._before = array("I", bytes(4 * _BANDS))  # by place and band: the place before in the chain
        self._serials = array("Q", [0])  # by place, from 1
        for serial, (value, _) in held.items():
            self.add(serial, value)

    def has_room(self) -> bool:
        """Whether chains stay short with one more."""
        return len(self._serials) <= self._room

    def add(self, serial: int, value: int) -> None:
        """Serial numbers rise."""
        place = len(self._serials)
        self._serials.append(serial)
        for chain in self._chains(value):
            self._before.append(self._newest[chain])
            self._newest[chain] = place

    def near(self, value: int) -> list[int]:
        """All that agree in a band, and some that do not; rising."""
        found = set()
        for band, chain in enumerate(self._chains(value)):
            place = self._newest[chain]
            while place:
                found.add(place)
                place = self._before[place * _BANDS + band]
        return [self._serials[place] for place in sorted(found)]

    def _chains(self, value: int) -> list[int]:
        size, parts = self._size, _BAND_VALUES.unpack_from(value.to_bytes(_VALUES, "big"))
        return [band * size + part % size for band, part in enumerate(parts)]


def _decode(fingerprint: str) -> int | None:
    """64 values of 8 bits as one number; None of "", which is like nothing.

    What is no fingerprint gets the values of its hash: it is like itself alone.
    """
    if not fingerprint:
        return None
    try:
        raw = a2b_base64(fingerprint, strict_mode=True)
    except ValueError:
        raw = b""
    if len(raw) != _VALUES:
        raw = sha512(fingerprint.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(raw, "big")


def _agreeing(one: int, other: int) -> int:
    return (one ^ other).to_bytes(_VALUES, "big").count(0)
