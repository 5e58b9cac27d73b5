"""The kind `each`: a story is an alert.

It fires when the story opens and resolves `hold` after its last copy. A copy that comes later still belongs to the
story, for 7 days, and does not ring again.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from streams.watching.groups import Group
from streams.watching.kinds import Each
from streams.watching.state import Arrival
from streams.watching.stories import Story
from streams.watching.telling import Outcome, Ring, alert_id, forget, take


def run_each(rule: Each, group: Group, arrivals: Sequence[Arrival], now_ms: int) -> Outcome:
    """One round of one group: what arrived, in order, then what is due at `now_ms`."""
    opened: list[Story] = []
    over: list[Story] = []
    for arrival in arrivals:
        match, told = arrival.match, take(group, arrival, now_ms)
        if told is None:
            continue
        story = told.story
        if told.opened:
            story.alert, story.firing = alert_id(match.rule, match.group, match.article_id, story.event_ms), True
            opened.append(story)
        if told.dropped and told.dropped.firing:
            # Even in the round that opened it: nobody would resolve it later.
            told.dropped.firing = False
            over.append(told.dropped)
        if story.firing:
            group.firing[story.number] = story
            group.firing.move_to_end(story.number)
    while group.firing and (story := next(iter(group.firing.values()))).last_ms + rule.hold <= now_ms:
        story.firing = False
        del group.firing[story.number]
        group.changed[story.number] = story
        over.append(story)
    rings = [_ring(story) for story in (*over, *(story for story in opened if story.firing))]
    due_ms = [story.last_ms + rule.hold for story in islice(group.firing.values(), 1)]
    forget_ms = forget(group, rule.hold, rule.lateness, now_ms)
    return Outcome.of(rings, *due_ms, forget_ms)


def _ring(story: Story) -> Ring:
    return Ring(
        alert_id=story.alert,
        firing=story.firing,
        from_ms=story.event_ms,
        to_ms=story.event_ms,
        observed=1,
        stories=1,
        sources=story.sources,
        evidence=story.give_evidence(),
    )
