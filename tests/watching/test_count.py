from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Alert, Report
from streams.watching.log import run_log
from streams.watching.rules import Rules
from streams.watching.telling import MAX_STORIES
from tests.watching.news import COUNT, DAY, HOUR, Desk, at, report, rules_of


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return rules_of(tmp_path, COUNT)


@pytest.fixture
def desk(rules: Rules) -> Desk:
    return Desk(rules)


@pytest.fixture
def by_sources(tmp_path: Path) -> Desk:
    return Desk(rules_of(tmp_path, COUNT.replace("at_least: 3", "at_least: 3\n    distinct: sources")))


def test_enough_stories_within_the_span_ring_and_fewer_do_not(desk: Desk) -> None:
    desk.send(report("a", 0), report("b", DAY))
    assert desk.until(2 * DAY) == []
    desk.send(report("c", 7 * DAY, source="tanjug"))
    (alert,) = desk.until(8 * DAY)
    assert (alert.state, alert.revision, alert.severity) == ("firing", 1, "critical")
    assert (alert.opened_at, alert.observed, alert.stories) == (at(7 * DAY + 1), 3, 3)
    assert (alert.window.from_, alert.window.to) == (at(0), at(7 * DAY))
    assert [evidence.article_id for evidence in alert.evidence] == ["a", "b", "c"]
    assert (alert.sources, alert.summary) == (("tanjug", "wire"), "3 stories about RU")


def test_stories_that_lie_further_apart_do_not_ring(desk: Desk) -> None:
    desk.send(report("a", 0), report("b", DAY), report("c", 7 * DAY + 0.001))
    assert desk.until(8 * DAY) == []


def test_copies_are_no_stories(desk: Desk) -> None:
    desk.send(*(report(f"a{number}", number, text="same", source=f"s{number}") for number in range(40)))
    desk.send(report("b", 50))
    assert desk.until(DAY) == []


def test_a_new_story_is_a_revision_and_a_copy_shows_with_the_next(desk: Desk) -> None:
    desk.send(*(report(name, number) for number, name in enumerate("abc")))
    (first,) = desk.until(3)
    desk.send(report("copy", 5, text="a", source="copyist"))
    assert desk.until(10) == []
    desk.send(report("d", 10), report("e", 10.5))
    (second,) = desk.until(11)
    assert (second.id, second.revision, second.stories) == (first.id, 2, 5)
    assert (second.opened_at, second.updated_at) == (first.opened_at, at(11))
    assert second.sources == ("copyist", "wire")
    assert [evidence.article_id for evidence in second.evidence] == ["a", "b", "c", "d", "e"]


def test_it_resolves_within_after_the_last_receipt(desk: Desk) -> None:
    desk.send(*(report(name, number) for number, name in enumerate("abc")), report("copy", DAY, text="b"))
    assert [alert.state for alert in desk.until(8 * DAY)] == ["firing"]
    (over,) = desk.until(8 * DAY + 1)
    assert (over.state, over.revision, over.resolved_at) == ("resolved", 2, at(8 * DAY + 1))


def test_after_the_end_it_needs_as_many_again(desk: Desk) -> None:
    desk.send(*(report(name, number) for number, name in enumerate("abc")))
    desk.until(7 * DAY + 10)
    # All in the span of the first three, which stay remembered for the lateness: they count for one alert only.
    desk.send(*(report(name, 7 * DAY + 20, DAY) for name in "de"))
    assert desk.until(7 * DAY + 30) == []
    desk.send(report("f", 7 * DAY + 40, DAY))
    (again,) = desk.until(7 * DAY + 50)
    assert (again.revision, again.stories) == (1, 3)


def test_sources_of_first_articles_confirm(by_sources: Desk) -> None:
    names = ["one", "two", "one", "two"]
    by_sources.send(*(report(f"a{number}", number, source=name) for number, name in enumerate(names)))
    by_sources.send(*(report(f"c{number}", 5, text="a0", source=f"copyist {number}") for number in range(40)))
    assert by_sources.until(HOUR) == []
    by_sources.send(report("b", HOUR, source="three"))
    (alert,) = by_sources.until(2 * HOUR)
    assert (alert.observed, alert.stories, len(alert.sources)) == (3, 5, 43)


