"""What waits for a partition."""

from typing import Any

from aiokafka import ConsumerRecord

from streams.engine.queue import BATCH_BYTES, Queue
from streams.engine.transport import Batch


def batch(start: int, end: int, size: int = 10) -> Batch:
    records: list[Any] = [
        ConsumerRecord("in", 0, offset, 0, 0, b"", b"x" * size, None, 0, size, ()) for offset in range(start, end)
    ]
    return Batch("in", 0, start, end, records, offset=start)


def test_batches_that_follow_on_are_taken_together() -> None:
    queue = Queue()
    queue.put(batch(0, 3))
    queue.put(batch(3, 5))
    queue.put(batch(9, 10))
    taken = queue.take()
    assert (taken.start, taken.end, len(taken.records)) == (0, 5, 5)
    assert queue.records == 1
    assert queue.take().start == 9
    assert not queue


def test_a_taken_batch_stays_below_the_byte_bound_unless_one_fetch_is_larger() -> None:
    queue = Queue()
    queue.put(batch(0, 1, BATCH_BYTES + 1))
    queue.put(batch(1, 2, BATCH_BYTES - 100))
    queue.put(batch(2, 3, 200))
    assert [queue.take().end for _ in range(3)] == [1, 2, 3]


def test_it_is_full_by_records_or_bytes_and_low_again_at_half() -> None:
    many, large = Queue(), Queue()
    many.put(batch(0, 4000, 1))
    large.put(batch(0, 3, 6 << 20))
    assert many.full
    assert large.full
    many.take()
    assert many.low
    assert not many.full


def test_clear_forgets_all() -> None:
    queue = Queue()
    queue.put(batch(0, 4000))
    queue.clear()
    assert not queue
    assert queue.low
    assert queue.records == 0
