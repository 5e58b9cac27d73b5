"""What is done to a running system, in an order that a seed decides."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Each says what happens; what it happens to is started or set right again afterwards."""

    KILL = "kill -9 of a worker"
    TERM = "SIGTERM of a worker"
    CROWD = "two workers join at once, then two of the three leave at once, one killed, one asked"
    ZOMBIE = "a worker suspended until another has its partitions, then woken"
    BROKER_KILL = "kill -9 of the broker"
    BROKER_STOP = "clean stop of the broker"
    SILENCE = "the broker suspended: all connections stay, nothing is answered"
    REFUSAL = "the changelog refuses writes: they are too large for it, all of a sudden"


OF_A_STAGE = (Kind.KILL, Kind.TERM, Kind.CROWD, Kind.ZOMBIE)
OF_THE_BROKER = (Kind.BROKER_KILL, Kind.BROKER_STOP, Kind.SILENCE, Kind.REFUSAL)


@dataclass(frozen=True)
class Fault:
    """One of them: `stage` where it is a worker's; after `wait_seconds`, for `seconds`.

    `hunts`: at the moment of an open transaction, if one shows itself soon.
    """

    kind: Kind
    stage: str
    wait_seconds: float
    seconds: float
    hunts: bool

    def __str__(self) -> str:
        whose = f" ({self.stage})" if self.kind in OF_A_STAGE else ""
        return f"{self.kind.name.lower()}{whose}{' in a transaction' if self.hunts else ''} for {self.seconds:.1f} s"


DECK = (*((kind, stage) for kind in OF_A_STAGE for stage in ("read", "watch")), *((kind, "") for kind in OF_THE_BROKER))
"""Every fault once."""


def schedule(seed: int) -> Iterator[Fault]:
    """Without end: the deck is shuffled, dealt, and shuffled again. The same seed gives the same faults."""
    chance = random.Random(seed)
    while True:
        for kind, stage in chance.sample(DECK, len(DECK)):
            yield Fault(
                kind,
                stage,
                wait_seconds=chance.uniform(0.1, 1.5),
                seconds=chance.choice((0.1, 1.0, 2.0, 4.0)),
                hunts=bool(stage) and chance.random() < 0.75,
            )