def test_a_story_counts_until_within_and_lateness_after_its_receipt(desk: Desk) -> None:
    desk.send(report("a", 0), report("b", 1))
    desk.send(report("c", 7 * DAY + HOUR + 0.5, 0), backfill=True)
    assert len(desk.until(7 * DAY + HOUR + 1)) == 1


def test_a_story_that_comes_later_than_the_lateness_counts_with_none_before(desk: Desk) -> None:
    desk.send(report("a", 0), report("b", 1))
    desk.send(report("c", 7 * DAY + HOUR + 1, 0.5), backfill=True)
    assert desk.until(30 * DAY) == []


def weeks(*, order: Random | None = None, received: float = 0.5) -> list[Report]:
    """Four stories in one week of each of eleven years, and one alone half a year later."""
    told = [
        report(f"{year:02}/{day:03}", received, (day - 365 * (12 - year)) * DAY)
        for year in range(11)
        for day in (0, 2, 4, 9, 200)
    ]
    if order:
        order.shuffle(told)
    return told


def test_a_backfill_in_one_second_gives_an_episode_for_each_crowded_week(desk: Desk) -> None:
    desk.send(*weeks(), backfill=True)
    alerts = desk.until(1)
    assert len(alerts) == 11
    for alert in alerts:
        year = alert.evidence[0].article_id[:2]
        told = [evidence.article_id for evidence in alert.evidence]
        assert told == [f"{year}/000", f"{year}/002", f"{year}/004", f"{year}/009"]
        assert alert.window.to - alert.window.from_ == at(9 * DAY) - at(0)
    over = desk.until(30 * DAY)
    assert [(alert.state, alert.resolved_at) for alert in over] == [("resolved", at(7 * DAY + 1))] * 11


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_episodes_of_a_backfill_do_not_depend_on_its_order(rules_once: Rules, seed: int) -> None:
    def episodes(log: list[Report]) -> set[tuple[object, ...]]:
        last: dict[str, Alert] = {alert.id: alert for alert in run_log([(each, True) for each in log], rules_once)}
        return {(each.stories, each.window.from_, each.window.to, each.sources) for each in last.values()}

    random = Random(seed)
    shuffled = weeks(order=random)
    spread = [each.model_copy(update={"received_at": at(random.random() * HOUR)}) for each in shuffled]
    assert episodes(shuffled) == episodes(spread) == episodes(weeks())


@pytest.fixture(scope="module")
def rules_once(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    return rules_of(tmp_path_factory.mktemp("rules"), COUNT)


def test_a_story_far_off_in_event_time_leaves_an_open_episode_alone(desk: Desk) -> None:
    desk.send(*(report(name, number) for number, name in enumerate("abc")))
    desk.until(10)
    desk.send(report("old", 20, -30 * DAY), backfill=True)
    assert desk.until(30) == []
    desk.send(report("before", 40, -6 * DAY))
    (alert,) = desk.until(50)
    assert (alert.stories, alert.window.from_) == (4, at(-6 * DAY))


def test_a_story_between_two_episodes_joins_the_one_that_opened_first(desk: Desk) -> None:
    desk.send(*(report(f"late{number}", 0, -number) for number in range(3)))
    desk.send(*(report(f"early{number}", 2, -number - 13 * DAY) for number in range(3)), backfill=True)
    late, early = desk.until(3)
    desk.send(report("between", 4, -6.5 * DAY), backfill=True)
    (joined,) = desk.until(5)
    assert (joined.id, joined.stories) == (late.id, 4)
    assert early.id != late.id


def test_an_alert_shows_twenty_stories_and_counts_all(desk: Desk) -> None:
    desk.send(*(report(f"a{number:02}", number / 100) for number in range(30)))
    (alert,) = desk.until(1)
    assert (alert.stories, alert.observed, len(alert.evidence)) == (30, 30, 20)
    assert alert.evidence[-1].article_id == "a19"


def test_a_group_in_a_war_stays_bounded(desk: Desk) -> None:
    desk.send(*(report(f"a{number:05}", number / 1000, number / 1000 - 10) for number in range(MAX_STORIES + 500)))
    alerts = desk.until(10)
    assert alerts[-1].stories == MAX_STORIES + 500
    assert len([key for key in desk.store.entries if key.startswith(b"s/")]) == MAX_STORIES
