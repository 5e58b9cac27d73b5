"""How the way back from an alert is shown, and what is said where there is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

import pytest

from schemas import Alert, Article, Match, Report
from schemas.model import Model
from streams.cli.explain import as_json, lineage_lines
from streams.engine.lineage import Found, Lineage, Link, Place
from streams.settings import Settings
from tests.cli.here import run
from tests.product import environment_of

SAMPLES = Path(__file__).parents[1] / "schemas" / "samples" / "v1"
ARTICLE_AT = Place("tocsin.articles", 0, 6)


M = TypeVar("M", bound=Model)


def sample(model: type[M], name: str) -> M:
    return model.model_validate_json((SAMPLES / f"{name}.json").read_bytes())


@pytest.fixture
def lineage() -> Lineage:
    """Of one sentence all is still there, of the other nothing."""
    alert = sample(Alert, "alert")
    first, second = alert.evidence[:2]
    match = Found(Place("tocsin.matches", 1, 11), sample(Match, "match"), ARTICLE_AT)
    report = Found(Place("tocsin.reports", 0, 5), sample(Report, "report"), ARTICLE_AT)
    article = Found(ARTICLE_AT, sample(Article, "article"), ARTICLE_AT)
    links = (Link(first, match, report, article), Link(second, None, None, None))
    return Lineage(alert, Place("tocsin.alerts", 2, 1), links)


def told(lineage: Lineage) -> list[str]:
    return [line.plain for line in lineage_lines(lineage)]


def test_the_way_leads_from_the_alert_over_match_and_report_to_the_article(lineage: Lineage) -> None:
    lines = told(lineage)
    assert lineage.alert.summary in lines[0]
    assert lines[1].endswith("tocsin.alerts/2/1")
    starts = [line.split()[:2] for line in lines[3:7]]
    assert starts[0][0] == "1"
    assert starts[1:] == [
        ["match", "tocsin.matches/1/11"],
        ["report", "tocsin.reports/0/5"],
        ["article", "tocsin.articles/0/6"],
    ]
    assert lineage.alert.evidence[0].text in lines[3]
    assert f"received {lineage.links[0].received_at:%Y-%m-%d}" in lines[6]


def test_what_is_gone_is_said_to_be(lineage: Lineage) -> None:
    second = told(lineage)[-6:]
    assert sum("gone: its topic keeps it no longer" in line for line in second) == 3


def test_stories_without_a_sentence_are_counted(lineage: Lineage) -> None:
    alert = lineage.alert.model_copy(update={"stories": 1003})
    last = told(Lineage(alert, lineage.at, lineage.links))[-1]
    assert last.strip() == "and 1,001 more stories, of which the alert holds no sentence"


def test_a_program_gets_each_record_whole_with_its_place(lineage: Lineage) -> None:
    given = json.loads(json.dumps(as_json(lineage)))
    assert Alert.model_validate(given["alert"]["value"]) == lineage.alert
    first, second = given["links"]
    assert first["article"]["at"] == "tocsin.articles/0/6"
    assert Article.model_validate(first["article"]["value"]) == sample(Article, "article")
    assert (second["match"], second["report"], second["article"]) == (None, None, None)


def test_without_a_broker_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOCSIN_KAFKA", raising=False)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))
    done = run("explain", "69c28fe61c1e1a2b")
    assert done.returncode == 3
    assert b"tocsin up" in done.stderr


@pytest.mark.kafka
def test_an_alert_that_is_not_there_ends_with_1_and_says_where_ids_stand(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    done = run("explain", "nope")
    assert done.returncode == 1
    assert done.stdout == b""
    assert b"no alert nope: `tocsin alerts` lists all" in done.stderr
