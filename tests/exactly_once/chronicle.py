"""Two months of made-up news in which something of every kind happens, and rules that ring for it.

States refuse sanctions until they impose them (reversal), praise the European Union until they chide it (shift), and
after quiet days there is a crowd (burst). Times are stamps of long ago: only a replay's topics keep them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zlib import crc32

from schemas.model import to_ms
from streams.engine.steps import BACKFILL
from streams.engine.ticker import TICK_HEADERS

RULES = """
rules:
  each-sanction:
    kind: each
    when: {topic: sanctions, action: impose, modality: actual}
    group_by: [initiator, target]
    hold: 12h
    severity: info
    summary: "{{ group.initiator|name }}, {{ group.target|name }}: {{ sources }}"
  several-stories:
    kind: count
    when: {topic: sanctions}
    group_by: [initiator?, target]
    within: 2d
    at_least: 3
    lateness: 2h
    severity: warning
    summary: "{{ stories }} on {{ group.target|name }}"
  several-sources:
    kind: count
    when: {stance: {holder: "country:*"}}
    group_by: [holder, polarity]
    distinct: sources
    within: 1d
    at_least: 2
    severity: warning
    summary: "{{ observed }} of {{ group.holder|name }}"
  more-on-a-target:
    kind: burst
    when: {topic: sanctions}
    group_by: [target]
    at_least: 4
    p_below: 0.01
    refractory: 2d
    severity: critical
    summary: "{{ observed }} instead of {{ expected|round(3) }}: {{ p_value }}"
  more-sources:
    kind: burst
    when: {topic: sanctions}
    distinct: sources
    at_least: 4
    p_below: 0.1
    lateness: 15m
    severity: info
    summary: "{{ observed }} instead of {{ expected|round(3) }}"
  other-mind:
    kind: shift
    when: {stance: {holder: "country:*", target: org:eu}}
    group_by: [holder]
    within: 5d
    by: 0.9
    at_least: 2
    severity: warning
    summary: "{{ group.holder|name }} from {{ expected|round(3) }} to {{ observed|round(3) }}"
  other-tone:
    kind: shift
    when: {language: en}
    group_by: [source]
    within: 3d
    by: 0.5
    at_least: 3
    severity: info
    summary: "{{ group.source }} from {{ expected|round(3) }} to {{ observed|round(3) }}"
  other-side:
    kind: reversal
    when: {topic: sanctions, action: impose}
    group_by: [initiator]
    within: 20d
    remember: 30d
    severity: critical
    summary: "{{ first.signal.modality }}, now {{ last.signal.modality }}"
  other-words:
    kind: reversal
    when: {stance: {holder: "country:*", target: org:eu}}
    group_by: [holder]
    distinct: stories
    at_least: 3
    severity: warning
    summary: "{{ group.holder|name }}: {{ stories }}"
