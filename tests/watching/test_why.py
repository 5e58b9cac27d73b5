from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Actor, Report
from streams.watching.matching import match
from streams.watching.rules import Rules
from streams.watching.why import Why, explain
from tests.watching.news import DAY, report, rules_of, signal, stance


def why(folder: Path, told: Report, when: str, more: str = "", *, backfill: bool = False) -> Why:
    groups = "groups: {west: [country:US, org:eu]}"
    rules = rules_of(
        folder, f'{groups}\nrules: {{r: {{kind: each, when: {when}, severity: info, summary: "x"{more}}}}}\n'
    )
    return explain(rules.by_name["r"], told, backfill=backfill)


def test_each_condition_tells_what_was_wanted_found_and_whether_it_holds(tmp_path: Path) -> None:
    told = report("a", 0, signals=(signal(modality="refused"), signal(initiator=("country:RS", "org:eu"))))
    found = why(tmp_path, told, "{topic: sanctions, modality: {not: [refused, urged]}, initiator: group:west}")
    first, second = found.looked
    assert [(asked.field, asked.wanted, asked.found, asked.holds) for asked in first.conditions] == [
        ("topic", "sanctions", ("sanctions",), True),
        ("modality", "{not: [refused, urged]}", ("refused",), False),
        ("initiator", "group:west", ("org:eu",), True),
    ]
    assert (first.item, first.text, first.holds) == (told.signals[0], "The EU imposed sanctions on Russia.", False)
    assert [(asked.found, asked.holds) for asked in second.conditions][1:] == [
        (("actual",), True),
        (("country:RS", "org:eu"), True),
    ]
    assert (second.holds, found.groups, found.matches) == (True, ({},), True)


def test_conditions_on_the_article_are_told_once(tmp_path: Path) -> None:
    told = report("a", 0, signals=(signal(), signal(action="lift"))).model_copy(update={"tone": -0.2, "lang": "en"})
    found = why(tmp_path, told, "{topic: sanctions, tone: {below: -0.5}, language: en, words: [russia, oil]}")
    assert [(asked.field, asked.wanted, asked.found, asked.holds) for asked in found.article] == [
        ("tone", "{below: -0.5}", ("-0.2",), False),
        ("language", "en", ("en",), True),
    ]
    assert [looked.conditions[1].found for looked in found.looked] == [("russia",), ("russia",)]
    assert all(looked.holds for looked in found.looked)
    assert not found.matches


def test_a_rule_on_articles_looks_at_the_article_alone(tmp_path: Path) -> None:
    found = why(tmp_path, report("a", 0), "{words: [title, of a]}", ", group_by: [source]")
    assert (found.subject, [asked.found for asked in found.article]) == ("articles", [("title", "of a")])
    (looked,) = found.looked
    assert (looked.item, looked.text, looked.conditions) == (None, "Title of a", ())
    assert found.groups == ({"source": "wire"},)


def test_what_an_actor_is_is_told_where_it_was_asked(tmp_path: Path) -> None:
    actors = (
        {"id": "person:x", "known": False, "type": "person", "name": "X", "country": "country:RS"},
        {"id": "org:y", "known": True, "type": "org", "name": "Y", "represents": "country:RU"},
    )
    told = report("a", 0, signals=(signal(initiator=("person:x", "org:y", "org:z")),))
    told = told.model_copy(update={"actors": tuple(map(Actor.model_validate, actors))})
    (looked,) = why(tmp_path, told, "{initiator: {type: person, country: [RS, HR]}}").looked
    assert looked.conditions[0].wanted == "{type: person, country: [RS, HR]}"
    assert looked.conditions[0].found == (
        "person:x (of country:RS, not known)",
        "org:y (of no country, represents country:RU, known)",
        "org:z (not known)",
    )


