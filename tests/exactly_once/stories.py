"""Made-up news of the day: copies, updates, refusals, old news, and things that are no article."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

_STATES = ["Serbia", "Hungary", "Turkey", "Norway", "Japan", "Canada", "Kazakhstan", "Armenia", "Moldova", "Georgia"]
_TARGETS = ["Russia", "Iran", "Belarus", "North Korea"]
_SENTENCES = [
    "{a} imposed new sanctions on {b} on Monday, its foreign ministry said.",
    "{a} will never impose sanctions on {b}, the prime minister of {a} said.",
    "{a} lifted its sanctions against {b}.",
    "{a} halted the construction of a gas pipeline to {b}.",
    "{b} cut gas deliveries to {a} by a third.",
    "{a} opened two further chapters in its accession talks with the European Union.",
    "The European Union froze accession talks with {a}.",
    "A choir from {a} toured {b} to great applause.",
]


def stories(count: int, seed: int) -> Iterator[tuple[bytes, bytes, bool]]:
    """(key, value, backfill), drawn by a seeded chance; every fourth a copy or an update of an earlier one."""
    chance, told = random.Random(seed), list[str]()
    now = datetime.now(UTC)
    for number in range(count):
        if number % 50 == 49:
            yield b"bad-%d" % number, chance.choice([b"{", b"\xff", b"[]", b'{"id":"x"}']), False
            continue
        if told and chance.random() < 0.25:
            text = chance.choice(told) + chance.choice(["", "", " More details followed."])
        else:
            sentence = chance.choice(_SENTENCES).format(a=chance.choice(_STATES), b=chance.choice(_TARGETS))
            text = f"{sentence} Item {number} of the day was told by {chance.randrange(900)} witnesses."
        told.append(text)
        backfill = chance.random() < 0.3
        age = timedelta(days=chance.uniform(0, 3000)) if backfill else timedelta(minutes=chance.uniform(0, 9000))
        article_id = f"a-{number if chance.random() < 0.97 else max(0, number - 7)}"
        article = {
            "id": article_id,
            "text": text,
            "published_at": (now - age).isoformat().replace("+00:00", "Z"),
            "source": f"Wire {chance.randrange(12)}",
            "lang": "en",
        }
        yield article_id.encode(), json.dumps(article).encode(), backfill
