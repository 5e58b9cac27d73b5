from __future__ import annotations

from itertools import combinations
from pathlib import Path

from schemas import Match
from streams.watching.matching import MAX_GROUPS, group_of, match, match_key, rule_name
from streams.watching.rules import Rules
from tests.watching.news import DAY, EACH, report, rules_of, signal, stance


def wanting(folder: Path, when: str, group_by: str = "[]", more: str = "") -> Rules:
    text = f"groups: {{west: [country:US, org:eu]}}\nrules:\n  r: {{kind: each, when: {when}, group_by: {group_by}, "
    return rules_of(folder, text + f'severity: info, summary: "x"{more}}}\n')


def groups(rules: Rules, *signals: object, unknown: tuple[str, ...] = ()) -> list[dict[str, str]]:
    told = report("a", 0, signals=signals, unknown=unknown)  # type: ignore[arg-type]
    return [found.group for found in match(told, rules, backfill=False).matches]


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
