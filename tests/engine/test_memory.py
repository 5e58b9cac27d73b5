"""The contract in memory: whatever cuts, crashes and restarts, the effects are those of the plain loop."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from streams.engine.contract import Effects, Output
from streams.engine.memory import MemoryEngine, MemoryLog
from streams.engine.work import work
from streams.store import MemoryStore
from tests.engine.counting_worker import Count, limits

VALUES = st.lists(st.sampled_from([b"1", b"2", b"bad", b"raise", b"big"]), max_size=40)
MOVES = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9), st.booleans(), st.booleans()), max_size=60)


def engine_of(values: list[bytes]) -> tuple[MemoryLog, MemoryEngine]:
    log = MemoryLog(3)
    for number, value in enumerate(values):
        log.append(Output("in", b"k%d" % (number % 5), value))
    return log, MemoryEngine(log, "in", Count("out"), "state", limits(""))


@given(VALUES, MOVES)
def test_any_cut_any_crash_and_any_restart_give_the_effects_of_the_plain_loop(
    values: list[bytes], moves: list[tuple[int, int, bool, bool]]
) -> None:
    log, engine = engine_of(values)
    for partition, count, crash, restart in moves:
        engine.advance(partition, count, crash=crash)
        if restart:
            engine.restart()
    engine.drain()
    plain = Effects()
    state: dict[bytes, bytes | None] = {}
    for partition in range(3):
        done = work(Count("out"), log.read("in", partition), MemoryStore(), limits(""))
        plain.add(done.effects)
        state |= done.changes
    assert Counter(r.value for r in log.topic("out")) == Counter(o.value for o in plain.outputs)
    assert Counter(r.value for r in log.topic("dead")) == Counter(r.value for r, _ in plain.dead_letters)
    assert engine.state() == {key: value for key, value in state.items() if value is not None}
    engine.restart()
    assert engine.state() == {key: value for key, value in state.items() if value is not None}


def test_records_of_one_key_stay_in_one_partition_in_order() -> None:
    log, engine = engine_of([b"%d" % n for n in range(50)])
    engine.drain()
    counts = [r.value.split(b":")[:2] for r in log.topic("out") if r.value]
    for number in range(5):
        of_key = sorted(int(count) for key, count in counts if key == b"k%d" % number)
        assert of_key == list(range(1, 11))
