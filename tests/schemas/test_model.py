from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from schemas import MODELS, Actor, Alert, DeadLetter, Match, Report, Signal, Span, Tick, direction
from schemas.model import from_ms, to_ms

EVIDENCE = {"start": 0, "end": 3, "text": "Oil"}
SIGNAL = {
    "topic": "energy",
    "action": "cut",
    "modality": "actual",
    "direction": -1,
    "evidence": EVIDENCE,
    "confidence": 0.6,
}
MATCH = {"rule": "r", "group": {}, "article_id": "a", "published_at": "2022-05-04T14:40:00Z"}


def test_all_models_are_frozen() -> None:
    assert all(model.model_config.get("frozen") for model in MODELS)
    with pytest.raises(ValidationError, match="frozen"):
        Span.model_validate(EVIDENCE).start = 1  # type: ignore[misc]


@pytest.mark.parametrize("model", [m for m in MODELS if m.__name__ != "Article"])
def test_fields_of_a_later_version_are_ignored(model: type[BaseModel]) -> None:
    assert model.model_config.get("extra") == "ignore"


def test_a_field_of_a_later_version_does_not_stop_a_tick() -> None:
    assert Tick.model_validate_json('{"partition":0,"partitions":1,"time_ms":5,"new":1}') == Tick(
        partition=0, partitions=1, time_ms=5
    )


@given(st.integers(0, 253_402_300_799_999))
def test_milliseconds_survive_the_way_there_and_back(ms: int) -> None:
    assert to_ms(from_ms(ms)) == ms


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))  # noqa: DTZ001
def test_times_before_and_after_1970_fall_into_the_right_millisecond(at: datetime) -> None:
    aware = at.replace(tzinfo=UTC)
    late = aware - timedelta(microseconds=aware.microsecond % 1000)
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=to_ms(aware)) == late


def test_milliseconds_do_not_depend_on_the_zone() -> None:
    at = datetime(2022, 5, 4, 14, 41, 8, 250_000, tzinfo=UTC)
    assert to_ms(at) == to_ms(at.astimezone(timezone(timedelta(hours=-7)))) == 1_651_675_268_250


@pytest.mark.parametrize("wrong", ["2022-05-04T14:40:00", "20220504", 1651675268, 1651675268000])
def test_times_of_a_match_obey_the_same_rules(wrong: object) -> None:
    with pytest.raises(ValidationError):
        Match.model_validate({**MATCH, "received_at": wrong})
    with pytest.raises(ValidationError):
        Report.model_validate({**MATCH, "version": "1", "received_at": wrong})


@pytest.mark.parametrize(
    ("sign", "modality", "points"),
    [
        (1, "actual", 1),
        (1, "urged", 1),
        (-1, "hypothetical", -1),
        (-1, "intended", -1),
        (1, "refused", -1),
        (-1, "refused", 1),
    ],
)
def test_only_a_refusal_turns_the_direction_round(sign: int, modality: str, points: int) -> None:
    assert direction(sign, modality) == points  # type: ignore[arg-type]


def test_an_action_without_a_sign_points_nowhere_even_if_refused() -> None:
    assert direction(0, "refused") == 0


@pytest.mark.parametrize(
    "wrong", [{"modality": "maybe"}, {"direction": 2}, {"confidence": 1.01}, {"confidence": -0.1}, {"evidence": {}}]
)
def test_a_signal_outside_its_values_is_refused(wrong: dict[str, object]) -> None:
    assert Signal.model_validate(SIGNAL).speaker is None
    with pytest.raises(ValidationError):
        Signal.model_validate({**SIGNAL, **wrong})


def test_an_actor_is_a_country_an_organisation_a_person_or_a_project() -> None:
    with pytest.raises(ValidationError):
        Actor.model_validate({"id": "ship:x", "known": False, "type": "ship", "name": "X"})


@pytest.mark.parametrize("wrong", [{"partition": -1}, {"partitions": 0}, {"time_ms": 0.5}, {"time_ms": None}])
def test_a_tick_outside_its_values_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Tick.model_validate({"partition": 0, "partitions": 1, "time_ms": 0, **wrong})


def test_revisions_begin_at_one() -> None:
    (least,) = (one.ge for one in Alert.model_fields["revision"].metadata if hasattr(one, "ge"))
    assert least == 1


def test_a_dead_letter_needs_to_say_where_it_came_from() -> None:
    with pytest.raises(ValidationError):
        DeadLetter.model_validate({"reason": "r", "detail": "d", "step": "read"})
