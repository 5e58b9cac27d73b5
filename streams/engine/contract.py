"""The engine's contract: what a step is given, what it gives back, and what the runner owes it.

A **step** is a pure function of (records, state). It does no I/O, reads no clock, draws no random number and knows
nothing of Kafka, so it gives the same effects in a worker, in a replay, in a backtest and in a test.

The **runner** owes a step that
- each record of a partition reaches it exactly once, in order, as far as its effects can be seen: a batch may be
  worked on again after a fault, but the effects of only one of these times are ever committed;
- outputs, dead letters, changes of state and the input's offset of a batch become visible together or not at all;
- the state it sees is what its last committed batch left, also after a crash and in another process;
- how records are cut into batches is nobody's business: a step must give the same effects for any cut.

A step owes the runner that it raises for no record: what it cannot process becomes a dead letter. An exception that
leaves a step is a bug; the runner then tries each record alone and makes a dead letter of the one that raises, unless
that one is vital (a tick: without it the clock would stand still in silence): then the worker stops, and says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from schemas import DeadLetter, Headers
from streams.store import Store


class Record(NamedTuple):  # made for every record: a frozen dataclass takes three times as long
    """One record as it came from a topic: bytes, and where and when it was. `timestamp_ms` is the broker's stamp."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    @property
    def place(self) -> str:
        """`topic/partition/offset`: names it for ever."""
        return f"{self.topic}/{self.partition}/{self.offset}"


class Output(NamedTuple):
    """One record to write. `partition` None: by key, as Kafka's own clients would."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition: int | None = None


@dataclass(slots=True)
class Effects:
    """What a step wants done, besides its changes of state.

    `counts`: (metric, label values) → how many; `ages`: (metric, received_ms) to be measured against the wall clock.
    Both are for metrics, recorded after the commit: a batch that is worked on twice counts once.
    `understood`: records that carried something and could be processed (ticks carry nothing). `newest_ms`: the newest
    stamp of a record that is no tick; `clock_ms`: the step's clock after these records, where it has one.
    """

    outputs: list[Output] = field(default_factory=list)
    dead_letters: list[tuple[Record, DeadLetter]] = field(default_factory=list)
    counts: Counter[tuple[str, tuple[str, ...]]] = field(default_factory=Counter)
    ages: list[tuple[str, int]] = field(default_factory=list)
    understood: int = 0
    newest_ms: int | None = None
    clock_ms: int | None = None

    def add(self, other: Effects) -> None:
        """Append another slice's effects to these."""
        self.outputs += other.outputs
        self.dead_letters += other.dead_letters
        self.counts.update(other.counts)
        self.ages += other.ages
        self.understood += other.understood
        self.newest_ms = max(filter(None, (self.newest_ms, other.newest_ms)), default=None)
        self.clock_ms = other.clock_ms if other.clock_ms is not None else self.clock_ms


class Step(Protocol):
    """See the module's text for its duties. Must be callable from a thread that is not the event loop's."""

    @property
    def name(self) -> str:
        """A word: labels metrics, and stands in dead letters."""

    def vital(self, record: Record) -> bool:
        """Whether all later records need this one's effects: it is never a dead letter, the worker stops instead."""

    def __call__(self, records: Sequence[Record], store: Store) -> Effects:
        """Process the records in order."""
