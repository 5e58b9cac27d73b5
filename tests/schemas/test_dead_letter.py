from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas import DeadLetter

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
