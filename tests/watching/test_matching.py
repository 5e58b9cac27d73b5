from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Actor, Match, Report
from streams.watching.matching import MAX_GROUPS, group_of, match, match_key, rule_name
from streams.watching.rules import Rules
from tests.watching.news import DAY, EACH, report, rules_of, signal, stance


def wanting(folder: Path, when: str, group_by: str = "[]", more: str = "") -> Rules:
    text = f"groups: {{west: [country:US, org:eu]}}\nrules:\n  r: {{kind: each, when: {when}, group_by: {group_by}, "
    return rules_of(folder, text + f'severity: info, summary: "x"{more}}}\n')


def groups(rules: Rules, *signals: object, unknown: tuple[str, ...] = ()) -> list[dict[str, str]]:
    told = report("a", 0, signals=signals, unknown=unknown)  # type: ignore[arg-type]
    return [found.group for found in match(told, rules, backfill=False).matches]


def actor(id_: str, *, known: bool = True, **fields: str) -> Actor:
    return Actor.model_validate({"id": id_, "known": known, "type": id_.split(":")[0], "name": id_, **fields})


def article(*actors: Actor, **fields: object) -> Report:
    """One without signals and stances."""
    return report("a", 0, signals=()).model_copy(update={"actors": actors, **fields})


def wants(rules: Rules, told: Report) -> bool:
    return bool(match(told, rules, backfill=False).matches)


def test_all_conditions_must_hold_of_the_same_signal(tmp_path: Path) -> None:
    rules = wanting(tmp_path, "{action: impose, modality: refused}")
    assert not groups(rules, signal(), signal(action="lift", modality="refused"))
    assert groups(rules, signal(modality="refused"))


def test_of_several_actors_one_that_is_wanted_is_enough(tmp_path: Path) -> None:
    rules = wanting(tmp_path, "{initiator: group:west}")
    assert groups(rules, signal(initiator=("country:GB", "country:US")))
    assert not groups(rules, signal(initiator=("country:GB",)))
    assert not groups(rules, signal(initiator=()))


def test_not_refuses_a_signal_with_any_of_the_values(tmp_path: Path) -> None:
    rules = wanting(tmp_path, "{target: {not: [country:RU]}}")
    assert not groups(rules, signal(target=("country:RU", "country:BY")))
    assert groups(rules, signal(target=("country:BY",)))
    assert groups(rules, signal(target=()))


def test_a_kind_of_actor_can_be_asked_for(tmp_path: Path) -> None:
    rules = wanting(tmp_path, '{initiator: "country:*", direction: [-1, 0]}')
    assert groups(rules, signal(initiator=("country:RS",), direction=-1))
    assert not groups(rules, signal(initiator=("org:eu",), direction=-1))
    assert not groups(rules, signal(initiator=("country:RS",), direction=1))


def test_lists_group_by_their_cross_product(tmp_path: Path) -> None:
    rules = wanting(tmp_path, "{topic: sanctions}", "[initiator, target]")
    found = groups(rules, signal(initiator=("org:eu", "country:US"), target=("country:RU", "country:BY")))
    assert [(group["initiator"], group["target"]) for group in found] == [
        ("org:eu", "country:RU"),
        ("org:eu", "country:BY"),
        ("country:US", "country:RU"),
        ("country:US", "country:BY"),
    ]


def test_a_missing_value_is_no_match_unless_it_is_optional(tmp_path: Path) -> None:
    bare = signal(initiator=(), speaker=None)
    assert groups(wanting(tmp_path, "{topic: sanctions}", "[initiator, target]"), bare) == []
    found = groups(wanting(tmp_path, "{topic: sanctions}", "[initiator?, target, speaker?, direction]"), bare)
    assert found == [{"initiator": "", "target": "country:RU", "speaker": "", "direction": "1"}]


def test_unknown_actors_group_only_where_the_rule_says_so(tmp_path: Path) -> None:
    told = signal(target=("person:somebody", "country:RU"))
    unknown = ("person:somebody",)
    assert groups(wanting(tmp_path, "{topic: sanctions}", "[target]"), told, unknown=unknown) == [
        {"target": "country:RU"}
    ]
    known_only = groups(wanting(tmp_path, "{topic: sanctions}", "[target?]"), signal(target=unknown), unknown=unknown)
    assert known_only == [{"target": ""}]
    with_unknown = wanting(tmp_path, "{topic: sanctions}", "[target]", ", unknown: true")
    assert len(groups(with_unknown, told, unknown=unknown)) == 2


