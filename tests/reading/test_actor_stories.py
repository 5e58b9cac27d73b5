"""Whole stories: who appears how often and for whom, which figures, which dates; nothing less and nothing more."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.reading.actors import find_actors
from streams.reading.dates import find_dates
from streams.reading.figures import find_figures
from streams.reading.knowledge import Knowledge
from streams.reading.text import split

STORIES = yaml.safe_load((Path(__file__).parent / "actor_stories.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge.load(Path(__file__).parents[2] / "seeds")


@pytest.mark.parametrize("story", STORIES, ids=[story["id"] for story in STORIES])
def test_a_story_names_these_actors_and_no_others(story: dict[str, Any], knowledge: Knowledge) -> None:
    day = datetime.combine(story["published_at"], time(), UTC)
    cast = find_actors(split(story["title"], story["text"]), knowledge, published_at=day, source="wire")
    assert {a.id: [len(a.mentions), a.represents] for a in cast.actors.values()} == story["actors"]


@pytest.mark.parametrize("story", STORIES, ids=[story["id"] for story in STORIES])
def test_a_story_tells_these_figures_and_dates_and_no_others(story: dict[str, Any]) -> None:
    sentences = split(story["title"], story["text"])
    day = datetime.combine(story["published_at"], time(), UTC)
    assert [[f.text, f.value, f.unit, f.change] for f in find_figures(sentences)] == story["figures"]
    assert [[d.text, d.from_, d.to] for d in find_dates(sentences, day)] == story["dates"]
