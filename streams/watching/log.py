"""The oracle: what a log of reports must give, live, replayed or tried on the past."""

from __future__ import annotations

from collections.abc import Iterable

from schemas import Alert, Match, Report, Tick
from schemas.model import to_ms
from streams.store import MemoryStore
from streams.watching.matching import match
from streams.watching.rules import Rules
from streams.watching.watcher import Watcher, round_end


def run_log(reports: Iterable[tuple[Report, bool]], rules: Rules, until_ms: int | None = None) -> list[Alert]:
    """All records of all alerts, in order of (updated_at, id, revision).

    `reports`: each with whether it is backfill, in any order.
    The clock ends at `until_ms`, or where the last report's round ends: what is due later does not happen.
    """
    log = list(reports)
    if until_ms is None:
        until_ms = max((round_end(to_ms(report.received_at)) for report, _ in log), default=0)
    matches = (found for report, backfill in log for found in match(report, rules, backfill=backfill).matches)
    return run_matches(matches, rules, until_ms)


def run_matches(matches: Iterable[Match], rules: Rules, until_ms: int) -> list[Alert]:
    """All records of all alerts, of matches in any order, with the clock ending at `until_ms`."""
    with Watcher(rules).on(MemoryStore()) as watch:
        for found in matches:
            watch.take(found)
        return watch.tick(Tick(partition=0, partitions=1, time_ms=until_ms))
