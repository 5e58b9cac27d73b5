from __future__ import annotations

from pathlib import Path

import pytest

from schemas import Alert, Report
from streams.watching.telling import MAX_STORIES
from tests.watching.news import DAY, HOUR, Desk, at, report, rules_of, stance

STANCE = """
rules:
  cooler:
    kind: shift
    when: {stance: {holder: "country:*", target: org:eu}}
    group_by: [holder]
    within: 7d
    by: 1.0
    at_least: 3
    severity: warning
    summary: "{{ group.holder|name }}"
"""
TONE = """
rules:
  darker:
    kind: shift
    when: {actor: country:RS}
    group_by: [actor]
    within: 7d
    by: 0.5
    at_least: 3
    severity: info
    summary: "{{ group.actor|name }}"
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(rules_of(tmp_path, STANCE))


def told(article: str, day: float, polarity: int, text: str | None = None, published: float | None = None) -> Report:
    """Serbia on the EU."""
    when = None if published is None else published * DAY
    said = (stance("country:RS", "org:eu", polarity),)
    return report(article, day * DAY, when, source=article, signals=(), stances=said, text=text)


def week(start: float, *polarities: int) -> list[Report]:
    return [told(f"{start}-{number}", start + number, sign) for number, sign in enumerate(polarities)]


def states(alerts: list[Alert]) -> list[str]:
    return [alert.state for alert in alerts]


def test_a_week_of_the_other_mind_rings_with_both_means(desk: Desk) -> None:
    desk.send(*week(0, 1, 1, 1), told("a", 9.1, -1), told("b", 9.2, -1), told("c", 9.3, -1), told("d", 10, 1))
    first, second = desk.until(11 * DAY)
    assert (first.state, first.observed, first.expected, first.stories) == ("firing", -1, 1, 3)
    assert [evidence.article_id for evidence in first.evidence] == ["a", "b", "c"]
    assert first.group == {"holder": "country:RS"}
    assert (second.id, second.revision, second.observed, second.stories) == (first.id, 2, -0.5, 4)
    assert [evidence.article_id for evidence in second.evidence] == ["a", "b", "c", "d"]


def test_it_is_judged_when_the_slot_is_over_and_its_lateness_has_passed(desk: Desk) -> None:
    desk.send(*week(0, 1, 1, 1), *week(7.01, -1, -1, -1))
    slot = 7 * DAY / 48
    (first,) = desk.until(10 * DAY)
    told_at = (first.opened_at - at(9.01 * DAY)).total_seconds()
    assert HOUR <= told_at <= HOUR + slot + 1


def test_it_resolves_when_the_mean_is_back(desk: Desk) -> None:
    desk.send(*week(0, 1, 1, 1, 1), *week(7, -1, -1, -1, -1), *week(11, *[1] * 12))
    alerts = desk.until(40 * DAY)
    assert states(alerts).count("resolved") == 1
    over = alerts[states(alerts).index("resolved")]
    assert over.expected == 1
    assert over.observed > 0.5
    assert over.updated_at < at(19 * DAY)
    assert len({alert.id for alert in alerts}) == 1, "the return is no shift of its own"


def test_it_resolves_when_nothing_is_told_any_more(desk: Desk) -> None:
    desk.send(*week(0, 1, 1, 1, 1), *week(7, -1, -1, -1, -1))
    over = desk.until(60 * DAY)[-1]
    assert over.state == "resolved"
    assert at(17 * DAY) < over.updated_at < at(17 * DAY + 7 * DAY)
    assert over.observed == -1


def test_too_few_stories_on_either_side_ring_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.send(*week(0, 1, 1), *week(7, -1, -1, -1, -1))
    assert desk.until(60 * DAY) == []
    other = Desk(desk.rules)
    other.send(*week(0, 1, 1, 1, 1), *week(7, -1, -1))
    assert other.until(60 * DAY) == []


def test_a_small_difference_rings_nothing(desk: Desk) -> None:
    desk.send(*week(0, 1, 1, -1, 1), *week(7, 1, -1, 1, -1))
    assert desk.until(60 * DAY) == []


def test_copies_do_not_weigh(desk: Desk) -> None:
    copies = [told(f"c{number}", 8 + number / 100, -1, text="same") for number in range(50)]
    desk.send(*week(0, 1, 1, 1, 1), *week(7, 1, 1, 1, 1), *copies)
    assert desk.until(60 * DAY) == []


def test_what_comes_after_its_slot_was_judged_is_counted_and_unused(desk: Desk) -> None:
    desk.send(*week(0, 1, 1, 1, 1), *[told(f"late{number}", 9, -1, published=7.9) for number in range(4)])
    from schemas import Tick
    from schemas.model import to_ms

    with desk.watcher.on(desk.store) as watch:
        assert watch.tick(Tick(partition=0, partitions=1, time_ms=to_ms(at(30 * DAY)))) == []
        assert watch.counts == {("unused_stories", "cooler"): 4}


def test_backfill_is_ignored(desk: Desk) -> None:
    desk.send(*week(0, 1, 1, 1, 1), *week(7, -1, -1, -1, -1), backfill=True)
    assert desk.until(60 * DAY) == []


def test_the_tone_on_an_actor_can_shift(tmp_path: Path) -> None:
    desk = Desk(rules_of(tmp_path, TONE))
    tones = [0.4] * 5 + [-0.3] * 5
    log = [told(f"a{number}", number * 1.4, 1).model_copy(update={"tone": tone}) for number, tone in enumerate(tones)]
    desk.send(*log)
    first = desk.until(15 * DAY)[0]
    assert (first.rule, first.group) == ("darker", {"actor": "country:RS"})
    assert first.expected is not None
    assert first.observed <= first.expected - 0.5


def test_a_crowd_of_stories_is_counted_whole_though_not_all_are_remembered(desk: Desk) -> None:
    crowd = [told(f"w{number}", 9 + number / 2000, -1) for number in range(MAX_STORIES + 500)]
    desk.send(*week(0, 1, 1, 1, 1), *crowd)
    alerts = desk.until(11 * DAY)
    assert alerts[-1].stories == 1 + MAX_STORIES + 500
    assert len([key for key in desk.store.entries if key.startswith(b"s/")]) == MAX_STORIES


def test_a_quiet_group_is_gone_in_the_end(desk: Desk) -> None:
    desk.send(*week(0, 1, 1, 1, 1), *week(7, -1, -1, -1, -1))
    desk.until(90 * DAY)
    assert set(desk.store.entries) == {b"c", b"f", b"v"}
