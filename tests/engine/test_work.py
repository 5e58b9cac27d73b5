"""One batch's work: bounded in time, and no record stops the others."""

import time
from collections.abc import Sequence

import pytest

from streams.engine import work as module
from streams.engine.contract import Effects, Output, Record
from streams.engine.work import Limits, dead_letter, letters, work
from streams.errors import PoisonError
from streams.store import MemoryStore, Store
from tests.engine.counting_worker import Count, limits


def records(*values: bytes) -> list[Record]:
    return [Record("in", 0, n, 1000 + n, b"k", value, (("h", b"1"),)) for n, value in enumerate(values)]


def test_a_record_that_raises_becomes_a_dead_letter_and_the_others_arrive() -> None:
    done = work(Count("out"), records(b"1", b"raise", b"2", b"bad", b"3"), MemoryStore(), limits(""))
    assert [output.value for output in done.effects.outputs] == [b"k:1:1", b"k:2:2", b"k:3:3"]
    assert [(record.value, letter.reason) for record, letter in done.effects.dead_letters] == [
        (b"raise", "step_failed"),
        (b"bad", "bad"),
    ]
    assert done.used == 5
    assert done.changes == {b"k": b"3"}


def test_a_record_whose_output_is_too_large_becomes_a_dead_letter_and_changes_no_state() -> None:
    done = work(Count("out"), records(b"big"), MemoryStore(), limits(""))
    assert done.effects.outputs == []
    assert done.changes == {}
    assert done.effects.dead_letters[0][1].reason == "too_large"


def test_a_dead_letter_keeps_its_bytes_and_says_where_it_came_from() -> None:
    done = work(Count("out"), records(b"bad"), MemoryStore(), limits(""))
    (letter,) = letters(done.effects, limits(""))
    assert (letter.topic, letter.key, letter.value) == ("dead", b"k", b"bad")
    told = dict(letter.headers)
    assert told["h"] == b"1"
    assert told["dead-letter-reason"] == b"bad"
    assert (told["dead-letter-topic"], told["dead-letter-partition"], told["dead-letter-offset"]) == (b"in", b"0", b"0")


def test_a_dead_letter_too_large_to_keep_says_so_and_where_its_record_stands() -> None:
    huge = records(b"bad")[0]._replace(value=b"bad" * (1 << 20), key=b"k" * 10)
    effects = Effects(dead_letters=[(huge, dead_letter(huge, "count", "bad", "it says so"))])
    (letter,) = letters(effects, limits(""))
    assert (letter.key, letter.value) == (None, None)
    told = dict(letter.headers)
    assert told["dead-letter-omitted-bytes"] == b"%d" % (3 * (1 << 20) + 10)
    assert (told["dead-letter-reason"], told["dead-letter-offset"]) == (b"bad", b"0")
    assert not limits("").too_large(letter)


def test_header_names_count_in_bytes() -> None:
    wide = Output("out", b"k", b"v", (("é" * 600_000, b""),))
    assert limits("").too_large(wide)


def test_a_batch_of_a_slow_step_is_closed_after_about_a_second() -> None:
    step = Count("out", slow_seconds=0.05)
    started = time.monotonic()
    done = work(step, records(*[b"x"] * 1000), MemoryStore(), limits(""))
    assert 0 < done.used < 100
    assert len(done.effects.outputs) == done.used
    assert time.monotonic() - started < 10 * module.BATCH_SECONDS


def test_a_batch_of_a_fast_step_is_worked_on_whole() -> None:
    assert work(Count("out"), records(*[b"x"] * 3000), MemoryStore(), limits("")).used == 3000


def test_the_outcome_does_not_depend_on_how_records_are_cut() -> None:
    values = [b"%d" % n if n % 7 else b"raise" for n in range(500)]
    whole, state = work(Count("out"), records(*values), MemoryStore(), limits("")), MemoryStore()
    parts = Effects()
    for start in range(0, 500, 13):
        done = work(Count("out"), records(*values)[start : start + 13], state, limits(""))
        state.apply(done.changes)
        parts.add(done.effects)
    assert parts == whole.effects


def test_a_step_that_raises_only_for_many_records_loses_none() -> None:
    class Fussy:
        @property
        def name(self) -> str:
            return "fussy"

        def vital(self, record: Record) -> bool:
            return False

        def __call__(self, records: Sequence[Record], store: Store) -> Effects:
            if len(records) > 1:
                raise ValueError("too many at once")
            return Effects(outputs=[Output("out", None, records[0].value)])

    done = work(Fussy(), records(b"1", b"2", b"3"), MemoryStore(), Limits("dead", {}))
    assert [output.value for output in done.effects.outputs] == [b"1", b"2", b"3"]


def test_a_vital_record_that_fails_stops_the_worker_and_is_no_dead_letter() -> None:
    class Stuck(Count):
        def __call__(self, records: Sequence[Record], store: Store) -> Effects:
            raise ValueError("no way")

    with pytest.raises(PoisonError, match=r"in/0/0: count cannot go on: ValueError: no way"):
        work(Stuck("out"), records(b"vital"), MemoryStore(), limits(""))
    assert work(Stuck("out"), records(b"other"), MemoryStore(), limits("")).effects.dead_letters


def test_a_change_of_state_that_the_changelog_would_refuse_makes_a_dead_letter() -> None:
    class Hoarder(Count):
        def __call__(self, records: Sequence[Record], store: Store) -> Effects:
            store.put(b"k", b"x" * 2_000_000)
            return Effects(understood=1)

    done = work(Hoarder("out"), records(b"1"), MemoryStore(), limits(""))
    assert done.changes == {}
    assert done.effects.dead_letters[0][1].reason == "too_large"


def test_heavy_records_after_light_ones_do_not_make_a_long_slice() -> None:
    step, heavy = Count("out"), b"x" * 200_000
    seen: list[int] = []

    class Watching(Count):
        def __call__(self, records: Sequence[Record], store: Store) -> Effects:
            seen.append(sum(len(record.value or b"") for record in records))
            return step(records, store)

    work(Watching("out"), records(*[b"x"] * 600, *[heavy] * 8), MemoryStore(), Limits("dead", {"out": 1 << 20}))
    assert max(seen) <= module.SLICE_BYTES
