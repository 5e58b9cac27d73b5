"""How alerts look to people."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from schemas import Alert, Evidence
from streams.cli.output import alert_lines

SAMPLE = min((Path(__file__).parents[1] / "schemas" / "samples" / "v1").glob("alert*.json"))


@pytest.fixture
def alert() -> Alert:
    return Alert.model_validate_json(SAMPLE.read_bytes())


def told(alert: Alert) -> list[str]:
    return [line.plain for line in alert_lines(alert)]


def test_an_alert_says_when_how_grave_what_and_where_to_look_further(alert: Alert) -> None:
    first, *_, last = told(alert)
    assert first.startswith(f"{alert.window.from_:%Y-%m-%d}  {alert.severity}")
    assert alert.summary in first
    assert last.split(" · ")[-1] == alert.id
    assert alert.rule in last


def test_at_most_three_sentences_are_shown_and_the_others_counted(alert: Alert) -> None:
    sentence = Evidence(article_id="x", text="“Norway\n lifted   them.”", published_at=alert.opened_at)
    many = alert.model_copy(update={"evidence": (sentence,) * 20, "stories": 57, "sources": ("a",)})
    lines = told(many)
    assert [line.strip().startswith("“Norway lifted them.” ") for line in lines].count(True) == 3
    assert "and 54 more · " in lines[-1]
    assert "57 stories, 1 source " in lines[-1]


def test_text_from_outside_is_never_taken_as_markup(alert: Alert) -> None:
    hostile = Evidence(
        article_id="x", text="[bold red]x[/bold red] [link=file:///etc]y[/link]", published_at=alert.opened_at
    )
    console = Console(record=True, force_terminal=True, width=200, file=io.StringIO())
    console.print(*alert_lines(alert.model_copy(update={"evidence": (hostile,), "summary": "[blink]s[/blink]"})))
    shown = console.export_text()
    assert "[bold red]x[/bold red] [link=file:///etc]y[/link]" in shown
    assert "[blink]s[/blink]" in shown


def test_a_very_long_sentence_is_cut(alert: Alert) -> None:
    long = Evidence(article_id="x", text="word " * 500, published_at=alert.opened_at)
    assert max(map(len, told(alert.model_copy(update={"evidence": (long,)})))) < 400
