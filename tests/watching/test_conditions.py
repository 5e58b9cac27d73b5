from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Actor
from streams.watching.conditions import ActorIs, Actors, Range, Values, Words
from streams.watching.fields import Cast


def actor(id_: str, country: str | None = None, represents: str | None = None, *, known: bool = True) -> Actor:
    told = {"id": id_, "known": known, "type": id_.split(":")[0], "name": id_}
    return Actor.model_validate(told | {"country": country, "represents": represents})


CAST = Cast(
    [
        actor("country:RS", "country:RS"),
        actor("person:vucic", "country:RS", "country:RS"),
        actor("person:lavrov", "country:RU", "country:RU"),
        actor("person:somebody", "country:RS", known=False),
        actor("org:eu"),
    ]
)
RS = Values(frozenset({"country:RS"}))


def words(*phrases: str, negated: bool = False) -> Words:
    return Words.of(phrases, negated=negated)


@given(st.lists(st.integers(0, 5)), st.frozensets(st.integers(0, 5)))
def test_not_holds_exactly_where_none_of_the_values_is_named(found: list[int], named: frozenset[int]) -> None:
    wanted, refused = Values(named), Values(named, negated=True)
    assert wanted.holds(found) == bool(named & set(found))
    assert refused.holds(found) == (not wanted.holds(found))
    assert all(wanted.allows(value) != refused.allows(value) for value in found)


def test_nothing_is_not_named() -> None:
    assert not Values(frozenset({"a"})).holds([])
    assert Values(frozenset({"a"}), negated=True).holds([])
    assert not Range(low=0, high=1).holds([])
    assert not words("a").holds([])


@pytest.mark.parametrize(
    ("wanted", "who"),
    [
        (ActorIs(type=Values(frozenset({"person"}))), {"person:vucic", "person:lavrov", "person:somebody"}),
        (ActorIs(country=RS), {"country:RS", "person:vucic", "person:somebody"}),
        (ActorIs(country=RS, known=False), {"person:somebody"}),
        (ActorIs(country=RS, type=Values(frozenset({"person"})), known=True), {"person:vucic"}),
        (ActorIs(represents=Values(frozenset({"country:RU"}))), {"person:lavrov"}),
        (ActorIs(country=Values(frozenset({"country:RS"}), negated=True)), {"person:lavrov", "org:eu", "org:unheard"}),
        (ActorIs(known=False), {"person:somebody", "org:unheard"}),
    ],
)
def test_all_that_is_asked_must_hold_of_the_same_actor(wanted: ActorIs, who: set[str]) -> None:
    asked = Actors(frozenset(), who=frozenset({wanted}))
    everybody = ["country:RS", "person:vucic", "person:lavrov", "person:somebody", "org:eu", "org:unheard", "author"]
    assert {id_ for id_ in everybody if asked.allows(id_, CAST)} == who


def test_a_state_belongs_to_itself_whoever_says_so() -> None:
    assert ActorIs(country=RS).names("country:RS", Cast([actor("country:RS")]))
    assert ActorIs(country=RS).names("country:RS", Cast())


def test_the_author_is_named_only_by_name() -> None:
    assert Actors(frozenset({"author"})).holds(["author"])
    assert not Actors(frozenset(), frozenset({"person"})).holds(["author"])
    assert not Actors(frozenset(), who=frozenset({ActorIs(known=False)})).holds(["author"], CAST)


def test_an_actor_is_wanted_by_id_or_by_type_or_by_what_it_is() -> None:
    wanted = Actors(frozenset({"org:eu"}), frozenset({"country"}), frozenset({ActorIs(known=False)}))
    assert [wanted.allows(id_, CAST) for id_ in ("org:eu", "country:XX", "person:somebody", "person:vucic")] == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("wanted", "inside", "outside"),
    [
        (Range(low=-0.5, high=0.5), (-0.5, 0, 0.5), (-0.501, 0.501)),
        (Range(low=-0.5, high=0.5, low_open=True), (-0.499, 0.5), (-0.5,)),
        (Range(low=-0.5, high=0.5, high_open=True), (-0.5, 0.499), (0.5,)),
    ],
)
def test_a_range_holds_its_ends_unless_they_are_open(
    wanted: Range, inside: tuple[float, ...], outside: tuple[float, ...]
) -> None:
    assert all(wanted.holds([value]) for value in inside)
    assert not any(wanted.holds([value]) for value in outside)


@pytest.mark.parametrize(
    ("phrase", "text", "there"),
    [
        ("gas", "Gas prices rise", True),
        ("gas", "GAS!", True),
        ("gas", "Gasoline prices rise", False),
        ("gas", "biogas", False),
        ("gas", "bio-gas", True),
        ("gas transit", "the gas\n  transit ends", True),
        ("Gas   Transit", "gas transit", True),
        ("gas transit", "gas and transit", False),
        ("c++", "in C++ and", True),
        ("a.c", "abc", False),
        ("Straße", "STRASSE", True),
        ("İstanbul", "in İSTANBUL", True),
        ("ВУЧИЋ", "Вучић рекао", True),
        ("Vuc\u030ci\u0107", "Vučić said", True),
        ("Vučić", "Vuc\u030cic\u0301 said", True),
    ],
)
def test_words_are_whole_words_in_whatever_case_and_space(phrase: str, text: str, *, there: bool) -> None:
    assert words(phrase).holds([text]) is there
    assert words(phrase, negated=True).holds([text]) is not there


def test_a_phrase_may_stand_in_any_of_the_texts() -> None:
    assert words("oil").holds(["Title", "a sentence about oil"])
    assert not words("oil", negated=True).holds(["Oil", "a sentence"])


def test_the_phrases_found_are_told_once_and_whole() -> None:
    assert words("gas", "gas transit", "oil").found(["Gas  transit and GAS", "gas"]) == ["gas transit", "gas"]


@given(st.text(min_size=1).filter(str.strip))
def test_any_phrase_is_found_in_itself(phrase: str) -> None:
    assert words(phrase).holds([phrase])
    assert words(phrase).holds([f"... {phrase} ..."])


@given(st.text(max_size=30), st.text(max_size=200))
def test_words_never_fail_on_a_text(phrase: str, text: str) -> None:
    if phrase.strip():
        assert isinstance(words(phrase).holds([text]), bool)
