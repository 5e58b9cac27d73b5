"""Runs a step over records for about a second, and makes dead letters of the records that it cannot digest."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from schemas import DeadLetter
from schemas.dead_letter import OMITTED
from streams.engine.contract import Effects, Output, Record, Step
from streams.engine.state import View
from streams.errors import PoisonError
from streams.store import Store

BATCH_SECONDS = 1.0
"""Past this a batch is closed: a transaction and a shutdown wait for a batch."""
SLICE_BYTES = 1 << 18
"""Of one slice: a few heavy records after many light ones must not hold up the end of the batch."""
_RECORD_OVERHEAD = 1024
"""What Kafka's record format and batch header add at most, generously (varints, 61 bytes of header)."""


@dataclass(frozen=True)
class Limits:
    """What the topics allow: the largest record by full topic name; where dead letters and changes of state go."""

    dead_letters: str
    max_bytes: Mapping[str, int]
    changelog: str = ""

    def too_large(self, output: Output) -> bool:
        """Whether the broker would refuse it. A refused record would be tried for ever."""
        size = len(output.key or b"") + len(output.value or b"") + _RECORD_OVERHEAD
        for name, value in output.headers:
            size += len(name.encode()) + len(value)
        return size > self.max_bytes.get(output.topic, 1 << 20)

    def problem(self, effects: Effects, changes: Mapping[bytes, bytes | None]) -> str:
        """What the broker would refuse of these, or nothing."""
        state = [Output(self.changelog, key, value) for key, value in changes.items()]
        found = next(filter(self.too_large, chain(effects.outputs, state)), None)
        return "" if found is None else f"a record of {found.topic or 'the state'} would be too large"


@dataclass(frozen=True)
class Done:
    """What came of a batch: its effects, its changes of state, and how many of the records it covers."""

    effects: Effects
    changes: dict[bytes, bytes | None]
    used: int
    seconds: float


def work(step: Step, records: Sequence[Record], state: Store, limits: Limits) -> Done:
    """Process `records` in order until they are done or about BATCH_SECONDS have passed; at least one.

    Slices grow while they are fast, so that the clock is looked at often enough for slow steps and seldom for fast
    ones. Raises PoisonError where a vital record fails: see `_slice`.
    """
    effects, view, used, size = Effects(), View(state), 0, 1
    start = now = time.monotonic()
    while used < len(records) and now - start < BATCH_SECONDS:
        part = records[used : used + _light(records, used, size)]
        effects.add(_slice(step, part, view, limits))
        used += len(part)
        before, now = now, time.monotonic()
        size = min(size * 2, 512) if now - before < BATCH_SECONDS / 20 else max(1, size // 2)
    return Done(effects, view.changes, used, now - start)


def _slice(step: Step, records: Sequence[Record], view: View, limits: Limits) -> Effects:
    """Effects of a slice. If it fails as a whole, each of its records alone; one that fails alone is a dead letter."""
    attempt = View(view)
    try:
        effects = step(records, attempt)
        problem, reason = limits.problem(effects, attempt.changes), "too_large"
    except Exception as error:  # noqa: BLE001 - whatever a step raises is the record's fault until a person looks
        problem, reason = f"{type(error).__name__}: {error}", "step_failed"
    if not problem:
        attempt.settle()
        return effects
    if len(records) == 1 and step.vital(records[0]):
        raise PoisonError(f"{records[0].place}: {step.name} cannot go on: {problem}")
    if len(records) == 1:
        letter = dead_letter(records[0], step.name, reason, problem)
        return Effects(dead_letters=[(records[0], letter)])
    effects = Effects()
    for record in records:
        effects.add(_slice(step, [record], view, limits))
    return effects


def _light(records: Sequence[Record], start: int, count: int) -> int:
    """How many of the next `count` records together stay below SLICE_BYTES; at least one."""
    size, end = 0, min(start + count, len(records))
    for number in range(start, end):
        size += len(records[number].value or b"")
        if size > SLICE_BYTES:
            return max(1, number - start)
    return end - start


def dead_letter(record: Record, step: str, reason: str, detail: str) -> DeadLetter:
    """The letter for a record. `detail` is bounded: it travels in a header."""
    return DeadLetter(
        reason=reason,
        detail=detail[:500],
        step=step,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp_ms=record.timestamp_ms,
    )


def letters(effects: Effects, limits: Limits) -> list[Output]:
    """The dead letters as records: the original key and bytes, the history in headers."""
    return [_letter(record, letter, limits) for record, letter in effects.dead_letters]


def _letter(record: Record, letter: DeadLetter, limits: Limits) -> Output:
    output = Output(limits.dead_letters, record.key, record.value, letter.headers(record.headers))
    if limits.too_large(output):  # compressed it got into its topic; here it would be tried for ever
        omitted = (OMITTED, b"%d" % (len(record.key or b"") + len(record.value or b"")))
        return Output(limits.dead_letters, None, None, letter.headers((omitted,)))
    return output


def marked(outputs: list[Output], headers: tuple[tuple[str, bytes], ...]) -> list[Output]:
    """The outputs with further headers (a replay marks all that it writes)."""
    return [output._replace(headers=output.headers + headers) for output in outputs] if headers else outputs