def test_only_actors_that_meet_the_rules_own_condition_group(tmp_path: Path) -> None:
    rules = wanting(tmp_path, "{initiator: group:west}", "[initiator]")
    assert groups(rules, signal(initiator=("country:RU", "org:eu"))) == [{"initiator": "org:eu"}]


def test_one_match_holds_all_signals_of_its_group_and_article(tmp_path: Path) -> None:
    rules = wanting(tmp_path, "{topic: sanctions}", "[target]")
    signals = (signal(), signal(modality="refused"), signal(target=("country:BY",)), signal(topic="energy"))
    told = report("a", 0, signals=signals)
    first, second = match(told, rules, backfill=True).matches
    assert first.signals == signals[:2]
    assert second.signals == signals[2:3]
    assert (first.article_id, first.received_at, first.title, first.backfill) == (
        "a",
        told.received_at,
        told.title,
        True,
    )


def test_stances_are_wanted_by_holder_target_and_polarity(tmp_path: Path) -> None:
    rules = wanting(tmp_path, '{stance: {holder: "country:*", target: org:eu, polarity: -1}}', "[holder]")
    told = report(
        "a",
        0,
        stances=(stance("country:RU", "org:eu", -1), stance("country:RS", "org:eu", 1), stance("author", "org:eu", -1)),
    )
    (found,) = match(told, rules, backfill=False).matches
    assert found.group == {"holder": "country:RU"}
    assert (found.stances, found.signals) == (told.stances[:1], ())


@pytest.mark.parametrize(
    ("when", "fields", "held"),
    [
        ("{language: en}", {"lang": "en"}, True),
        ("{language: en}", {"lang": None}, False),
        ("{language: {not: [en, sr]}}", {"lang": "de"}, True),
        ("{source: [Wire, Post]}", {"source": "Post"}, True),
        ("{source: [Wire, Post]}", {"source": "post"}, False),
        ("{tone: {below: -0.5}}", {"tone": -0.6}, True),
        ("{tone: {below: -0.5}}", {"tone": -0.5}, False),
        ("{words: [gas, oil transit]}", {"title": "The Oil Transit ends"}, True),
        ("{words: [gas, oil transit]}", {"title": "The oil"}, False),
        ("{words: {not: gas}}", {"title": "The oil"}, True),
        ("{words: oil, tone: {at_least: 0}, source: wire}", {"title": "Oil", "tone": 0.1}, True),
        ("{words: oil, tone: {at_least: 0}, source: wire}", {"title": "Oil", "tone": -0.1}, False),
    ],
)
def test_an_article_is_wanted_for_what_it_is(tmp_path: Path, when: str, fields: dict[str, object], held: bool) -> None:
    assert wants(wanting(tmp_path, when), article(**fields)) is held


def test_a_rule_on_articles_gives_one_match_without_signals(tmp_path: Path) -> None:
    rules = wanting(tmp_path, "{words: title}")
    told = report("a", 0, signals=(signal(), signal()), stances=(stance("author", "org:eu", 1),))
    (found,) = match(told.model_copy(update={"tone": -0.25}), rules, backfill=False).matches
    assert (found.group, found.signals, found.stances, found.tone) == ({}, (), (), -0.25)


def test_an_article_groups_by_its_actors_source_and_language(tmp_path: Path) -> None:
    told = article(actor("country:RS"), actor("org:eu"), actor("person:x", known=False), lang="en")
    rules = wanting(tmp_path, "{language: en}", "[actor, source, language]")
    assert [found.group for found in match(told, rules, backfill=False).matches] == [
        {"actor": "country:RS", "source": "wire", "language": "en"},
        {"actor": "org:eu", "source": "wire", "language": "en"},
    ]
    rules = wanting(tmp_path, "{language: en, actor: {type: country}}", "[actor]")
    assert [found.group for found in match(told, rules, backfill=False).matches] == [{"actor": "country:RS"}]
    assert wants(wanting(tmp_path, "{words: title}", "[source]"), article(source="")) is False
    assert wants(wanting(tmp_path, "{words: title}", "[source?]"), article(source="")) is True


