"""The kind `burst`: more stories than usual.

Event time is cut into slots of 15 minutes. A slot counts the stories that opened in it (or the sources of their first
articles, each once a day), and is judged by a detector (bursts.py) at its end + `lateness`: what comes later is counted
and unused, and so is backfill, whose times say nothing of now. Slots without stories ring nothing, and are judged when
the next one with stories is, or at once while an alert is open.

An alert opens with the detector's episode: it gathers the stories of the window that was improbable, but for those
that an alert already has, and those of later slots, and resolves when the episode is over. `observed`, `expected` and
`p_value` are those of its most improbable window. A group of which nothing is heard for 400 days is forgotten, and
would be cold again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from streams.watching.bursts import Detector, Judgement, Sensitivity
from streams.watching.groups import Episode, Group
from streams.watching.kinds import Burst
from streams.watching.matching import group_of
from streams.watching.state import Arrival
from streams.watching.stories import Story
from streams.watching.telling import Outcome, Ring, alert_id, forget, join, list_source, take

SLOT_MS = 900_000
_DAY_SLOTS = 96
_REMEMBERED_MS = 400 * 86_400_000


@dataclass(slots=True)
class _Slots:
    """`first`: the number of the detector's first slot, since 1970. `open`: by slot not yet judged, the number of its
    stories, and their sources if these count. `counted`: the sources of the last day, with the slot in which they
    counted. `untold`: by slot of the last day, the number of its stories, unless they are in an alert. `told`: of the
    open alert, the detector's number of its episode, observed, expected, p-value.
    """

    detector: Detector
    first: int
    open: dict[int, tuple[int, dict[str, None]]] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    untold: dict[int, int] = field(default_factory=dict)
    told: tuple[int, int, float, float] | None = None

    @property
    def next(self) -> int:
        """The first slot that is not judged."""
        return self.first + self.detector.steps

    def dump(self) -> list[Any]:
        waiting = [[number, stories, list(sources)] for number, (stories, sources) in self.open.items()]
        return [self.first, self.detector.dump(), waiting, self.counted, list(self.untold.items()), self.told]

    @classmethod
    def of(cls, memory: list[Any], sensitivity: Sensitivity) -> _Slots:
        first, detector, waiting, counted, untold, told = memory
        held = {number: (stories, dict.fromkeys(sources)) for number, stories, sources in waiting}
        learned = Detector.of(sensitivity, detector)
        return cls(learned, first, held, counted, dict(untold), tuple(told) if told else None)

    def add(self, number: int, source: str | None) -> None:
        """A story in an open slot; `source` where these are counted."""
        stories, sources = self.open.get(number, (0, {}))
        if source is not None:
            list_source(sources, source)
        self.open[number] = stories + 1, sources

    def close(self, number: int) -> int:
        """What a slot counts, which is open no more."""
        stories, sources = self.open.pop(number, (0, {}))
        since = number - _DAY_SLOTS
        self.untold = {at: held for at, held in self.untold.items() if at > since}
        self.counted = {source: at for source, at in self.counted.items() if at > since}
        if stories:
            self.untold[number] = stories
        fresh = [source for source in sources if source not in self.counted]
        self.counted.update((source, number) for source in fresh)
        return len(fresh) if sources else stories


def run_burst(rule: Burst, group: Group, arrivals: Sequence[Arrival], now_ms: int) -> Outcome:
    """One round of one group: what arrived, in order, then what is due at `now_ms`."""
    slots, unused = group.recall(_Slots, lambda memory: _Slots.of(memory, _sensitivity(rule))), 0
    for arrival in arrivals:
        told = take(group, arrival, now_ms)
        if told is None or not told.opened:
            continue
        number = told.story.event_ms // SLOT_MS
        if arrival.match.backfill or now_ms > _due_ms(rule, number):
            group.leave_out(told.story)
            unused += 1
            continue
        slots = slots or _Slots(Detector(_sensitivity(rule)), number)
        if not slots.detector.steps:  # none is judged yet, so there may be one before it
            slots.first = min(slots.first, number)
        group.set_free(told.story)
        slots.add(number, arrival.match.source if rule.distinct == "sources" else None)
    rings: list[Ring] = []
    due_ms: list[int] = []
    if slots is not None:
        rings = _judge_due(rule, group, slots, now_ms)
        due_ms = _all_due_ms(rule, group, slots)
        if now_ms >= due_ms[0]:
            slots, due_ms = None, []
    group.memory = slots
    forget_ms = forget(group, 0, rule.lateness, now_ms)
    return Outcome.of(rings, *due_ms, forget_ms, unused=unused)


def _sensitivity(rule: Burst) -> Sensitivity:
    return Sensitivity(SLOT_MS, rule.at_least, rule.p_below, rule.refractory)


def _due_ms(rule: Burst, number: int) -> int:
    """When a slot is judged."""
    return (number + 1) * SLOT_MS + rule.lateness


def _all_due_ms(rule: Burst, group: Group, slots: _Slots) -> list[int]:
    """When all is forgotten; when the slots with stories are judged, and of an open alert also the next one."""
    numbers = [*slots.open, *([slots.next] if group.episodes else [])]
    newest = max(numbers, default=slots.next)
    return [_due_ms(rule, newest) + _REMEMBERED_MS, *(_due_ms(rule, number) for number in numbers)]


def _judge_due(rule: Burst, group: Group, slots: _Slots, now_ms: int) -> list[Ring]:
    """What alerts have to say of the slot that is due now: no two can be due in one round."""
    number = (now_ms - rule.lateness) // SLOT_MS - 1
    if number < slots.next or not (number in slots.open or group.episodes):
        return []
    slots.detector.skip(number - slots.next)
    count = slots.close(number)
    judgement = slots.detector.update(count)
    rings = []
    if group.episodes and slots.told and slots.told[0] != judgement.episode:
        rings.append(_ring(group, slots, [], firing=False))
        group.episodes.clear()
        slots.told = None
    if judgement.episode is not None and (number in slots.untold or not group.episodes):
        rings.append(_gather(rule, group, slots, judgement, number, now_ms))
    return rings


def _gather(rule: Burst, group: Group, slots: _Slots, judgement: Judgement, number: int, now_ms: int) -> Ring:
    """Stories join the alert, which opens if none is open."""
    end_ms = (number + 1) * SLOT_MS
    if not group.episodes:
        first = number + 1 - judgement.window_ms // SLOT_MS
        from_ms = min((at for at in slots.untold if at >= first), default=number) * SLOT_MS
        opened = alert_id(rule.name, group_of(group.key, rule), "", from_ms)
        group.episodes.append(Episode.opened(opened, from_ms, now_ms))
    episode = group.episodes[0]
    joined = join(group, episode, group.free_between(episode.from_ms, end_ms - 1), now_ms)
    fresh = sum(stories for at, stories in slots.untold.items() if at * SLOT_MS >= episode.from_ms)
    episode.stories += fresh - len(joined)  # not all that were counted may still be remembered
    slots.untold.clear()
    if slots.told is None or (judgement.p_value or 1.0) < slots.told[3]:
        assert judgement.episode is not None
        expected, p_value = judgement.expected or 0.0, judgement.p_value or 1.0
        slots.told = judgement.episode, judgement.observed, expected, p_value
    return _ring(group, slots, joined, firing=True)


def _ring(group: Group, slots: _Slots, joined: list[Story], *, firing: bool) -> Ring:
    episode, told = group.episodes[0], slots.told
    assert told is not None
    return Ring(
        alert_id=episode.id,
        firing=firing,
        from_ms=episode.from_ms,
        to_ms=episode.to_ms,
        observed=told[1],
        expected=told[2],
        p_value=told[3],
        stories=episode.stories,
        sources=episode.sources,
        evidence=[evidence for story in joined for evidence in story.give_evidence()],
    )
