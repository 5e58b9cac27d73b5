from __future__ import annotations

from pathlib import Path

import pytest

from streams.watching.rules import Rules
from streams.watching.telling import MAX_STORIES
from tests.watching.news import DAY, EACH, HOUR, Desk, at, report, rules_of, signal


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return rules_of(tmp_path, EACH)


@pytest.fixture
def desk(rules: Rules) -> Desk:
    return Desk(rules)


def test_a_story_fires_at_the_end_of_its_round_with_the_sentence_that_proves_it(desk: Desk) -> None:
    told = report("a", 10.3, 4, source="tanjug")
    desk.send(told)
    assert desk.until(10.999) == []
    (alert,) = desk.until(11)
    assert (alert.rule, alert.state, alert.revision, alert.severity) == ("imposed", "firing", 1, "warning")
    assert (alert.opened_at, alert.updated_at, alert.resolved_at) == (at(11), at(11), None)
    assert (alert.window.from_, alert.window.to) == (at(4), at(4))
    assert (alert.group, alert.summary) == ({"target": "country:RU"}, "New sanctions on RU")
    assert (alert.observed, alert.stories, alert.sources) == (1, 1, ("tanjug",))
    (evidence,) = alert.evidence
    assert (evidence.article_id, evidence.text) == ("a", "The EU imposed sanctions on Russia.")
    assert (evidence.signal, evidence.published_at) == (told.signals[0], at(4))


def test_a_hundred_copies_from_forty_sources_ring_once(desk: Desk) -> None:
    for number in range(100):
        desk.send(report(f"a{number}", number * 30, text="same words", source=f"s{number % 40:02}"))
    opened, over = desk.until(30 * DAY)
    assert (opened.state, opened.stories, opened.sources) == ("firing", 1, ("s00",))
    assert (over.state, over.stories, len(over.sources)) == ("resolved", 1, 40)
    assert (over.id, over.revision, over.observed) == (opened.id, 2, 1)
    assert over.evidence == opened.evidence


def test_it_resolves_hold_after_its_last_copy(desk: Desk) -> None:
    desk.send(report("a", 0, text="same"), report("b", 20 * HOUR, text="same"))
    assert [alert.state for alert in desk.until(20 * HOUR + DAY)] == ["firing"]
    (over,) = desk.until(20 * HOUR + DAY + 1)
    assert over.state == "resolved"
    assert over.resolved_at == over.updated_at == at(20 * HOUR + DAY + 1)


def test_a_copy_after_the_end_does_not_ring_again(desk: Desk) -> None:
    desk.send(report("a", 0, text="same"), report("b", 3 * DAY, text="same"))
    assert [alert.state for alert in desk.until(30 * DAY)] == ["firing", "resolved"]


def test_the_same_words_after_seven_days_are_a_new_story(desk: Desk) -> None:
    desk.send(report("a", 0, text="renewed"), report("b", 7 * DAY, text="renewed"))
    assert len({alert.id for alert in desk.until(8 * DAY)}) == 1
    desk.send(report("c", 8 * DAY, text="renewed"))
    assert len(desk.until(8 * DAY + 1)) == 1


def test_old_words_told_by_backfill_are_one_story_for_each_time_they_were_news(desk: Desk) -> None:
    for year in range(11):
        for day in (0, 6, 3):
            told = report(f"{year}/{day}", 0.5, (day - 365 * (11 - year)) * DAY, text="sanctions are renewed")
            desk.send(told, backfill=True)
    alerts = desk.until(1)
    assert len(alerts) == 11
    assert {alert.evidence[0].article_id for alert in alerts} == {f"{year}/0" for year in range(11)}


def test_an_article_that_the_group_holds_is_ignored(desk: Desk) -> None:
    desk.send(report("a", 0))
    (first,) = desk.until(1)
    desk.send(report("a", 20 * HOUR), report("a", 21 * HOUR, text="corrected"))
    (over,) = desk.until(30 * DAY)
    assert over.resolved_at == at(DAY + 1)
    assert over.id == first.id


def test_articles_without_words_are_alike_to_none(desk: Desk) -> None:
    desk.send(report("a", 0, text=""), report("b", 0, text=""))
    assert len(desk.until(1)) == 2


def test_of_one_round_the_earliest_article_opens_the_story(desk: Desk) -> None:
    desk.send(report("late", 0.1, 0.1, text="same"), report("b", 0.5, 0, text="same"), report("a", 0.6, 0, text="same"))
    (alert,) = desk.until(1)
    assert alert.evidence[0].article_id == "a"


def test_groups_do_not_see_each_other(desk: Desk) -> None:
    both = signal(target=("country:RU", "country:BY"))
    desk.send(report("a", 0, text="same", signals=(both,)), report("b", 0.5, text="same"))
    alerts = desk.until(30 * DAY)
    assert [(alert.group["target"], alert.state) for alert in alerts if alert.group["target"] == "country:BY"] == [
        ("country:BY", "firing"),
        ("country:BY", "resolved"),
    ]
    assert len({alert.id for alert in alerts}) == 2


def test_a_group_forgets_its_oldest_stories_but_never_leaves_their_alerts_firing(desk: Desk) -> None:
    desk.send(*(report(f"a{number:05}", 0, -number) for number in range(MAX_STORIES + 2)))
    alerts = desk.until(1)
    assert {alert.evidence[0].article_id for alert in alerts if alert.state == "resolved"} == {
        f"a{MAX_STORIES + 1:05}",
        f"a{MAX_STORIES:05}",
    }
    assert len([key for key in desk.store.entries if key.startswith(b"s/")]) == MAX_STORIES
    over = desk.until(2 * DAY)
    assert len(over) == MAX_STORIES
    assert {alert.state for alert in over} == {"resolved"}