def test_what_an_actor_is_can_be_asked_of_any_actor(tmp_path: Path) -> None:
    serb = actor("person:x", known=False, country="country:RS")
    russian = actor("person:y", country="country:RU", represents="country:RU")
    told = report("a", 0, signals=(signal(initiator=("person:x",), target=("person:y",)),))
    told = told.model_copy(update={"actors": (serb, russian)})
    for when, held in (
        ("{initiator: {country: [HR, RS]}}", True),
        ("{initiator: {country: RS, known: true}}", False),
        ("{target: {represents: country:RU}}", True),
        ("{target: {not: {type: person, country: RS}}}", True),
        ("{initiator: {not: {type: person, country: RS}}}", False),
        ("{initiator: [org:eu, {known: false}]}", True),
        ("{topic: sanctions, actor: {known: false}}", True),
        ("{topic: sanctions, actor: {not: {known: false}}}", False),
        ("{topic: sanctions, actor: {type: org}}", False),
    ):
        assert wants(wanting(tmp_path, when), told) is held, when


def test_words_stand_in_the_title_or_in_the_sentence_of_the_same_signal(tmp_path: Path) -> None:
    rules = wanting(tmp_path, "{action: impose, words: Russia}")
    other = {"action": "lift", "evidence": {"start": 0, "end": 1, "text": "Nothing."}}
    assert groups(rules, signal(), signal(**other))
    assert not groups(rules, signal(action="lift"), signal(evidence=other["evidence"]))
    told = report("a", 0, signals=(signal(evidence=other["evidence"]),))
    assert wants(rules, told.model_copy(update={"title": "RUSSIA"}))


def test_confidence_is_that_of_the_signal_or_stance(tmp_path: Path) -> None:
    rules = wanting(tmp_path, "{topic: sanctions, confidence: {at_least: 0.8}}")
    assert groups(rules, signal(confidence=0.8))
    assert not groups(rules, signal(confidence=0.79))
    told = report("a", 0, signals=(), stances=(stance("country:RS", "org:eu", 1),))
    assert wants(wanting(tmp_path, "{stance: {polarity: 1}, confidence: {above: 0.7}}"), told)
    assert not wants(wanting(tmp_path, "{stance: {polarity: 1}, confidence: {above: 0.8}}"), told)


def test_conditions_on_the_article_stand_beside_those_on_signals_and_stances(tmp_path: Path) -> None:
    told = report("a", 0, stances=(stance("country:RS", "org:eu", 1),)).model_copy(update={"lang": "en"})
    assert wants(wanting(tmp_path, "{topic: sanctions, language: en, actor: country:RS}"), told)
    assert not wants(wanting(tmp_path, "{topic: sanctions, language: sr}"), told)
    assert not wants(wanting(tmp_path, "{stance: {polarity: 1}, actor: country:HR}"), told)
    rules = wanting(tmp_path, "{stance: {polarity: 1}, actor: country:RU}", "[holder, target, polarity, actor, source]")
    (found,) = match(told, rules, backfill=False).matches
    assert list(found.group.values()) == ["country:RS", "org:eu", "1", "country:RU", "wire"]


def test_a_group_of_groups_names_all_their_actors(tmp_path: Path) -> None:
    groups_ = '{west: [country:US, org:eu], all: [group:west, "person:*"]}'
    rule = '{kind: each, when: {initiator: group:all}, severity: info, summary: "x"}'
    rules = rules_of(tmp_path, f"groups: {groups_}\nrules: {{r: {rule}}}\n")
    assert all(groups(rules, signal(initiator=(by,))) for by in ("country:US", "org:eu", "person:x"))
    assert not groups(rules, signal(initiator=("country:RS",)))


def test_what_comes_too_late_is_counted_and_gives_no_match(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, EACH)
    late = report("a", 7 * DAY + 0.001, 0)
    assert match(late, rules, backfill=False).matches == ()
    assert match(late, rules, backfill=False).too_old == ("imposed",)
    assert len(match(late, rules, backfill=True).matches) == 1
    assert len(match(report("a", 7 * DAY, 0), rules, backfill=False).matches) == 1
    unwanted = report("a", 30 * DAY, 0, signals=(signal(topic="energy"),))
    assert match(unwanted, rules, backfill=False).too_old == ()


