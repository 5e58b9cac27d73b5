"""Reports and rules made by hand, for the tests of watching."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from schemas import Actor, Alert, Match, Report, Signal, Span, Stance, Tick
from streams.store import MemoryStore
from streams.watching.matching import match
from streams.watching.rules import Rules, load_rules
from streams.watching.watcher import Taken, Watcher

START = datetime(2024, 3, 1, 12, tzinfo=UTC)
HOUR = 3600
DAY = 24 * HOUR


def at(seconds: float) -> datetime:
    """So many seconds after START."""
    return START + timedelta(seconds=seconds)


def span(text: str = "A sentence.") -> Span:
    return Span(start=0, end=len(text), text=text)


def signal(**fields: Any) -> Signal:
    """The EU imposes sanctions on Russia, but for what is said otherwise."""
    told = {
        "topic": "sanctions",
        "action": "impose",
        "modality": "actual",
        "direction": 1,
        "initiator": ("org:eu",),
        "target": ("country:RU",),
        "evidence": span("The EU imposed sanctions on Russia."),
        "confidence": 0.9,
    }
    return Signal.model_validate(told | fields)


def stance(holder: str, target: str, polarity: int) -> Stance:
    return Stance.model_validate(
        {"holder": holder, "target": target, "polarity": polarity, "evidence": span(), "confidence": 0.8}
    )


def report(
    article: str,
    received: float,
    published: float | None = None,
    *,
    text: str | None = None,
    source: str = "wire",
    signals: tuple[Signal, ...] | None = None,
    stances: tuple[Stance, ...] = (),
    unknown: tuple[str, ...] = (),
) -> Report:
    """Times in seconds after START; `text` stands for the fingerprint: by default no two are alike."""
    said = (signal(),) if signals is None else signals
    named = {actor for each in said for actor in (*each.initiator, *each.target, each.speaker) if actor}
    named |= {actor for each in stances for actor in (each.holder, each.target)}
    actors = [
        Actor.model_validate({"id": name, "known": name not in unknown, "type": name.split(":")[0], "name": name})
        for name in sorted(named - {"author"})
    ]
    return Report(
        article_id=article,
        title=f"Title of {article}",
        source=source,
        published_at=at(received if published is None else published),
        received_at=at(received),
        version="test",
        actors=tuple(actors),
        signals=said,
        stances=stances,
        fingerprint=article if text is None else text,
    )


EACH = """
rules:
  imposed:
    kind: each
    when: {topic: sanctions, action: impose}
    group_by: [target]
    severity: warning
    summary: "New sanctions on {{ group.target|name }}"
"""
COUNT = """
rules:
  pressure:
    kind: count
    when: {topic: sanctions}
    group_by: [target]
    within: 7d
    at_least: 3
    severity: critical
    summary: "{{ stories }} stories about {{ group.target|name }}"
"""


def rules_of(folder: Path, text: str, **vocabulary: Any) -> Rules:
    """Load rules written as text."""
    path = folder / "rules.yaml"
    path.write_text(text)
    return load_rules(path, **vocabulary)


class Desk:
    """One watcher on one store, fed by one source partition."""

    def __init__(self, rules: Rules, store: MemoryStore | None = None) -> None:
        self.rules = rules
        self.store = store or MemoryStore()
        self.watcher = Watcher(rules)

    def send(self, *reports: Report, backfill: bool = False) -> list[Taken]:
        with self.watcher.on(self.store) as watch:
            return [watch.take(found) for each in reports for found in self.matches(each, backfill)]

    def matches(self, each: Report, backfill: bool = False) -> tuple[Match, ...]:
        return match(each, self.rules, backfill=backfill).matches

    def until(self, seconds: float) -> list[Alert]:
        """Let the clock reach START plus these."""
        time_ms = int(at(seconds).timestamp() * 1000)
        return self.tick(Tick(partition=0, partitions=1, time_ms=time_ms))

    def tick(self, tick: Tick) -> list[Alert]:
        with self.watcher.on(self.store) as watch:
            return watch.tick(tick)

    @property
    def clock_ms(self) -> int | None:
        with self.watcher.on(self.store) as watch:
            return watch.clock_ms
