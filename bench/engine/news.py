"""Made-up news of a bounded kind, and how far the product has come with them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime

from aiokafka.admin import AIOKafkaAdminClient

from schemas import Article
from streams.settings import Settings

INPUTS = {"read": "articles", "watch": "matches"}
"""What each stage reads."""
_STATES = ("Serbia", "Hungary", "Turkey", "Norway", "Japan", "Canada", "Kazakhstan", "Armenia", "Moldova", "Georgia")
_TARGETS = ("Russia", "Iran", "Belarus", "North Korea")
_PLACES = ("harbour", "museum", "orchard", "library", "railway", "theatre")


def news(share: float, seed: int = 1) -> Iterator[Article]:
    """Without end. `share` of them are of 40 articles that rules want, told again and again under their own ids, so
    that the state of watch stays as it is; the others are new, and of no interest."""
    chance, start = random.Random(seed), datetime.now(UTC)  # noqa: S311 - no secret
    wanted = [
        f"{state} imposed new sanctions on {target} on Monday, its foreign ministry said."
        for state in _STATES
        for target in _TARGETS
    ]
    number = 0
    while True:
        number += 1
        if chance.random() < share:
            which = chance.randrange(len(wanted))
            yield Article(id=f"wanted-{which}", text=wanted[which], published_at=start, source="Test Wire", lang="en")
            continue
        text = (
            f"A choir from {chance.choice(_STATES)} sang at the {chance.choice(_PLACES)} on Sunday. "
            f"{chance.randrange(1_000_000)} visitors came, the organisers said in their note number {number}."
        )
        yield Article(id=f"other-{number}", text=text, published_at=start, source="Test Wire", lang="en")


async def committed(admin: AIOKafkaAdminClient, settings: Settings, stage: str) -> dict[int, int]:
    """The committed offset of each partition of a stage's input."""
    offsets = await admin.list_consumer_group_offsets(settings.group(stage))
    topic = settings.topic(INPUTS[stage])
    return {tp.partition: found.offset for tp, found in offsets.items() if tp.topic == topic}
