"""Views over the committed state."""

from hypothesis import given
from hypothesis import strategies as st

from streams.engine.state import View
from streams.store import MemoryStore

keys = st.sampled_from([b"a", b"b", b"c", b"d"])
writes = st.lists(st.tuples(keys, st.one_of(st.none(), st.binary(max_size=3))), max_size=12)


def _write(store: MemoryStore | View, changes: list[tuple[bytes, bytes | None]]) -> None:
    for key, value in changes:
        if value is None:
            store.delete(key)
        else:
            store.put(key, value)


def _content(store: MemoryStore | View) -> dict[bytes, bytes | None]:
    return {key: store.get(key) for key in store.keys(b"", b"\xff")}


@given(writes, writes, writes)
def test_views_on_views_read_like_one_dictionary(
    base: list[tuple[bytes, bytes | None]],
    batch: list[tuple[bytes, bytes | None]],
    part: list[tuple[bytes, bytes | None]],
) -> None:
    committed, plain = MemoryStore(), MemoryStore()
    _write(committed, base)
    _write(plain, [*base, *batch, *part])
    view = View(committed)
    _write(view, batch)
    inner = View(view)
    _write(inner, part)
    assert _content(inner) == _content(plain)
    inner.settle()
    assert _content(view) == _content(plain)
    committed.apply(view.changes)
    assert _content(committed) == _content(plain)


@given(writes, writes)
def test_a_view_thrown_away_leaves_no_trace(
    base: list[tuple[bytes, bytes | None]], batch: list[tuple[bytes, bytes | None]]
) -> None:
    committed = MemoryStore()
    _write(committed, base)
    before = _content(committed)
    _write(View(committed), batch)
    assert _content(committed) == before


def test_what_comes_and_goes_within_a_batch_never_reaches_the_changelog() -> None:
    view = View(MemoryStore())
    view.put(b"k", b"v")
    view.delete(b"k")
    assert view.changes == {}


def test_a_deletion_of_a_committed_key_is_a_tombstone() -> None:
    committed = MemoryStore()
    committed.put(b"k", b"v")
    view = View(committed)
    view.delete(b"k")
    assert view.changes == {b"k": None}
    assert view.get(b"k") is None


def test_keys_are_given_in_order_within_the_range_and_may_be_written_meanwhile() -> None:
    committed = MemoryStore()
    for key in (b"t/3", b"t/1", b"u/1"):
        committed.put(key, b"")
    view = View(committed)
    view.put(b"t/2", b"")
    seen = []
    for key in view.keys(b"t/", b"t/3"):
        view.put(b"t/11", b"")
        view.delete(key)
        seen.append(key)
    assert seen == [b"t/1", b"t/2"]
    assert list(view.keys(b"t/", b"t0")) == [b"t/11", b"t/3"]
