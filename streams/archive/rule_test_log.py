"""What a rule test tells, as the reports that watching gets of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from schemas import Actor, Report, Signal, Span, Stance, direction
from streams.archive.backtest import parse, report_of
from streams.archive.rule_test_file import ArticleTold, ReportTold, RuleTest, RuleTests, SignalTold, StanceTold
from streams.archive.rule_test_terms import UNKNOWN
from streams.errors import KnowledgeError
from streams.reading import Reader
from streams.reading.fingerprint import fingerprint

_VERSION = "rule-test"


def log_of(tests: RuleTests, number: int, test: RuleTest, reader: Reader, max_text_bytes: int) -> Iterator[Report]:
    """All that is received in one test, articles really read.

    Raises KnowledgeError for a file (`from`) that is not there, InputError for what a worker would refuse.
    """
    if test.from_:
        path = tests.folder / test.from_
        try:
            lines = path.read_bytes().splitlines()
        except OSError as error:
            place = tests.place("tests", number, "from")
            raise KnowledgeError(place, f"{path} cannot be read: {error.strerror}") from error
        for at, line in enumerate(lines, 1):
            if line.strip():
                yield report_of(parse(f"{path}:{at}", line, max_text_bytes), reader)
    for at, told in enumerate(test.articles):
        where = tests.place("tests", number, "articles", at)
        yield report_of(parse(where, _line(told, at, test.start), max_text_bytes), reader)
    for at, report in enumerate(test.reports, 1):
        yield _report(report, f"report-{at}", test.start, reader)


def _line(told: ArticleTold, number: int, start: datetime) -> bytes:
    """An article as it would stand in a file: it goes the way of those."""
    received = told.at.resolve(start)
    published = told.published.resolve(start) if told.published else received
    line = told.model_dump(exclude={"at", "published"})
    line |= {"id": told.id or f"article-{number + 1}"}
    return json.dumps(line | {"published_at": published.isoformat(), "received_at": received.isoformat()}).encode()


def _report(told: ReportTold, report_id: str, start: datetime, reader: Reader) -> Report:
    received, told_id = told.at.resolve(start), told.id or report_id
    named = dict.fromkeys(told.actors)
    for signal in told.signals:
        named |= dict.fromkeys((*signal.initiator, *signal.target, *filter(None, [signal.speaker])))
    for stance in told.stances:
        named |= dict.fromkeys((stance.holder, stance.target, *filter(None, [stance.via])))
    return Report(
        article_id=told_id,
        title=told.title,
        url=told.url,
        source=told.source,
        published_at=told.published.resolve(start) if told.published else received,
        received_at=received,
        lang=told.lang,
        version=_VERSION,
        tone=told.tone,
        actors=tuple(_actor(actor, reader) for actor in named if ":" in actor),
        signals=tuple(_signal(signal, reader) for signal in told.signals),
        stances=tuple(_stance(stance) for stance in told.stances),
        fingerprint=fingerprint(told.title, told.text) or fingerprint("", told_id),
    )


def _actor(written: str, reader: Reader) -> Actor:
    actor_id = _id(written)
    known = reader.knowledge.actors.get(actor_id) if actor_id == written else None
    kind, _, name = actor_id.partition(":")
    fields = {"id": actor_id, "known": known is not None, "type": kind, "name": known.name if known else name}
    return Actor.model_validate(fields | {"country": known.country if known else None})


def _signal(told: SignalTold, reader: Reader) -> Signal:
    signs = {(topic.name, action.name): action.sign for topic in reader.topics for action in topic.actions}
    sign = signs.get((told.topic, told.action), 0)
    return Signal(
        topic=told.topic,
        action=told.action,
        modality=told.modality,
        direction=direction(sign, told.modality) if told.direction is None else told.direction,
        initiator=tuple(map(_id, told.initiator)),
        target=tuple(map(_id, told.target)),
        speaker=None if told.speaker is None else _id(told.speaker),
        evidence=_span(told.text or f"{', '.join(told.initiator)}: {told.action} {', '.join(told.target)}"),
        confidence=told.confidence,
    )


def _stance(told: StanceTold) -> Stance:
    return Stance(
        holder=_id(told.holder),
        target=_id(told.target),
        polarity=told.polarity,
        via=None if told.via is None else _id(told.via),
        evidence=_span(told.text or f"{told.holder} on {told.target}"),
        confidence=told.confidence,
    )


def _id(written: str) -> str:
    return written.removeprefix(UNKNOWN)


def _span(text: str) -> Span:
    return Span(start=0, end=len(text), text=text)
