"""The seed article, and the same story told of other states, people, projects and dates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas import Article, Report
from streams.reading import Reader

GOLD = Path(__file__).parents[3] / "shared" / "gold" / "seed.json"
RETELLINGS = yaml.safe_load((Path(__file__).parent / "retellings.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def gold() -> dict[str, Any]:
    if not GOLD.exists():
        pytest.skip("../shared/gold/seed.json is not here")
    data: dict[str, Any] = json.loads(GOLD.read_text(encoding="utf-8"))
    return data


@pytest.fixture(scope="module")
def report(gold: dict[str, Any], reader: Reader) -> Report:
    article = Article.model_validate(gold["article"])
    return reader.read(article, article.published_at)


def rows(items: Iterable[Any]) -> list[dict[str, Any]]:
    return [json.loads(item.model_dump_json(by_alias=True)) for item in items]


def matches(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(row[key] == value for key, value in wanted.items())


def missing(items: Iterable[Any], wanted: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What of `wanted` no item has, by the values that it names; `evidence_contains` is a part of the evidence."""
    found = rows(items)
    lacking = []
    for want in wanted:
        values = {key: value for key, value in want.items() if key != "evidence_contains"}
        part = want.get("evidence_contains", "")
        if not any(matches(row, values) and part in row.get("evidence", {"text": ""})["text"] for row in found):
            lacking.append(want)
    return lacking


@pytest.mark.shared
def test_every_signal_and_stance_of_the_seed_article_is_read(gold: dict[str, Any], report: Report) -> None:
    assert not missing(report.signals, gold["signals"])
    assert not missing(report.stances, gold["stances"])


@pytest.mark.shared
def test_every_actor_figure_and_date_of_the_seed_article_is_read(gold: dict[str, Any], report: Report) -> None:
    assert set(gold["actors"]) <= {actor.id for actor in report.actors}
    assert not missing(report.figures, gold["figures"])
    days = [
        {"text": day["text"], "from": day.get("date", day.get("from")), "to": day.get("date", day.get("to"))}
        for day in gold["dates"]
    ]
    assert not missing(report.dates, days)


@pytest.mark.shared
def test_nothing_forbidden_is_read_in_the_seed_article(gold: dict[str, Any], report: Report) -> None:
    for entry in gold["forbidden"]:
        ((kind, values),) = entry.items()
        if kind == "mention":
            start = gold["article"]["text"].index(values["within"])
            end = start + len(values["within"])
            spans = [m for actor in report.actors if actor.id == values["id"] for m in actor.mentions]
            assert not [m for m in spans if m.start < end and m.end > start], entry
        else:
            items = {"signal": report.signals, "actor": report.actors, "stance": report.stances}[kind]
            assert not [row for row in rows(items) if matches(row, values)], entry


@pytest.mark.parametrize("story", RETELLINGS, ids=[story["id"] for story in RETELLINGS])
def test_the_story_is_read_alike_of_other_states_people_and_projects(story: dict[str, Any], reader: Reader) -> None:
    article = Article.model_validate(
        {key: story[key] for key in ("id", "title", "text")} | {"published_at": f"{story['published_at']}T00:00:00Z"}
    )
    told = reader.read(article, article.published_at)
    assert not missing(told.signals, story["signals"])
    assert not missing(told.stances, story["stances"])
    for values in story["forbidden"]:
        assert not [row for row in rows(told.signals) if matches(row, values)], values