def test_a_page_of_names_does_not_become_a_million_matches(tmp_path: Path) -> None:
    rules = wanting(tmp_path, "{topic: sanctions}", "[initiator, target]")
    many = tuple(f"org:{number}" for number in range(300))
    assert len(groups(rules, signal(initiator=many, target=many), signal(target=many))) == MAX_GROUPS


def test_the_key_of_a_match_tells_rule_and_group_apart_from_all_others(tmp_path: Path) -> None:
    def key(**group: str) -> bytes:
        return match_key(Match.model_validate({**told.model_dump(), "group": group}))

    rules = rules_of(tmp_path, EACH.replace("[target]", "[target, initiator?]"))
    told = match(report("a", 0), rules, backfill=False).matches[0]
    assert match_key(told) == b"imposed/org:eu/country:RU"
    assert key(target="a/b|c %", initiator="") == b"imposed//a%2Fb%7Cc%20%25"
    assert key(initiator="x", target="y") == key(target="y", initiator="x")
    keys = [key(target=target, initiator=by) for target in ("", "/", "a", "a/", "%2F") for by in ("", "/", "a", "é")]
    assert all(one != other for one, other in combinations(keys, 2))
    for each in (told, told.model_copy(update={"group": {"target": "a/b|c %", "initiator": "é"}})):
        assert group_of(match_key(each), rules.by_name["imposed"]) == each.group
        assert rule_name(match_key(each)) == "imposed"


LOOKS_AT_ALL = """
rules:
  signals:
    kind: each
    when: {topic: {not: x}, initiator: {not: {country: RS, known: true}}, words: {not: x}, confidence: {at_least: 0}}
    group_by: [topic, action, initiator?, target?, speaker?, actor?, source?, language?]
    severity: info
    unknown: true
    summary: x
  stances:
    kind: each
    when: {stance: {holder: {not: {type: country}}}, actor: {not: {represents: country:RU}}}
    group_by: [holder, target, actor?]
    severity: info
    unknown: true
    summary: x
  articles:
    kind: each
    when: {language: {not: en}, tone: {at_least: -1}}
    group_by: [actor?, source?, language?]
    severity: info
    unknown: true
    summary: x
"""
anything = st.text(st.characters(codec="utf-8"), max_size=6)
places = st.fixed_dictionaries({"start": st.integers(), "end": st.integers(), "text": anything})
any_report = st.fixed_dictionaries(
    {
        "actors": st.lists(
            st.fixed_dictionaries(
                {
                    "id": anything,
                    "known": st.booleans(),
                    "type": st.sampled_from(["country", "person"]),
                    "name": anything,
                },
                optional={"country": anything, "represents": anything},
            ),
            max_size=3,
        ),
        "signals": st.lists(
            st.fixed_dictionaries(
                {
                    "topic": anything,
                    "action": anything,
                    "modality": st.just("actual"),
                    "direction": st.sampled_from([-1, 0, 1]),
                    "initiator": st.lists(anything, max_size=3),
                    "target": st.lists(anything, max_size=3),
                    "speaker": st.none() | anything,
                    "evidence": places,
                    "confidence": st.floats(0, 1),
                }
            ),
            max_size=2,
        ),
        "stances": st.lists(
            st.fixed_dictionaries(
                {
                    "holder": anything,
                    "target": anything,
                    "polarity": st.sampled_from([-1, 1]),
                    "evidence": places,
                    "confidence": st.floats(0, 1),
                }
            ),
            max_size=2,
        ),
    },
    optional={"title": anything, "source": anything, "lang": st.none() | anything, "tone": st.floats(-1, 1)},
)


@settings(max_examples=200, deadline=None)
@given(fields=any_report)
def test_any_report_gives_matches_whose_keys_tell_their_groups(everything: Rules, fields: dict[str, object]) -> None:
    told = Report.model_validate(report("a", 0, signals=()).model_dump() | fields)
    for found in match(told, everything, backfill=False).matches:
        assert rule_name(match_key(found)) == found.rule
        assert group_of(match_key(found), everything.by_name[found.rule]) == found.group


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    return rules_of(tmp_path_factory.mktemp("rules"), LOOKS_AT_ALL)
