"""The oracle over a log of articles: what live, replay and backtest must all give. Pure, in memory, no engine."""

from __future__ import annotations

from collections.abc import Iterable

from schemas import Alert
from schemas.model import from_ms
from streams.engine.contract import Record
from streams.engine.steps import Unreadable, is_backfill, is_tick, parse_article
from streams.reading import Reader
from streams.watching.log import run_log as run_reports
from streams.watching.rules import Rules


def run_log(records: Iterable[Record], reader: Reader, rules: Rules, max_text_bytes: int = 1 << 20) -> list[Alert]:
    """All alert records that a log of `articles` gives, in order of (updated_at, id, revision).

    The clock ends where that of watch would: at the lowest of the partitions' last ticks.
    """
    reports, last_ticks = [], dict[int, int]()
    for record in records:
        if is_tick(record):
            last_ticks[record.partition] = max(record.timestamp_ms, last_ticks.get(record.partition, 0))
            continue
        try:
            article = parse_article(record, max_text_bytes)
        except Unreadable:
            continue
        reports.append((reader.read(article, from_ms(record.timestamp_ms)), is_backfill(record)))
    return run_reports(reports, rules, min(last_ticks.values(), default=None))
