from __future__ import annotations

from streams.store import MemoryStore


def test_keys_are_given_in_order_without_the_stop() -> None:
    store = MemoryStore({b"b": b"2", b"a": b"1", b"c": b"3"})
    assert list(store.keys(b"a", b"c")) == [b"a", b"b"]
    assert list(store.keys(b"x", b"z")) == []


def test_writing_while_iterating_does_not_change_what_is_given() -> None:
    store = MemoryStore({b"a": b"1", b"b": b"2"})
    given = []
    for key in store.keys(b"a", b"z"):
        given.append(key)
        store.put(key + b"'", b"new")
        store.delete(b"b")
    assert given == [b"a", b"b"]
    assert store.get(b"b") is None
    assert store.get(b"a'") == b"new"


def test_to_delete_what_is_not_there_is_no_error() -> None:
    store = MemoryStore()
    store.delete(b"a")
    assert len(store) == 0