def test_what_became_of_the_groups_is_told_field_by_field(tmp_path: Path) -> None:
    told = report(
        "a",
        0,
        signals=(signal(initiator=("org:eu", "country:RU", "org:eu"), target=("person:x",)),),
        unknown=("person:x",),
    )
    when = "{initiator: group:west}"
    found = why(tmp_path, told, when, ", group_by: [initiator, target, speaker?]")
    initiator, target, speaker = found.looked[0].grouped
    assert (initiator.choice.values, initiator.choice.unwanted) == (("org:eu",), ("country:RU",))
    assert (target.choice.unknown, target.missing, target.optional) == (("person:x",), True, False)
    assert (speaker.choice.values, speaker.missing, speaker.optional) == (("",), False, True)
    assert (found.groups, found.matches) == ((), False)
    found = why(tmp_path, told, when, ", group_by: [initiator, target], unknown: true")
    assert found.groups == ({"initiator": "org:eu", "target": "person:x"},)
    assert why(tmp_path, told, "{topic: energy}", ", group_by: [target]").looked[0].grouped == ()


def test_an_article_that_came_too_late_is_told_with_its_age(tmp_path: Path) -> None:
    late = report("a", 8 * DAY, 0)
    found = why(tmp_path, late, "{topic: sanctions}")
    assert (found.age_ms, found.max_age_ms, found.too_old) == (8 * DAY * 1000, 7 * DAY * 1000, True)
    assert (found.groups, found.matches) == (({},), False)
    found = why(tmp_path, late, "{topic: sanctions}", backfill=True)
    assert (found.backfill, found.too_old, found.matches) == (True, False, True)


def test_a_report_in_which_nothing_was_read_has_nothing_to_look_at(tmp_path: Path) -> None:
    found = why(tmp_path, report("a", 0, signals=()), "{topic: sanctions}")
    assert (found.looked, found.matches) == ((), False)


ACTORS = ("country:RS", "country:US", "org:eu", "person:x", "person:y")
some_actors = st.lists(st.sampled_from(ACTORS), max_size=3).map(tuple)
sentences = st.sampled_from(["Gas transit ends.", "Nothing.", "", "ГАЗ and oil"])


def spans(text: str) -> dict[str, Any]:
    return {"start": 0, "end": len(text), "text": text}


signals = st.builds(
    signal,
    topic=st.sampled_from(["sanctions", "energy"]),
    modality=st.sampled_from(["actual", "refused"]),
    direction=st.sampled_from([-1, 0, 1]),
    initiator=some_actors,
    target=some_actors,
    speaker=st.none() | st.sampled_from(ACTORS),
    confidence=st.floats(0, 1),
    evidence=sentences.map(spans),
)
stances = st.builds(stance, st.sampled_from([*ACTORS, "author"]), st.sampled_from(ACTORS), st.sampled_from([-1, 1]))
actors = st.builds(
    lambda id_, **told: Actor.model_validate({"id": id_, "type": id_.split(":")[0], "name": "", **told}),
    st.sampled_from(ACTORS),
    known=st.booleans(),
    country=st.none() | st.sampled_from(["country:RS", "country:US"]),
    represents=st.none() | st.sampled_from(ACTORS),
)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    told = report(
        draw(st.text(max_size=3)),
        draw(st.integers(0, 10 * DAY)),
        0,
        signals=tuple(draw(st.lists(signals, min_size=1, max_size=3))),
        stances=tuple(draw(st.lists(stances, min_size=1, max_size=3))),
    )
    update = {
        "title": draw(sentences | st.text(max_size=10)),
        "tone": draw(st.floats(-1, 1)),
        "lang": draw(st.sampled_from([None, "en", "sr"])),
        "source": draw(st.sampled_from(["", "wire", "a/b|c"])),
        "actors": tuple(draw(st.lists(actors, max_size=5))),
    }
    return told.model_copy(update=update)


