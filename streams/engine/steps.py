"""The two steps: read (articles → reports and matches) and watch (matches → alerts). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pydantic import ValidationError

from schemas import Alert, Article, DeadLetter, EventType, Match, Report, Tick, encode, headers
from schemas.model import explain, from_ms, to_ms
from streams.engine.contract import Effects, Output, Record
from streams.engine.work import dead_letter
from streams.reading import Reader
from streams.store import Store
from streams.watching.matching import Matched, match, match_key
from streams.watching.rules import Rules
from streams.watching.watcher import Taken, Watch, Watcher

BACKFILL = "backfill"
"""The header that makes an article's own date believed, however old."""
TICK = ("ce_type", EventType.TICK.encode())
"""The header that makes a record a tick."""
_FUTURE = timedelta(hours=24)


def is_tick(record: Record) -> bool:
    """Whether a record of `articles` or `matches` is a tick."""
    return TICK in record.headers


class Unreadable(Exception):  # noqa: N818 - no error of ours: it becomes a dead letter
    """Why an article cannot be read: `reason` for machines, `detail` for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Topics:
    """Full names of what the steps write to, and how many partitions every topic has."""

    reports: str
    matches: str
    alerts: str
    partitions: int


@dataclass(frozen=True)
class ReadStep:
    """An article becomes a report, and a match for each rule and group that wants it. Stateless."""

    reader: Reader
    rules: Rules
    topics: Topics
    max_text_bytes: int
    name: str = "read"

    def vital(self, record: Record) -> bool:
        """A tick: it moves the clock of watch."""
        return is_tick(record)

    def __call__(self, records: Sequence[Record], store: Store) -> Effects:
        effects, tick = Effects(), None
        for record in records:
            if is_tick(record):
                tick = record
                continue
            effects.newest_ms = max(effects.newest_ms or 0, record.timestamp_ms)
            try:
                read = read_article(record, self.reader, self.rules, self.max_text_bytes)
            except Unreadable as error:
                effects.dead_letters.append((record, dead_letter(record, self.name, error.reason, error.detail)))
                continue
            effects.understood += 1
            self._write(read, record, effects)
        if tick:
            self._forward(tick, effects)
        return effects

    def _write(self, read: ReadArticle, record: Record, effects: Effects) -> None:
        article, report, matched = read.article, read.report, read.matched
        marks = headers(EventType.REPORT, record.place, self.name, report.received_at)
        effects.outputs.append(Output(self.topics.reports, article.id.encode(), encode(report), marks))
        for found in matched.matches:
            key = match_key(found)
            marks = headers(EventType.MATCH, f"{record.place}/{key.decode()}", self.name, report.received_at)
            effects.outputs.append(Output(self.topics.matches, key, encode(found), marks))
            effects.counts["matches", (found.rule,)] += 1
        for rule in matched.too_old:
            effects.counts["too_old", (rule,)] += 1
        self._count(article, report, effects)
        effects.ages.append(("read_age", record.timestamp_ms))

    def _count(self, article: Article, report: Report, effects: Effects) -> None:
        for signal in report.signals:
            effects.counts["signals", (signal.topic, signal.action, str(signal.direction))] += 1
        if article.model_extra:
            effects.counts["unknown_fields", ()] += len(article.model_extra)
        if report.lang != "en":
            effects.counts["unread", ()] += 1

    def _forward(self, record: Record, effects: Effects) -> None:
        """To every partition of matches, behind the matches of what was received before."""
        tick = Tick(partition=record.partition, partitions=self.topics.partitions, time_ms=record.timestamp_ms)
        marks = headers(EventType.TICK, record.place, self.name, from_ms(record.timestamp_ms))
        value = encode(tick)
        effects.outputs += [
            Output(self.topics.matches, None, value, marks, partition) for partition in range(self.topics.partitions)
        ]


@dataclass(frozen=True)
class WatchStep:
    """Matches wait for their round, rounds make alerts. All state is in the store."""

    watcher: Watcher
    topics: Topics
    name: str = "watch"

    def vital(self, record: Record) -> bool:
        """A tick: rounds are run at it, and what one cannot run the next could not either."""
        return is_tick(record)

    def __call__(self, records: Sequence[Record], store: Store) -> Effects:
        effects = Effects()
        with self.watcher.on(store) as watch:
            for record in records:
                try:
                    self._watch(record, watch, effects)
                except ValidationError as error:
                    letter = dead_letter(record, self.name, "invalid_match", explain(error))
                    effects.dead_letters.append((record, letter))
            effects.clock_ms = watch.clock_ms
            for (metric, rule), count in watch.counts.items():
                effects.counts[metric, (rule,)] += count
        return effects

    def _watch(self, record: Record, watch: Watch, effects: Effects) -> None:
        if is_tick(record):
            for alert in watch.tick(Tick.model_validate_json(record.value or b"")):
                self._alert(alert, effects)
            return
        taken = watch.take(Match.model_validate_json(record.value or b""))
        effects.understood += 1
        if taken is Taken.LATE and first_received_ms(record) is None:  # a retried one joins the next round by right
            effects.counts["late_matches", ()] += 1
        elif taken is Taken.UNWANTED:
            effects.counts["unwanted_matches", ()] += 1

    def _alert(self, alert: Alert, effects: Effects) -> None:
        effects.outputs.append(alert_output(alert, self.topics.alerts, self.name))
        effects.counts["alerts", (alert.rule, alert.severity, alert.state)] += 1
        if alert.state == "firing":
            effects.ages.append(("alert_age", to_ms(alert.updated_at) - 1000))


def alert_output(alert: Alert, topic: str, step: str) -> Output:
    """An alert's record."""
    marks = headers(EventType.ALERT, f"{alert.id}/{alert.revision}", step, alert.updated_at)
    return Output(topic, alert.id.encode(), encode(alert), marks)