"""

_STATES = ("Serbia", "Hungary", "Turkey", "Norway", "Japan", "Canada", "Kazakhstan", "Armenia", "Moldova", "Georgia")
_TARGETS = ("Belarus", "Iran", "North Korea")
_FOR = {
    "sanctions": (
        "{a} imposed new sanctions on {b}, its foreign ministry said.",
        "{a} imposed sanctions on {b} on Monday, its government said.",
    ),
    "the Union": ("{a} criticised the European Union.", "{a} accused the European Union of blackmail."),
}
_AGAINST = {
    "sanctions": (
        "{a} will never impose sanctions on {b}, its foreign ministry said.",
        "{a} refuses to impose sanctions on {b}.",
    ),
    "the Union": ("{a} praised the European Union.", "{a} thanked the European Union for its support."),
}
_THINGS = (
    *("anvils", "baskets", "candles", "drums", "eels", "feathers", "geese", "hammers", "inkwells", "jars", "kettles"),
    *("ladders", "mirrors", "needles", "oars", "pears", "quilts", "ropes", "saddles", "thimbles", "umbrellas"),
    *("violins", "walnuts", "yokes", "zithers"),
)
_START = datetime(2023, 1, 2, tzinfo=UTC)
_DAYS, _QUIET, _CROWDS = 60, range(36, 41), {41: "Belarus", 54: "Iran"}
_RATE, _CROWD = 18, 70  # stories a day, and in the four hours of a crowd
_ALL_IS_OVER = timedelta(days=_DAYS + 30)


@dataclass(frozen=True)
class Entry:
    """A record of `articles`, with the stamp that it is to have."""

    partition: int
    stamp_ms: int
    key: bytes | None
    value: bytes
    headers: list[tuple[str, bytes]]


def chronicle(partitions: int, seed: int) -> Iterator[Entry]:
    """In order of stamps, drawn by a seeded chance: articles, and ticks of each partition whenever it likes.

    The last tick of each is weeks later: all that resolves has resolved by then.
    """
    chance = random.Random(seed)
    turns = {(state, subject): chance.uniform(20, 50) for state in _STATES for subject in _FOR}
    told: list[str] = []
    for number, (received, target) in enumerate(_receipts(chance)):
        if told and chance.random() < 0.2:
            text = chance.choice(told[-30:]) + chance.choice(("", "", " More follows."))
        else:
            text = _story(chance, turns, (received - _START) / timedelta(days=1), target)
        told.append(text)
        yield _article(
            chance, partitions, f"a-{number if chance.random() < 0.97 else max(0, number - 5)}", received, text
        )
        if chance.random() < 0.5:
            yield _tick(chance.randrange(partitions), received)
    for partition in range(partitions):
        yield _tick(partition, _START + _ALL_IS_OVER)


def _receipts(chance: random.Random) -> list[tuple[datetime, str | None]]:
    """When articles come, in order, and what they must be about."""
    found: list[tuple[float, str | None]] = []
    for day in range(_DAYS):
        found += [(day + chance.random(), None) for _ in range(2 if day in _QUIET else _RATE)]
    for day, target in _CROWDS.items():
        found += [(day + 0.4 + chance.random() / 6, target) for _ in range(_CROWD)]
    return [(_START + timedelta(days=at), target) for at, target in sorted(found, key=lambda receipt: receipt[0])]


def _story(chance: random.Random, turns: dict[tuple[str, str], float], day: float, target: str | None) -> str:
    """What nobody told before. One in twelve is out of line, as if it was misread."""
    state, subject = chance.choice(_STATES), "sanctions" if target else chance.choice(tuple(_FOR))
    turned = (day >= turns[state, subject]) != (chance.random() < 1 / 12)
    sentence = chance.choice((_FOR if turned else _AGAINST)[subject])
    things = " and ".join(f"{chance.randrange(2, 99)} {thing}" for thing in chance.sample(_THINGS, 8))
    return f"{sentence.format(a=state, b=target or chance.choice(_TARGETS))} A shop nearby sold {things}."


def _article(chance: random.Random, partitions: int, article_id: str, received: datetime, text: str) -> Entry:
    """Most are hours old; some come late, too late, from the archive, or from clocks that are fast."""
    hours, backfill = chance.choices(
        [
            (chance.uniform(0, 1), False),
            (30.0, False),
            (250.0, False),
            (chance.uniform(0, 30_000), True),
            (-2.0, False),
        ],
        [80, 8, 4, 5, 3],
    )[0]
    article = {
        "id": article_id,
        "text": text,
        "published_at": (received - timedelta(hours=hours)).isoformat().replace("+00:00", "Z"),
        "source": f"Wire {chance.randrange(9)}",
        "lang": "en",
    }
    headers = [(BACKFILL, b"1")] if backfill else []
    partition = crc32(article_id.encode()) % partitions
    return Entry(partition, to_ms(received), article_id.encode(), json.dumps(article).encode(), headers)


def _tick(partition: int, at: datetime) -> Entry:
    return Entry(partition, to_ms(at), None, b"", TICK_HEADERS)
