"""What becomes of the surprise of each step, -log10 of a p-value: episodes that ring once, scores that tell once."""

from __future__ import annotations

from dataclasses import dataclass

NEWS = 1.7
"""What was told has to be passed by this factor to be told again: noise on top of a burst does not pass it."""


@dataclass(slots=True)
class Episodes:
    """One after the other; `number`, from 1, is the latest, which goes on while `firing`.

    An episode opens at a surprise of `opens` and goes on down to half of that (hysteresis). Within `refractory` steps
    of its end only what passes its `strength`, the greatest surprise in it, by NEWS opens the next; what does not is
    more of the same and prolongs that time, lest it ring late. If an episode has lasted for `patience` steps, what
    passes `recent` by NEWS opens the next: a war begins in a month of tension. `recent` is the greatest surprise too,
    but fading by half each `refractory`: a month ago says little of what is news today.
    """

    opens: float
    refractory: float
    patience: int
    number: int = 0
    firing: bool = False
    opened_at: int = 0
    ended_at: int = 0
    strength: float = 0.0
    recent: float = 0.0

    def step(self, now: int, surprise: float) -> tuple[bool, bool]:
        """Whether an episode opens with step `now`, and whether one was over before it."""
        ended = False
        if self.firing and surprise < self.opens / 2:
            self.firing, self.ended_at, ended = False, now, True
        recent = self.recent * _faded(1, self.refractory)
        if self.firing:
            free = surprise > NEWS * recent and now - self.opened_at >= self.patience
        else:
            free = surprise > NEWS * self.strength or now - self.ended_at >= self.refractory
        if free and surprise >= self.opens:
            ended = ended or self.firing
            self.number, self.firing, self.opened_at = self.number + 1, True, now
            self.strength = self.recent = surprise
            return True, ended
        if self.firing:
            self.strength, self.recent = max(self.strength, surprise), max(recent, surprise)
        elif surprise >= self.opens:
            self.ended_at = now
        return False, ended

    def is_over(self, now: int) -> bool:
        """Whether nothing of the latest episode matters any more."""
        return not self.firing and (not self.number or now - self.ended_at >= self.refractory)


@dataclass(slots=True)
class Scores:
    """A peak of the surprise has its score at the first step after it: there it is known to be one. Other steps have 0.

    `rising` is a peak that is not yet over. `told`, at step `at`, fades by half each `fades` steps; a peak that does
    not pass what is left of it by NEWS is none. s / (s + opens) is 0.5 for the surprise that opens an episode, and
    keeps ranks far into the tail.
    """

    opens: float
    fades: float
    rising: float = 0.0
    told: float = 0.0
    at: int = 0

    def step(self, now: int, surprise: float) -> float:
        """The score of step `now`, in [0, 1)."""
        if self.rising > surprise:
            score = self.rising / (self.rising + self.opens)
            self.told, self.at, self.rising = self.rising, now, 0.0
            return score
        if surprise > NEWS * self.told * _faded(now - self.at, self.fades):
            self.rising = surprise
        return 0.0


def _faded(steps: int, half_life: float) -> float:
    return float(0.5 ** (steps / half_life)) if half_life else 0.0
