"""The oracle: what a log of reports must give, live, replayed or tried on the past."""

from __future__ import annotations

from collections.abc import Iterable

from schemas import Alert, Report, Tick
from schemas.model import to_ms
from streams.store import MemoryStore
from streams.watching.matching import match
from streams.watching.rules import Rules
from streams.watching.watcher import ROUND_MS, Watcher


def run_log(reports: Iterable[tuple[Report, bool]], rules: Rules, until_ms: int | None = None) -> list[Alert]:
    """All records of all alerts, in order of (updated_at, id, revision).

    `reports`: each with whether it is backfill, in any order; of equal `received_at` in the order of their partition.
    The clock ends at `until_ms`, or where the last report's round ends: what is due later does not happen.
    """
    log = sorted(reports, key=lambda entry: entry[0].received_at)
    if until_ms is None:
        until_ms = (to_ms(log[-1][0].received_at) // ROUND_MS + 1) * ROUND_MS if log else 0
    with Watcher(rules).on(MemoryStore()) as watch:
        for report, backfill in log:
            for found in match(report, rules, backfill=backfill).matches:
                watch.take(found)
        return watch.tick(Tick(partition=0, partitions=1, time_ms=until_ms))