def is_backfill(record: Record) -> bool:
    """Whether the article's own date is to be believed."""
    return any(name == BACKFILL for name, _ in record.headers)


def first_received_ms(record: Record) -> int | None:
    """Of a record that died and was retried: when the broker took it for the first time. None: it never died."""
    deaths = DeadLetter.history(record.headers)
    return min(max(0, letter.timestamp_ms) for letter in deaths) if deaths else None


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """All that comes of a record of `articles`."""

    article: Article
    report: Report
    matched: Matched


def read_article(record: Record, reader: Reader, rules: Rules, max_text_bytes: int) -> ReadArticle:
    """Raises `Unreadable`. A retried article keeps its event time and its age, and joins the rounds of its retry."""
    article, received_at = parse_article(record, max_text_bytes), from_ms(record.timestamp_ms)
    first_ms, first_at = first_received_ms(record), received_at
    if first_ms is not None:
        first_at = from_ms(min(first_ms, record.timestamp_ms))
        article = article.model_copy(update={"published_at": min(article.published_at, first_at)})
    report = reader.read(article, received_at)
    matched = match(report, rules, backfill=is_backfill(record), first_received_at=first_at)
    return ReadArticle(article, report, matched)


def parse_article(record: Record, max_text_bytes: int) -> Article:
    """The article of a record of `articles`. Raises `Unreadable` with a reason for machines and one for people."""
    if record.value is None:
        raise Unreadable("null_value", "the record has no value")
    try:
        text = record.value.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("invalid_utf8", f"byte {error.start} is not UTF-8") from error
    try:
        article = Article.model_validate_json(text)
    except ValidationError as error:
        raise Unreadable(_reason(error), explain(error)) from error
    size = len(article.text.encode()) + len(article.title.encode())
    if size > max_text_bytes:
        raise Unreadable("text_too_long", f"title and text have {size} bytes, {max_text_bytes} are allowed")
    if article.published_at > from_ms(record.timestamp_ms) + _FUTURE:
        raise Unreadable("future", f"published at {article.published_at:%Y-%m-%dT%H:%MZ}, over 24 h after its receipt")
    return article


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return "invalid_json"
    if first["type"] == "missing":
        return "missing_field"
    if first["loc"][:1] == ("published_at",):
        return "bad_time"
    return "no_text" if first["type"] == "value_error" and not first["loc"] else "invalid_field"