def asked(item: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = item | st.lists(item, min_size=1, max_size=2)
    return several | several.map(lambda values: {"not": values})


who = st.fixed_dictionaries(
    {},
    optional={
        "type": asked(st.sampled_from(["country", "org", "person"])),
        "country": asked(st.sampled_from(["RS", "country:US", "group:neighbours"])),
        "represents": asked(st.sampled_from(ACTORS)),
        "known": st.booleans(),
    },
).filter(bool)
wanted_actors = asked(st.sampled_from([*ACTORS, "country:*", "person:*", "group:west", "author"]) | who)
ranges = st.sampled_from([{"at_least": 0.5}, {"below": 0.5}, {"above": 0, "at_most": 0.7}])
of_article = {
    "actor": wanted_actors,
    "tone": ranges,
    "source": asked(st.sampled_from(["wire", "post"])),
    "language": asked(st.sampled_from(["en", "sr"])),
    "words": asked(st.sampled_from(["gas transit", "газ", "oil"])),
}
of_signal = {
    "topic": asked(st.sampled_from(["sanctions", "energy"])),
    "modality": asked(st.sampled_from(["actual", "refused"])),
    "direction": asked(st.sampled_from([-1, 0, 1])),
    "initiator": wanted_actors,
    "target": wanted_actors,
    "speaker": wanted_actors,
    "confidence": ranges,
}
of_stance = {"holder": wanted_actors, "target": wanted_actors, "polarity": asked(st.sampled_from([-1, 1]))}
grouping = {
    "signals": ["topic", "modality", "direction", "initiator", "target", "speaker", "actor", "source", "language"],
    "stances": ["holder", "target", "polarity", "actor", "source", "language"],
    "articles": ["actor", "source", "language"],
}


def some_of(fields: dict[str, st.SearchStrategy[Any]], least: int) -> st.SearchStrategy[dict[str, Any]]:
    names = st.lists(st.sampled_from(sorted(fields)), min_size=least, max_size=2, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: fields[name] for name in chosen}))


@st.composite
def rules(draw: st.DrawFn, folder: Path) -> Rules:
    """A file of one rule."""
    subject = draw(st.sampled_from(["signals", "stances", "articles"]))
    when = draw(some_of(of_article, 1 if subject == "articles" else 0))
    if subject == "signals":
        when |= {"topic": draw(of_signal["topic"])} | draw(some_of(of_signal, 0))
    if subject == "stances":
        when["stance"] = draw(some_of(of_stance, 1))
    names = draw(st.lists(st.sampled_from(grouping[subject]), unique=True, max_size=3))
    rule = {
        "kind": "each",
        "when": when,
        "group_by": [name + draw(st.sampled_from(["", "?"])) for name in names],
        "unknown": draw(st.booleans()),
        "severity": "info",
        "summary": "x",
    }
    groups = {"neighbours": ["country:RS"], "west": ["country:US", "org:eu"]}
    return rules_of(folder, json.dumps({"groups": groups, "rules": {"r": rule}}))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rules")


@settings(max_examples=400, deadline=None)
@given(data=st.data(), told=reports(), backfill=st.booleans())
def test_what_is_explained_is_what_matches(folder: Path, data: st.DataObject, told: Report, backfill: bool) -> None:
    drawn = data.draw(rules(folder))
    matched = match(told, drawn, backfill=backfill)
    found = explain(drawn.by_name["r"], told, backfill=backfill)
    assert found.matches == bool(matched.matches)
    assert [each.group for each in matched.matches] == (list(found.groups) if not found.too_old else [])
    assert bool(matched.too_old) == (found.too_old and bool(found.groups))
    holding = [looked for looked in found.looked if looked.holds] if all(a.holds for a in found.article) else []
    assert bool(found.groups) == any(not any(each.missing for each in looked.grouped) for looked in holding)
    wanted = [looked.item for looked in holding if looked.item is not None]
    assert all(item in wanted for each in matched.matches for item in (*each.signals, *each.stances))
