from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas import DeadLetter
from schemas.dead_letter import Handled

FIRST = DeadLetter(
    reason="invalid_json",
    detail='The value is not JSON: „" fehlt.',
    step="read",
    topic="tocsin.articles",
    partition=2,
    offset=17,
    timestamp_ms=1_651_675_267_125,
)
AGAIN = FIRST.model_copy(update={"reason": "text_too_long", "offset": 52})


def test_headers_lead_back_to_the_dead_letter() -> None:
    assert DeadLetter.from_headers(FIRST.headers(())) == FIRST


def test_the_records_own_headers_stay_in_front() -> None:
    own = (("backfill", b"1"), ("ce_id", b"x"), ("raw", b"\xff\x00"))
    assert FIRST.headers(own)[:3] == own


def test_a_retried_record_keeps_its_history_and_the_last_wins() -> None:
    earlier = FIRST.headers((("backfill", b"1"),))
    both = AGAIN.headers(earlier)
    assert both[: len(earlier)] == earlier
    assert DeadLetter.from_headers(both) == AGAIN
    assert [value for name, value in both if name == "dead-letter-reason"] == [b"invalid_json", b"text_too_long"]


def test_foreign_headers_do_not_disturb() -> None:
    noise = (("dead", b"1"), ("dead-letter-opinion", b"none"), ("reason", b"other"))
    assert DeadLetter.from_headers((*FIRST.headers(()), *noise)) == FIRST


def test_headers_without_a_dead_letter_are_refused() -> None:
    for some in ((), (("ce_id", b"x"),), FIRST.headers(())[1:]):
        with pytest.raises(ValidationError):
            DeadLetter.from_headers(some)


def test_bytes_that_are_no_utf8_do_not_hide_a_dead_letter() -> None:
    headers = (*FIRST.headers(()), ("dead-letter-detail", b"byte \xff"))
    assert DeadLetter.from_headers(headers).detail == "byte \ufffd"


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(texts, texts, texts, st.integers(0, 2**31), st.integers(0, 2**63), st.integers(-1, 2**53))
def test_any_dead_letter_survives_its_headers(
    reason: str, detail: str, topic: str, partition: int, offset: int, timestamp_ms: int
) -> None:
    letter = DeadLetter(
        reason=reason,
        detail=detail,
        step="read",
        topic=topic,
        partition=partition,
        offset=offset,
        timestamp_ms=timestamp_ms,
    )
    assert DeadLetter.from_headers(letter.headers(FIRST.headers(()))) == letter


def test_the_history_holds_all_deaths_oldest_first() -> None:
    headers = AGAIN.headers((("between", b"1"), *FIRST.headers((("own", b"\xff"),))))
    assert DeadLetter.history(headers) == (FIRST, AGAIN)
    assert DeadLetter.history((("own", b"1"),)) == ()


def test_a_death_that_is_told_by_halves_is_left_out_of_the_history() -> None:
    broken = tuple((name, b"x" if name == "dead-letter-offset" else value) for name, value in FIRST.headers(()))
    for some in (broken, FIRST.headers(())[1:], FIRST.headers(())[:-1]):
        assert DeadLetter.history((*some, *AGAIN.headers(()))) == (AGAIN,)


def test_a_header_without_a_value_is_an_empty_one() -> None:
    headers = (*FIRST.headers(()), ("dead-letter-detail", None), ("own", None))
    assert DeadLetter.from_headers(headers).detail == ""
    assert DeadLetter.history(headers) == (FIRST.model_copy(update={"detail": ""}),)


header = st.tuples(
    st.sampled_from(["own", "dead-letter-", "dead-letter-handled", "dead-letter-place", *dict(FIRST.headers(()))]),
    st.none() | st.binary(max_size=8) | st.sampled_from([b"1", b"retried", b"0/17"]),
)


@given(st.lists(header, max_size=25))
def test_no_headers_raise_anything(headers: list[tuple[str, bytes | None]]) -> None:
    assert len(DeadLetter.history(headers)) <= len(headers) // 7
    assert Handled.from_headers(headers) is None or len(headers) == 2
    assert DeadLetter.history((*headers, *FIRST.headers(())))[-1] == FIRST  # whatever a record said, its death is told


@given(st.sampled_from(["retried", "dropped"]), st.integers(0, 10**9), st.integers(0, 2**62))
def test_a_marker_says_which_letter_it_handles_and_how(how: Literal["retried", "dropped"], part: int, at: int) -> None:
    marker = Handled(how=how, partition=part, offset=at)
    assert Handled.from_headers(marker.headers()) == marker
    assert marker.place == b"%d/%d" % (part, at)


def test_a_letter_is_no_marker_whatever_headers_the_record_had() -> None:
    assert Handled.from_headers(FIRST.headers(Handled(how="dropped", partition=0, offset=1).headers())) is None
