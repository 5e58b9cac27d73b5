from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.watching.alike import AT_LEAST, Alike, similarity


@dataclass
class Item:
    """Equal to others: only its identity tells it from them."""

    fingerprint: str


def made(values: bytes) -> str:
    return b64encode(values).decode()


def changed(values: bytes, places: int, chance: Random) -> bytes:
    """With so many of the 64 values changed."""
    other = bytearray(values)
    for place in chance.sample(range(64), places):
        other[place] ^= chance.randrange(1, 256)
    return bytes(other)


BASE = bytes(range(64))


def test_copies_are_alike_entirely_and_agreement_by_chance_counts_for_nothing() -> None:
    chance = Random(1)
    assert similarity(made(BASE), made(BASE)) == 1
    assert similarity(made(BASE), made(changed(BASE, 64, chance))) == 0
    assert similarity(made(BASE), made(changed(BASE, 63, chance))) == pytest.approx(3 / 255)
    assert similarity(made(BASE), made(changed(BASE, 32, chance))) == pytest.approx((0.5 - 1 / 256) * 256 / 255)


@pytest.mark.parametrize(("places", "found"), [(0, True), (19, True), (20, False), (64, False)])
def test_an_item_is_found_if_at_most_19_of_64_values_differ(places: int, found: bool) -> None:
    other = made(changed(BASE, places, Random(2)))
    assert (similarity(made(BASE), other) >= AT_LEAST) is found
    alike = Alike[str]()
    alike.add(made(BASE), "story")
    assert alike.find(other) == (["story"] if found else [])


def test_what_differs_in_a_value_of_nearly_every_band_is_found_among_many() -> None:
    """The bands' worst case: all disagreement is spread."""
    alike, chance = Alike[int](), Random(3)
    for number in range(500):
        alike.add(made(chance.randbytes(64)), number)
    alike.add(made(BASE), 500)
    for spared in range(20):
        other = bytearray(BASE)
        for band in set(range(20)) - {spared}:
            other[2 * band] ^= 0xFF
        assert alike.find(made(bytes(other))) == [500]


def test_copies_among_many_are_found_in_the_order_added() -> None:
    alike, chance = Alike[int](), Random(4)
    copies = sorted(chance.sample(range(500), 30))
    for number in range(500):
        alike.add(made(BASE if number in copies else chance.randbytes(64)), number)
    assert alike.find(made(BASE)) == copies
    alike.remove(made(BASE), copies.pop(0))
    assert alike.find(made(BASE)) == copies


def test_without_words_nothing_is_like_anything() -> None:
    alike = Alike[str]()
    alike.add("", "a")
    alike.remove("", "a")
    assert alike.find("") == []
    assert similarity("", "") == similarity("", made(BASE)) == 0


@pytest.mark.parametrize("text", ["a", "a1b2", "ünïcode", "a" * 88, made(BASE)[:-1], made(BASE[1:]), "\ud800", "\0"])
def test_what_is_no_fingerprint_is_like_itself_alone(text: str) -> None:
    alike = Alike[str]()
    for other in (text, text + "=", made(BASE)):
        alike.add(other, other)
    assert alike.find(text) == [text]
    assert similarity(text, text) == 1
    assert similarity(text, made(BASE)) < 0.2
    alike.remove(text, text)
    assert alike.find(text) == []


def test_only_what_is_held_can_be_removed_and_it_is_told_from_its_equals() -> None:
    alike, first, second = Alike[Item](), Item(made(BASE)), Item(made(BASE))
    alike.add(made(BASE), first)
    alike.add(made(BASE), second)
    alike.remove(made(BASE), first)
    (left,) = alike.find(made(BASE))
    assert left is second
    with pytest.raises(KeyError):
        alike.remove(made(BASE), first)
    with pytest.raises(KeyError):
        alike.remove(made(BASE), Item(made(BASE)))


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**32), most=st.sampled_from([3, 40, 150]), families=st.integers(1, 60))
def test_it_finds_what_comparing_with_each_finds_in_the_order_added(seed: int, most: int, families: int) -> None:
    """Filled to `most` items, drained and filled again, so that indexes come and go; of few values, so that bands agree
    by chance."""
    alike, held, chance = Alike[Item](), list[Item](), Random(seed)
    bases = [bytes(chance.choices(range(4), k=64)) for _ in range(families)]
    for step in range(1, 2 * most):
        item = Item(made(changed(chance.choice(bases), chance.choice((0, 1, 18, 19, 20, 21, 40)), chance)))
        expected = [other for other in held if similarity(other.fingerprint, item.fingerprint) >= AT_LEAST]
        assert list(map(id, alike.find(item.fingerprint))) == list(map(id, expected))
        alike.add(item.fingerprint, item)
        held.append(item)
        while len(held) > (most if step % most else most // 10):
            gone = held.pop(chance.choice((0, chance.randrange(len(held)))))
            alike.remove(gone.fingerprint, gone)
