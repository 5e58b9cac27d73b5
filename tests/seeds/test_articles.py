"""The sample articles: what `up --seed` publishes has to stay valid, in order and varied."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from schemas import Alert, Article, Report
from streams.reading.reader import Reader
from streams.watching.log import run_log
from streams.watching.rules import load_rules

SEEDS = Path(__file__).parents[2] / "seeds"
ARTICLES = SEEDS / "articles"
GOLD = Path(__file__).parents[3] / "shared" / "gold" / "seed.json"


def lines() -> list[bytes]:
    return [line for path in sorted(ARTICLES.glob("*.jsonl")) for line in path.read_bytes().splitlines()]


def articles() -> list[Article]:
    return [Article.model_validate_json(line) for line in lines()]


def written() -> list[Article]:
    """All but the seed story."""
    return articles()[1:]


def test_every_line_is_an_article_without_unknown_fields() -> None:
    assert [article.id for article in articles() if article.model_extra] == []


def test_ids_are_unique_and_readable() -> None:
    ids = [article.id for article in articles()]
    assert len(set(ids)) == len(ids)
    assert all(one.isascii() and one == one.lower() and " " not in one for one in ids)


def test_articles_stand_in_order_of_date_from_2014_to_2025() -> None:
    dates = [article.published_at for article in articles()]
    assert dates == sorted(dates)
    assert (dates[0].year, dates[-1].year) == (2014, 2025)


def test_every_date_is_written_in_utc() -> None:
    assert all(json.loads(line)["published_at"].endswith("Z") for line in lines())


def test_the_first_file_holds_the_seed_story_alone() -> None:
    (line,) = (ARTICLES / "0001-seed.jsonl").read_bytes().splitlines()
    assert json.loads(line)["id"] == "seed-2014-12"


@pytest.mark.shared
def test_the_seed_story_is_unchanged() -> None:
    if not GOLD.exists():
        pytest.skip("../shared is not here")
    line = (ARTICLES / "0001-seed.jsonl").read_bytes()
    assert json.loads(line) == json.loads(GOLD.read_bytes())["article"]


def test_there_are_enough_short_stories() -> None:
    assert len(written()) >= 34
    assert all(len(article.text) < 700 for article in written())


def test_urls_lead_nowhere() -> None:
    assert {urlsplit(article.url).hostname for article in written()} == {"example.org"}


def test_two_stories_are_copied_word_for_word_by_two_further_sources() -> None:
    groups: dict[tuple[str, str], list[Article]] = {}
    for article in written():
        groups.setdefault((article.title, article.text), []).append(article)
    copied = [group for group in groups.values() if len(group) > 1]
    assert [len(group) for group in copied] == [3, 3]
    assert all(len({article.source for article in group}) == 3 for group in copied)


def test_an_update_repeats_its_story_and_adds_to_it() -> None:
    by_id = {article.id: article for article in written()}
    updates = [article for article in written() if article.id.endswith("-update")]
    assert updates
    for update in updates:
        first = by_id[update.id.removesuffix("-update")]
        assert update.source == first.source
        assert update.text.startswith(first.text)
        assert update.text != first.text


def test_some_articles_are_only_a_headline() -> None:
    assert any(article.title and not article.text for article in written())


def test_one_article_is_not_in_english() -> None:
    languages = Counter(article.lang for article in written())
    assert languages.pop("en") == len(written()) - 1
    assert len(languages) == 1


def test_many_sources_tell_the_news() -> None:
    assert len({article.source for article in written()}) >= 8


@cache
def reports() -> dict[str, Report]:
    """As if all were published at once, long after."""
    reader, now = Reader.load(SEEDS), datetime(2026, 1, 1, tzinfo=UTC)
    return {a.id: reader.read(a, now + timedelta(milliseconds=at)) for at, a in enumerate(articles())}


@cache
def alerts() -> list[Alert]:
    latest = {a.id: a for a in run_log(((one, True) for one in reports().values()), load_rules(SEEDS / "rules.yaml"))}
    return list(latest.values())


def rings(rule: str, **group: str) -> list[Alert]:
    return [a for a in alerts() if a.rule == rule and group.items() <= a.group.items()]


def test_many_stories_of_one_week_make_one_alert_of_pressure() -> None:
    (pressure,) = rings("sanctions-pressure", target="country:RU")
    assert pressure.severity == "critical"
    assert pressure.stories >= 5
    assert {one.published_at.year for one in pressure.evidence} == {2022}
    # The copies of one wire brought sources, but no stories of their own.
    assert len(pressure.sources) > pressure.stories


@pytest.mark.parametrize(
    ("rule", "group"),
    [
        ("sanctions-imposed", {"initiator": "country:US", "target": "org:nis"}),
        ("sanctions-refused", {"initiator": "country:RS", "target": "country:RU"}),
        ("sanctions-eased", {"initiator": "org:eu", "target": "country:SY"}),
        ("sanctions-extended", {"initiator": "org:eu", "target": "country:RU"}),
        ("energy-project-halted", {"target": "project:south-stream"}),
        ("energy-project-halted", {"target": "project:nord-stream-2"}),
        ("energy-supply-cut", {"target": "country:BG"}),
        ("energy-supply-secured", {"target": "country:IT"}),
        ("accession-forward", {"target": "country:UA"}),
        ("accession-stalled", {"target": "country:TR"}),
        ("quarrel-with-the-eu", {"holder": "country:HU"}),
    ],
)
def test_what_happened_rings(rule: str, group: dict[str, str]) -> None:
    assert rings(rule, **group)


@pytest.mark.parametrize(
    "article", ["2016-03-04-film-festival-belgrade", "2023-05-14-sanctioned-marathon", "2024-05-15-srpski-sankcije"]
)
def test_what_is_no_policy_or_not_english_gives_no_signal(article: str) -> None:
    assert reports()[article].signals == ()


def test_no_alert_is_read_out_of_words_that_only_look_like_policy() -> None:
    assert not [a for a in alerts() for e in a.evidence if "marathon" in e.article_id or "festival" in e.article_id]
