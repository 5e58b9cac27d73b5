from __future__ import annotations

import json
from pathlib import Path

import pytest

from streams.errors import KnowledgeError
from streams.watching.summaries import MAX_LENGTH, plain_name
from tests.watching.news import EACH, Desk, report, rules_of, signal


def mistake_of(folder: Path, template: str, kind: str = "kind: each", when: str = "{topic: a}") -> str:
    """What the user reads of a template."""
    text = f"rules: {{r: {{{kind}, when: {when}, severity: info, summary: {json.dumps(template)}}}}}\n"
    with pytest.raises(KnowledgeError) as caught:
        rules_of(folder, text)
    return caught.value.problem


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


def test_the_latest_evidence_has_a_name_of_its_own(tmp_path: Path) -> None:
    told = summary_of(tmp_path, "{{ first.title }}, {{ last.title }}", title="it")
    assert told == "Title of it, Title of it"


def test_numbers_are_rounded_to_a_few_digits(tmp_path: Path) -> None:
    template = "{{ observed|round }} {{ (observed / 3)|round(2) }} {{ (2 / 3)|round }} {{ (20 / 3)|round(6) }}"
    assert summary_of(tmp_path, template) == "1 0.33 1 6.666667"
    assert "round takes 0 to 6 digits" in mistake_of(tmp_path, "{{ observed|round(999999999) }}")
    assert "round takes 0 to 6 digits" in mistake_of(tmp_path, "{{ observed|round(-1) }}")


@pytest.mark.parametrize(
    ("kind", "name", "known"),
    [
        ("kind: each", "expected", False),
        ("kind: each", "p_value", False),
        ("kind: burst", "expected", True),
        ("kind: burst", "p_value", True),
        ("kind: shift, within: 7d, by: 1", "expected", True),
        ("kind: shift, within: 7d, by: 1", "p_value", False),
    ],
)
def test_only_a_kind_that_has_a_figure_can_tell_it(tmp_path: Path, kind: str, name: str, known: bool) -> None:
    template = f"{{{{ {name}|round(3) }}}}"
    if known:
        rules_of(tmp_path, f"rules: {{r: {{{kind}, when: {{words: a}}, severity: info, summary: '{template}'}}}}\n")
    else:
        told = mistake_of(tmp_path, template, kind, "{words: a}")
        assert told == f"the template names '{name}', which alerts of this kind do not have"


def test_what_evidence_has_depends_on_what_the_rule_looks_at(tmp_path: Path) -> None:
    assert "'None' has no attribute 'holder'" in mistake_of(tmp_path, "{{ first.stance.holder }}")
    when = "{stance: {polarity: 1}}"
    assert "'None' has no attribute 'topic'" in mistake_of(tmp_path, "{{ last.signal.topic }}", when=when)
    assert "'None' has no attribute 'topic'" in mistake_of(tmp_path, "{{ first.signal.topic }}", when="{words: a}")


@pytest.mark.parametrize(
    "template",
    [
        "{{ " + "(" * 900 + "1" + ")" * 900 + " }}",
        "{{ " + "-" * 1900 + "1 }}",
        "{{ " + "{1:" * 400 + "1" + "}" * 400 + " }}",
        "{{ first['__class__'] }}",
        "{{ first|last }}",
        "{{ 1 is divisibleby 0 }}",
        "{% with a = 1 %}{% endwith %}",
        "{{ group['target'] }}",
        "x" * 2001,
    ],
)
def test_a_template_that_cannot_be_told_is_a_mistake(tmp_path: Path, template: str) -> None:
    assert mistake_of(tmp_path, template)
