from __future__ import annotations

import json
import random
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.watching.baselines import window_steps
from streams.watching.bursts import Detector, Judgement, Sensitivity

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
STEPS_MS = st.sampled_from([5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY])
COUNTS = st.lists(st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 400)), min_size=1, max_size=120)


def judge(counts: list[int], step_ms: int, **knobs: float) -> list[Judgement]:
    detector = Detector(replace(Sensitivity(step_ms), **knobs))  # type: ignore[arg-type]
    return [detector.update(count) for count in counts]


def opened(judged: list[Judgement]) -> list[int]:
    return [judgement.step for judgement in judged if judgement.opened]


def noise(steps: int, mean: float, seed: int = 1) -> list[int]:
    """Counts whose variance is about mean + mean² / 4."""
    chance = random.Random(seed)
    return [round(max(0.0, chance.gauss(rate := chance.gammavariate(4, mean / 4), rate**0.5))) for _ in range(steps)]


@cache
def _learned(step_ms: int) -> str:
    detector = Detector(Sensitivity(step_ms))
    for count in noise(30 * DAY // step_ms, 2):
        detector.update(count)
    return json.dumps(detector.dump())


def learned(step_ms: int) -> Detector:
    """Has seen 30 days of about two events a step."""
    return Detector.of(Sensitivity(step_ms), json.loads(_learned(step_ms)))


@pytest.mark.parametrize(
    ("step_ms", "steps"),
    [
        (MINUTE, (15, 60, 360, 1440)),
        (5 * MINUTE, (3, 12, 72, 288)),
        (15 * MINUTE, (1, 4, 24, 96)),
        (20 * MINUTE, (3, 18, 72)),
        (HOUR, (1, 6, 24)),
        (12 * HOUR, (2,)),
        (DAY, (1,)),
        (7 * DAY, (1,)),
    ],
)
def test_windows_are_those_a_step_fits_into(step_ms: int, steps: tuple[int, ...]) -> None:
    assert window_steps(step_ms) == steps


@settings(deadline=None)
@given(COUNTS, st.data(), STEPS_MS)
def test_a_detector_restored_at_any_point_judges_as_if_it_had_never_stopped(
    counts: list[int], data: st.DataObject, step_ms: int
) -> None:
    sensitivity = Sensitivity(step_ms)
    whole, broken = Detector(sensitivity, 3000), Detector(sensitivity, 3000)
    at = data.draw(st.integers(0, len(counts)))
    for count in counts[:at]:
        assert whole.update(count) == broken.update(count)
    restored = Detector.of(sensitivity, json.loads(json.dumps(broken.dump())))
    for count in counts[at:]:
        assert whole.update(count) == restored.update(count)
    assert whole.dump() == restored.dump()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 150), st.integers(0, 150)), max_size=12), STEPS_MS)
def test_skipping_is_bit_for_bit_what_empty_steps_are_however_it_is_cut(
    told: list[tuple[int, int, int]], step_ms: int
) -> None:
    one_by_one, skipping = Detector(Sensitivity(step_ms), 500), Detector(Sensitivity(step_ms), 500)
    for count, first, second in told:
        assert one_by_one.update(count) == skipping.update(count)
        judged = [one_by_one.update(0) for _ in range(first + second)]
        turns = skipping.skip(first) + skipping.skip(second)
        assert turns == [judgement for judgement in judged if judgement.opened or judgement.ended]
        assert one_by_one.dump() == skipping.dump()


def test_skipping_a_hundred_years_costs_nothing_and_leaves_a_blank_detector() -> None:
    detector = learned(15 * MINUTE)
    detector.update(500)
    assert not detector.is_blank
    assert [turn.ended for turn in detector.skip(100 * 365 * 96)] == [True]
    assert detector.is_blank
    assert detector.steps == 30 * 96 + 1 + 100 * 365 * 96


