"""The oracle over a log of articles: what live, replay and backtest must all give. Pure, in memory, no engine."""

from __future__ import annotations

from collections.abc import Iterable

from schemas import Alert, Match
from streams.engine.contract import Record
from streams.engine.steps import Unreadable, is_tick, read_article
from streams.reading import Reader
from streams.watching.log import run_matches
from streams.watching.rules import Rules
from streams.watching.watcher import round_end


def run_log(records: Iterable[Record], reader: Reader, rules: Rules, max_text_bytes: int = 1 << 20) -> list[Alert]:
    """All alert records that a log of `articles` gives, in order of (updated_at, id, revision).

    The clock ends where that of watch would: at the lowest of the partitions' last ticks.
    """
    matches, end_ms, last_ticks = list[Match](), 0, dict[int, int]()
    for record in records:
        if is_tick(record):
            last_ticks[record.partition] = max(record.timestamp_ms, last_ticks.get(record.partition, 0))
            continue
        try:
            matches += read_article(record, reader, rules, max_text_bytes).matched.matches
        except Unreadable:
            continue
        end_ms = max(end_ms, round_end(record.timestamp_ms))
    return run_matches(matches, rules, min(last_ticks.values(), default=end_ms))
