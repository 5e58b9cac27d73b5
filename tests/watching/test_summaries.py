from __future__ import annotations

from pathlib import Path

from streams.watching.summaries import MAX_LENGTH, plain_name
from tests.watching.news import EACH, Desk, report, rules_of, signal


def summary_of(folder: Path, template: str, title: str = "x", names: dict[str, str] | None = None) -> str:
    text = EACH.replace('"New sanctions on {{ group.target|name }}"', repr(template))
    desk = Desk(rules_of(folder, text, names=names))
    desk.send(report(title, 0))
    return desk.until(1)[0].summary


def test_ids_become_names(tmp_path: Path) -> None:
    assert plain_name("org:european-commission") == "European Commission"
    assert plain_name("org:eu") == "EU"
    assert plain_name("country:RS") == "RS"
    assert plain_name("author") == "author"
    assert plain_name("") == ""
    told = summary_of(tmp_path, "on {{ group.target|name }}", names={"country:RU": "Russia"})
    assert told == "on Russia"


def test_a_summary_tells_counts_and_the_first_evidence(tmp_path: Path) -> None:
    template = "{{ stories }} {{ sources }} {{ observed }} {{ state }} {{ first.signal.modality }} {{ window.to.year }}"
    assert summary_of(tmp_path, template) == "1 1 1 firing actual 2024"


def test_a_summary_is_one_line_and_never_longer_than_its_bound(tmp_path: Path) -> None:
    told = summary_of(tmp_path, "{{ first.title }} {{ first.title }}", title="two\nlines " + "and more " * 1000)
    assert len(told) == MAX_LENGTH
    assert told.startswith("Title of two lines and more")
    assert told.endswith("…")


def test_text_of_an_article_is_no_template(tmp_path: Path) -> None:
    assert summary_of(tmp_path, "{{ first.title }}", title="{{ 7 + 7 }}") == "Title of {{ 7 + 7 }}"


def test_a_branch_that_fails_only_later_gives_a_plain_sentence(tmp_path: Path) -> None:
    template = "{% if group.target == 'country:RU' %}{{ first.signal.speaker.name }}{% endif %}"
    assert summary_of(tmp_path, template) == "imposed: country:RU"


def test_the_summary_of_a_revision_tells_the_new_counts(tmp_path: Path) -> None:
    text = EACH.replace("New sanctions on {{ group.target|name }}", "{{ sources }} {{ state }}")
    desk = Desk(rules_of(tmp_path, text))
    desk.send(report("a", 0, text="same", source="x"), report("b", 5, text="same", source="y", signals=(signal(),)))
    assert [alert.summary for alert in desk.until(10**6)] == ["1 firing", "2 resolved"]
