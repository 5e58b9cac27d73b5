"""A file of the past through rules, in memory: the alerts that these rules would have given."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import ValidationError

from schemas import Alert, Article, Match, Report
from schemas.model import Model, UTCTime, explain, to_ms
from streams.engine.contract import Record
from streams.engine.steps import Unreadable, parse_article
from streams.errors import InputError
from streams.reading import Reader
from streams.watching.log import run_matches
from streams.watching.matching import match
from streams.watching.rules import Rules
from streams.watching.watcher import round_end

_MARKS_OF_A_REPORT = (b'"article_id"', b'"signals"')
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)


class _Times(Model):
    published_at: UTCTime
    received_at: UTCTime | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """An article and when it was received."""

    article: Article
    received_at: datetime


def parse(where: str, raw: bytes, max_text_bytes: int) -> Received | Report:
    """A JSON line: a Report (it has `article_id` and `signals`), or an Article, with `received_at` if it is known.

    Without it an article was received when it was published. Raises InputError with `where` for what is neither, and
    for what a worker would make a dead letter of.
    """
    try:
        if all(mark in raw for mark in _MARKS_OF_A_REPORT):
            report = Report.model_validate_json(raw)
            _check_time(where, report.received_at)
            return report
        times = _Times.model_validate_json(raw)
        received_at = times.received_at or times.published_at
        _check_time(where, received_at)
        article = parse_article(Record(where, 0, 0, to_ms(received_at), None, raw), max_text_bytes)
    except ValidationError as error:
        raise InputError(f"{where}: {explain(error)}") from error
    except Unreadable as error:
        raise InputError(f"{where}: {error}") from error
    return Received(article, received_at)


def report_of(entry: Received | Report, reader: Reader) -> Report:
    """What `parse` gave, read if it is not yet."""
    return entry if isinstance(entry, Report) else reader.read(entry.article, entry.received_at)


def _check_time(where: str, received_at: datetime) -> None:
    if received_at >= _LATEST:
        raise InputError(f"{where}: received in the year {received_at.year}: what follows from it could not be dated")


@dataclass
class Backtest:
    """Takes reports in any order, then gives the alerts. Holds what was matched, not what was read.

    `too_old`: by rule, articles received more than its `max_age` after publishing, which it would have wanted.
    """

    rules: Rules
    reports: int = 0
    matches: list[Match] = field(default_factory=list)
    too_old: Counter[str] = field(default_factory=Counter)
    _last_ms: int | None = None

    def add(self, report: Report) -> None:
        """One more."""
        found = match(report, self.rules, backfill=False)
        self.matches += found.matches
        self.too_old.update(found.too_old)
        self.reports += 1
        received_ms = to_ms(report.received_at)
        self._last_ms = received_ms if self._last_ms is None else max(self._last_ms, received_ms)

    @property
    def end_ms(self) -> int:
        """Where the last report's round ends; 0 without reports."""
        return 0 if self._last_ms is None else round_end(self._last_ms)

    def alerts(self, until_ms: int | None = None) -> list[Alert]:
        """All records of all alerts, as `run_log` gives them for the same reports.

        The clock ends at `until_ms`, or where the last report's round ends.
        """
        end_ms = self.end_ms if until_ms is None else until_ms
        return run_matches(self.matches, self.rules, end_ms)