def test_a_blank_detector_judges_as_a_new_one_that_knows_how_long_nothing_came() -> None:
    old = Detector(Sensitivity(15 * MINUTE))
    for _ in range(50):
        old.update(2)
        old.skip(40)
    old.skip(400 * 96)
    assert old.is_blank
    new = Detector(Sensitivity(15 * MINUTE), old.steps)
    for count in (0, 1, 2, 6, 0, 3, 0):
        forgotten, remembered = new.update(count), old.update(count)
        assert forgotten.opened == remembered.opened
        assert forgotten.p_value == pytest.approx(remembered.p_value, rel=0.5)


def test_what_breaks_a_long_silence_rings_and_a_single_count_does_not() -> None:
    silent = Detector(Sensitivity(15 * MINUTE), 365 * 96)
    assert not silent.update(1).firing
    assert silent.update(6).opened


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(1, 60))
def test_more_is_never_more_probable(count: int, more: int) -> None:
    fewer, greater = (learned(15 * MINUTE).update(n) for n in (count, count + more))
    assert fewer.p_value is not None
    assert greater.p_value is not None
    assert greater.p_value <= fewer.p_value


@settings(deadline=None)
@given(COUNTS, COUNTS, COUNTS)
def test_a_judgement_does_not_depend_on_later_steps(known: list[int], one: list[int], other: list[int]) -> None:
    assert judge(known + one, HOUR)[: len(known)] == judge(known + other, HOUR)[: len(known)]


def test_cold_is_silent() -> None:
    judged = judge([1, 0, 2, 500, 0, 800] * 12 + [900], HOUR)
    assert [judgement.p_value for judgement in judged[:72]] == [None] * 72
    assert not any(judgement.firing or judgement.score for judgement in judged[:72])
    assert judged[72].p_value is not None


@pytest.mark.parametrize("count", [0, 1, 7, 300, 1_000_000])
@pytest.mark.parametrize("step_ms", [5 * MINUTE, HOUR, DAY])
def test_a_constant_series_never_alarms(count: int, step_ms: int) -> None:
    judged = judge([count] * 3000, step_ms)
    assert opened(judged) == []
    assert max(judgement.score for judgement in judged) < 0.2


