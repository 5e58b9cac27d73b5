"""The kind `shift`: the mean stance, or tone, of a span of time differs from that of the span before.

Each story has one value: the mean polarity of its first article's stances, or that article's tone. Event time is cut
into slots, 48 to a span of `within` (or of `lateness`, if that is longer). When a slot with stories is over, and
`lateness` has passed, the span that ends with it is held against the span before. If both have `at_least` stories and
their means differ by `by` or more, an alert fires (`observed`: the mean now, `expected`: the mean before). Further
stories join it. It resolves when the mean is back, nearer than half of `by` to what it was before, or when `within` has
passed without a story; then it is silent for `within`, or the return would ring as well.

What comes for a slot that has been judged is counted and unused. So is backfill: its times say nothing of now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas import Match
from streams.watching.groups import Episode, Group
from streams.watching.kinds import Shift
from streams.watching.matching import group_of
from streams.watching.state import Arrival
from streams.watching.telling import Outcome, Ring, alert_id, forget, join, take

_SLOTS = 48
_LEAST_SLOT_MS = 60_000


@dataclass(slots=True)
class _Spans:
    """`slots`: (stories, sum of their values) by number of slot since 1970; `judged`: the last one judged.

    `before`, `now`: the means that the open alert tells. `silent_to`: the last slot in which none may fire.
    """

    judged: int = 0
    silent_to: int = 0
    before: float = 0.0
    now: float = 0.0
    slots: dict[int, tuple[int, float]] = field(default_factory=dict)

    def dump(self) -> list[Any]:
        return [
            self.judged,
            self.silent_to,
            self.before,
            self.now,
            [[number, *slot] for number, slot in self.slots.items()],
        ]

    @classmethod
    def of(cls, memory: list[Any]) -> _Spans:
        judged, silent_to, before, now, slots = memory
        held = {number: (stories, total) for number, stories, total in slots}
        return cls(judged, silent_to, before, now, held)

    def add(self, number: int, value: float) -> None:
        stories, total = self.slots.get(number, (0, 0.0))
        self.slots[number] = stories + 1, total + value

    def mean(self, first: int, last: int) -> tuple[int, float]:
        """Stories and mean value of these slots, both ends included."""
        found = [self.slots[number] for number in range(first, last + 1) if number in self.slots]
        stories = sum(count for count, _ in found)
        return stories, sum(total for _, total in found) / stories if stories else 0.0


def run_shift(rule: Shift, group: Group, arrivals: Sequence[Arrival], now_ms: int) -> Outcome:
    """One round of one group: what arrived, in order, then what is due at `now_ms`."""
    spans = group.memory = group.recall(_Spans, _Spans.of) or _Spans()
    judging = _Judging(rule, group, spans, now_ms)
    unused = 0
    for arrival in arrivals:
        match, told = arrival.match, take(group, arrival, now_ms)
        if told is None or not told.opened:
            continue
        number = told.story.event_ms // judging.slot_ms
        if match.backfill or now_ms > judging.due_ms(number):
            group.leave_out(told.story)
            unused += 1
        else:
            group.set_free(told.story)
            spans.add(number, _value(match))
    rings = judging.judge_due()
    forget_ms = forget(group, 2 * rule.within, rule.lateness, now_ms)
    return Outcome.of(rings, *judging.all_due_ms(), forget_ms, unused=unused)


def _value(match: Match) -> float:
    polarities = [stance.polarity for stance in match.stances]
    return sum(polarities) / len(polarities) if polarities else match.tone


class _Judging:
    """A group's spans, looked at now."""

    def __init__(self, rule: Shift, group: Group, spans: _Spans, now_ms: int) -> None:
        self.rule, self.group, self.spans, self.now_ms = rule, group, spans, now_ms
        self.slot_ms = max(rule.within // _SLOTS, rule.lateness // _SLOTS, _LEAST_SLOT_MS) // 1000 * 1000
        self._width = -(-rule.within // self.slot_ms)

    def due_ms(self, number: int) -> int:
        """When a slot is judged."""
        return (number + 1) * self.slot_ms + self.rule.lateness

    def all_due_ms(self) -> list[int]:
        """When slots with stories are judged, and when an open alert is over for want of them."""
        over = [max(self.spans.slots) + self._width] if self.group.episodes else []
        return [self.due_ms(number) for number in (*self.spans.slots, *over) if number > self.spans.judged]

    def judge_due(self) -> list[Ring]:
        """What alerts have to say of the slot that is due now: no two can be due in one round."""
        if not any(due_ms <= self.now_ms for due_ms in self.all_due_ms()):
            return []
        self.spans.judged = number = (self.now_ms - self.rule.lateness) // self.slot_ms - 1
        ring = self._go_on(number) if self.group.episodes else self._begin(number)
        oldest = number - 2 * self._width
        self.spans.slots = {number: slot for number, slot in self.spans.slots.items() if number > oldest}
        return [] if ring is None else [ring]

    def _begin(self, number: int) -> Ring | None:
        stories, mean = self.spans.mean(number - self._width + 1, number)
        stories_before, before = self.spans.mean(number - 2 * self._width + 1, number - self._width)
        few = min(stories, stories_before) < self.rule.at_least
        if number <= self.spans.silent_to or few or abs(mean - before) < self.rule.by:
            return None
        from_ms = (number - self._width + 1) * self.slot_ms
        opened = alert_id(self.rule.name, group_of(self.group.key, self.rule), "", from_ms)
        self.group.episodes.append(Episode.opened(opened, from_ms, self.now_ms))
        self.spans.before, self.spans.now = before, mean
        return self._ring(number, stories, firing=True)

    def _go_on(self, number: int) -> Ring | None:
        stories, mean = self.spans.mean(number - self._width + 1, number)
        fresh, _ = self.spans.mean(number, number)
        firing = stories > 0 and abs(mean - self.spans.before) >= self.rule.by / 2
        if stories:
            self.spans.now = mean
        ring = self._ring(number, fresh, firing=firing) if fresh or not firing else None
        if not firing:
            self.group.episodes.clear()
            self.spans.silent_to = number + self._width
        return ring

    def _ring(self, number: int, fresh: int, *, firing: bool) -> Ring:
        """`fresh`: how many stories join; those of them that are still known show their sentences."""
        episode, to_ms = self.group.episodes[0], (number + 1) * self.slot_ms - 1
        places = self.group.free_between(to_ms + 1 - self._width * self.slot_ms, to_ms)
        joined = join(self.group, episode, places, self.now_ms)
        episode.stories += fresh - len(joined)
        return Ring(
            alert_id=episode.id,
            firing=firing,
            from_ms=episode.from_ms,
            to_ms=episode.to_ms,
            observed=self.spans.now,
            expected=self.spans.before,
            stories=episode.stories,
            sources=episode.sources,
            evidence=[evidence for story in joined for evidence in story.give_evidence()],
        )
