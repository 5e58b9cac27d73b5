"""`tocsin stories`: the command, the joining rule as it shows there, and the development pairs."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas import Article
from streams.cli.stories import told
from streams.engine.supervisor import console_script

PAIRS = Path(__file__).parents[3] / "shared" / "gold" / "near_duplicates_dev.jsonl"
START = datetime(2024, 3, 1, tzinfo=UTC)
GAS = " ".join(f"The minister of country {n} said that pipeline {n} would open in month {n % 12}." for n in range(30))
TAX = " ".join(f"Lawmakers passed clause {n} of the budget, a levy of {n * 7} euros on company {n}." for n in range(30))


def article(number: int, text: str, days: float = 0, **more: str) -> dict[str, Any]:
    return {"id": f"a{number}", "text": text, "published_at": (START + timedelta(days=days)).isoformat(), **more}


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[bytes]:
    call = [console_script(), "stories", *arguments]
    return subprocess.run(call, input=stdin.encode(), capture_output=True, timeout=60)


def lines(*articles: dict[str, Any]) -> str:
    return "\n".join(map(json.dumps, articles))


def found(*articles: dict[str, Any]) -> list[str]:
    return [each.story_id for each in told(map(Article.model_validate, articles))]


def test_each_article_comes_with_its_story_in_the_order_given() -> None:
    copy = GAS.replace("country 7 said", "nation 7 declared")
    done = run("--format", "jsonl", "-", stdin=lines(article(1, GAS), article(2, TAX), article(3, copy, 1)))
    assert done.returncode == 0, done.stderr
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert first == {"article_id": "a1", "story_id": "a1", "first": True, "similarity": None}
    assert second == {"article_id": "a2", "story_id": "a2", "first": True, "similarity": None}
    assert 0.85 < third.pop("similarity") < 1
    assert third == {"article_id": "a3", "story_id": "a1", "first": False}


def test_people_see_the_copies_below_their_story() -> None:
    articles = [
        article(1, GAS, title="Pipelines", source="ap.example"),
        article(2, TAX, title="Budget"),
        article(3, GAS, 1, title="Pipelines", source="daily.example"),
    ]
    done = run("-", stdin=lines(*articles))
    first, copy, other = done.stdout.decode().splitlines()
    assert first.split() == ["2024-03-01", "Pipelines", "ap.example", "·", "a1"]
    assert copy.split() == ["100%", "2024-03-02", "Pipelines", "daily.example", "·", "a3"]
    assert other.split() == ["2024-03-01", "Budget", "unknown", "source", "·", "a2"]
    assert b"\x1b" not in done.stdout
    assert b"3 articles, 2 stories" in done.stderr


def test_the_same_words_after_seven_days_are_a_new_story_and_late_copies_join_the_earliest() -> None:
    day = [article(1, GAS), article(2, GAS, 7), article(3, GAS, 7.01), article(4, GAS, 14), article(5, GAS, 5)]
    assert found(*day) == ["a1", "a1", "a3", "a3", "a1"]


def test_an_article_is_compared_with_the_first_of_a_story_and_not_with_its_copies() -> None:
    words = GAS.split()
    near, far = article(2, " ".join(words[: len(words) * 8 // 10])), article(3, " ".join(words[: len(words) * 6 // 10]))
    assert found(article(1, GAS), near) == ["a1", "a1"]
    assert found(near, far) == ["a2", "a2"]
    assert found(article(1, GAS), near, far) == ["a1", "a1", "a3"]


def test_plain_texts_are_of_one_day_and_those_without_words_are_like_nothing(tmp_path: Path) -> None:
    for name, text in (("draft", GAS), ("published", f"{GAS} It is so."), ("dots", "..."), ("more", "...\n")):
        (tmp_path / name).write_text(text)
    files = [str(tmp_path / name) for name in ("draft", "published", "dots", "more")]
    rows = [json.loads(line) for line in run("--format", "jsonl", *files).stdout.splitlines()]
    assert [row["first"] for row in rows] == [True, False, True, True]
    assert run(*files[:1]).stdout.split()[0] == b"undated"


def test_what_is_no_article_and_ids_that_came_before_are_said_and_left_out() -> None:
    done = run("--format", "jsonl", "-", stdin=lines(article(1, GAS), article(1, TAX), article(2, TAX)))
    assert done.returncode == 0
    assert [json.loads(line)["article_id"] for line in done.stdout.splitlines()] == ["a1", "a2"]
    assert b"<stdin>:2: the article a1 came before" in done.stderr
    done = run("--format", "jsonl", "-", stdin=lines(article(1, GAS), {"id": "x"}, article(2, TAX)))
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 2
    assert b"<stdin>:2" in done.stderr


def test_a_file_that_is_not_there_ends_with_2() -> None:
    done = run("nowhere.jsonl")
    assert done.returncode == 2
    assert b"nowhere.jsonl: No such file" in done.stderr


@pytest.mark.shared
@pytest.mark.skipif(not PAIRS.exists(), reason="no ../shared")
def test_versions_are_one_story_and_what_is_said_again_next_year_is_another() -> None:
    pairs = list(map(json.loads, PAIRS.read_text(encoding="utf-8").splitlines()))
    joined = [len(set(found(pair["a"], pair["b"]))) == 1 for pair in pairs]
    right = sum(pair["label"] for pair, one in zip(pairs, joined, strict=True) if one)
    assert right / sum(joined) >= 0.99
    assert right / sum(pair["label"] for pair in pairs) >= 0.97