@pytest.mark.parametrize("mean", [0.02, 0.5, 20, 300])
@pytest.mark.parametrize("step_ms", [5 * MINUTE, HOUR])
def test_noise_rings_at_most_once_in_a_month(mean: float, step_ms: int) -> None:
    assert len(opened(judge(noise(30 * DAY // step_ms, mean), step_ms))) <= 1


@pytest.mark.parametrize("mean", [0.3, 5, 200])
def test_a_burst_is_one_episode_that_says_when_it_is_over(mean: float) -> None:
    quiet, burst = noise(20 * 96, mean), noise(10 * 4, 10 * mean + 3, seed=2)
    judged = judge(quiet + burst + noise(10 * 96, mean, seed=3), 15 * MINUTE)
    starts = [at for at in opened(judged) if at >= len(quiet) - 1]
    assert len(starts) == 1
    assert starts[0] - len(quiet) < 8
    end = next(judgement.step for judgement in judged if judgement.ended and judgement.step > starts[0])
    assert len(quiet) + len(burst) - 8 < end < len(quiet) + len(burst) + 96 + 8
    assert {judgement.episode for judgement in judged[starts[0] : end]} == {judged[starts[0]].episode}
    assert judged[end].episode is None


@pytest.mark.parametrize("times", [3, 10, 100])
@pytest.mark.parametrize("step_ms", [15 * MINUTE, HOUR])
def test_a_new_level_is_one_episode_and_normal_within_weeks(times: int, step_ms: int) -> None:
    day = DAY // step_ms
    shifted = noise(20 * day, 6) + noise(60 * day, 6 * times, seed=2)
    judged = judge(shifted, step_ms)
    assert len([at for at in opened(judged) if at >= 20 * day]) <= 2
    assert not any(judgement.firing for judgement in judged[20 * day + 28 * day :])
    expected = judged[-1].expected
    assert expected is not None
    assert expected == pytest.approx(6 * times * judged[-1].window_ms / step_ms, rel=0.3)


def test_a_burst_does_not_teach_that_bursts_are_normal() -> None:
    day = 96
    quiet, burst = noise(20 * day, 4), [200] * 12
    counts = quiet + burst + noise(3 * day, 4, seed=3) + burst + noise(day, 4, seed=4)
    second = 23 * day + len(burst)
    assert any(second <= at < second + 4 for at in opened(judge(counts, 15 * MINUTE)))


def test_a_lone_spike_of_one_step_is_less_surprising_than_the_same_spread_over_an_hour() -> None:
    quiet, after = noise(20 * 288, 6), [6] * 12
    spike = judge(quiet + [150] + [6] * 11 + after, 5 * MINUTE)
    spread = judge(quiet + [18] * 12 + after, 5 * MINUTE)
    assert max(one.score for one in spike[-24:]) < 2 * max(one.score for one in spread[-24:])


def test_within_refractory_time_only_what_is_stronger_rings() -> None:
    quiet, pause = noise(20 * 96, 4), [4] * (8 * 4)
    weak, strong = [40] * 3, [400] * 8

    def rings(then: list[int], refractory_ms: int) -> int:
        judged = judge(quiet + weak + pause + then, 15 * MINUTE, refractory_ms=refractory_ms)
        return len([at for at in opened(judged) if at >= len(quiet)])

    assert rings(weak, DAY) == 1
    assert rings(weak, HOUR) == 2
    assert rings(strong, DAY) == 2


def test_what_was_held_back_does_not_ring_when_refractory_time_is_over() -> None:
    quiet, burst = [3, 1, 0, 2, 4, 2] * 80, [60, 70, 80, 60]
    counts = quiet + burst + [2] * 30 + burst + quiet
    assert len(opened(judge(counts, HOUR, refractory_ms=HOUR))) == 2
    assert len(opened(judge(counts, HOUR, refractory_ms=20 * HOUR))) == 1


def test_a_war_in_a_month_of_tension_rings() -> None:
    tension, war = noise(4 * 24, 60, seed=2), noise(24, 900, seed=3)
    judged = judge(noise(30 * 24, 5) + tension + war, HOUR)
    assert any(at >= 34 * 24 for at in opened(judged))


def test_a_score_tells_a_peak_once_and_stays_low_while_it_goes_on() -> None:
    quiet, burst = noise(20 * 96, 4), noise(40, 80, seed=2)
    scores = [judgement.score for judgement in judge(quiet + burst, 15 * MINUTE)][len(quiet) :]
    assert max(scores) > 0.5
    assert sum(score > 0.5 for score in scores) <= 5
    assert all(0 <= score < 1 for score in scores)


def test_scores_keep_ranks_far_into_the_tail() -> None:
    quiet = noise(20 * 96, 4)
    best = [max(one.score for one in judge([*quiet, n, n, 0, 0], 15 * MINUTE)[-4:]) for n in (40, 80, 400, 4000)]
    assert best == sorted(set(best))


def test_knobs_decide_what_rings() -> None:
    counts = [*noise(20 * 96, 1), 9, 9, 9]
    assert len(opened(judge(counts, 15 * MINUTE))) >= 1
    assert opened(judge(counts, 15 * MINUTE, at_least=200)) == []
    assert opened(judge(counts, 15 * MINUTE, p_below=1e-100)) == []


@pytest.mark.parametrize(
    "wrong", [{"step_ms": 10}, {"at_least": 0}, {"p_below": 0.0}, {"p_below": 1.0}, {"refractory_ms": -1}]
)
def test_senseless_knobs_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        Sensitivity(**{"step_ms": HOUR, **wrong})  # type: ignore[arg-type]


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        Detector(Sensitivity(HOUR)).update(-1)


def test_state_is_bounded_and_small_when_quiet() -> None:
    dense, quiet = learned(15 * MINUTE), learned(15 * MINUTE)
    for count in noise(1000, 1_000_000):
        dense.update(count)
    quiet.skip(96)
    assert len(json.dumps(dense.dump())) < 3000
    assert len(json.dumps(quiet.dump())) < 500
