"""The kind `reversal`: an actor takes the other side on a subject.

A story takes the side that the signals (or stances) of its first article point to; where they point both ways, or
nowhere, it takes none. A side is **confirmed** when the last stories in event time that took one all took this one, and
are at least `at_least` stories, or stories first told by so many sources, within `within`. So one misreading confirms
nothing, nor do a hundred copies of it.

The side confirmed first is the group's position; a later story that takes it again only affirms it. When the other one
is confirmed, that is a reversal: one alert, with the evidence of the position before and then of the new one. It is an
event: it never resolves, and has no revisions. A story older than the newest that stands for the position cannot speak
against it. A position that nothing affirms for `remember` is forgotten.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from schemas import Evidence, Match
from streams.watching.groups import Group
from streams.watching.kinds import Reversal
from streams.watching.state import Arrival
from streams.watching.telling import Outcome, Ring, alert_id, forget, take

_MAX_TAKEN = 1000
_MAX_EVIDENCE = 3


class _Side(NamedTuple):
    """What a story took: in the order of event time."""

    event_ms: int
    article: str
    sign: int
    source: str
    number: int


@dataclass(slots=True)
class _Ledger:
    """The position's `sign`, 0 while none is confirmed; event time of the newest story for it (`at_ms`) and when that
    was received (`heard_ms`); `evidence` of what confirmed it; the sides `taken` since, as far as a run can reach them.
    """

    sign: int = 0
    at_ms: int = 0
    heard_ms: int = 0
    evidence: list[Evidence] = field(default_factory=list)
    taken: list[_Side] = field(default_factory=list)

    def dump(self) -> list[Any]:
        evidence = [each.model_dump(mode="json", by_alias=True, exclude_none=True) for each in self.evidence]
        return [self.sign, self.at_ms, self.heard_ms, evidence, self.taken]

    @classmethod
    def of(cls, memory: list[Any]) -> _Ledger:
        sign, at_ms, heard_ms, evidence, taken = memory
        told = [Evidence.model_validate(each) for each in evidence]
        return cls(sign, at_ms, heard_ms, told, [_Side(*side) for side in taken])

    def run(self, within_ms: int) -> list[_Side]:
        """The last sides taken, all alike, within a span."""
        newest = self.taken[-1]
        start = len(self.taken) - 1
        while start and self.taken[start - 1].sign == newest.sign:
            start -= 1
        # The one before the run stays: a story that comes late may stand on either side of it.
        del self.taken[: max(start - 1, len(self.taken) - _MAX_TAKEN, 0)]
        return [s for s in self.taken if s.sign == newest.sign and s.event_ms >= newest.event_ms - within_ms]

    def stand(self, newest: _Side, now_ms: int) -> None:
        """The position holds, or is a new one, as of this side."""
        self.sign, self.at_ms, self.heard_ms = newest.sign, newest.event_ms, now_ms
        self.taken.clear()


def run_reversal(rule: Reversal, group: Group, arrivals: Sequence[Arrival], now_ms: int) -> Outcome:
    """One round of one group: what arrived, in order, then what is due at `now_ms`."""
    ledger = group.memory = group.recall(_Ledger, _Ledger.of) or _Ledger()
    rings: list[Ring] = []
    unused = 0
    for arrival in arrivals:
        match, told = arrival.match, take(group, arrival, now_ms)
        sign = _sign(match)
        if told is None or not told.opened or not sign:
            continue
        story = told.story
        if ledger.sign and story.event_ms < ledger.at_ms:
            unused += sign != ledger.sign
            continue
        insort(ledger.taken, _Side(story.event_ms, match.article_id, sign, match.source, story.number))
        run = ledger.run(rule.within)
        if run[-1].sign == ledger.sign:
            ledger.stand(run[-1], now_ms)
        elif _confirmations(rule, run) >= rule.at_least:
            rings += _confirm(rule, ledger, group, match, run, now_ms)
    if ledger.sign and now_ms >= ledger.heard_ms + rule.remember:
        group.memory = ledger = _Ledger()
    due_ms = [ledger.heard_ms + rule.remember] if ledger.sign else []
    forget_ms = forget(group, rule.within + rule.max_age, rule.lateness, now_ms)
    return Outcome.of(rings, *due_ms, forget_ms, unused=unused)


def _sign(match: Match) -> int:
    signs = {signal.direction for signal in match.signals} | {stance.polarity for stance in match.stances}
    signs.discard(0)
    return signs.pop() if len(signs) == 1 else 0


def _confirmations(rule: Reversal, run: list[_Side]) -> int:
    return len({side.source if rule.distinct == "sources" else side.number for side in run})


def _confirm(rule: Reversal, ledger: _Ledger, group: Group, match: Match, run: list[_Side], now_ms: int) -> list[Ring]:
    """A new position; if there was one, that is a reversal."""
    before, reversed_ = ledger.evidence, ledger.sign != 0
    stories = [group.stories[side.number] for side in run if side.number in group.stories]
    evidence = [evidence for story in stories for evidence in story.give_evidence()]
    group.changed.update((story.number, story) for story in stories)
    ledger.evidence = evidence[:_MAX_EVIDENCE]
    ledger.stand(run[-1], now_ms)
    if not reversed_:
        return []
    sources = {side.source: None for side in run} | {source: None for story in stories for source in story.sources}
    return [
        Ring(
            alert_id=alert_id(match.rule, match.group, run[0].article, run[0].event_ms),
            firing=True,
            from_ms=run[0].event_ms,
            to_ms=run[-1].event_ms,
            observed=_confirmations(rule, run),
            stories=len(run),
            sources=sources,
            evidence=[*before, *evidence],
            event=True,
        )
    ]
