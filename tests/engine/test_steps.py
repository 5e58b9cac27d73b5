"""Bad input to the read step: read sensibly, or a dead letter with a reason."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import EventType
from streams.engine.contract import Record
from streams.engine.steps import BACKFILL, Unreadable, is_backfill, is_tick, parse_article

NOW_MS = 1_714_560_000_000  # 2024-05-01T10:40Z
GOOD = {"id": "a", "title": "T", "text": "Words.", "published_at": "2024-05-01T00:00:00Z"}


def record(value: bytes | None, *headers: tuple[str, bytes]) -> Record:
    return Record("articles", 0, 7, NOW_MS, b"a", value, headers)


def article(**changes: object) -> bytes:
    return json.dumps({key: value for key, value in {**GOOD, **changes}.items() if value is not ...}).encode()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "null_value"),
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b"[" * 100_000, "invalid_json"),
        (b'"\xff"', "invalid_utf8"),
        (b"[1]", "invalid_field"),
        (b"null", "invalid_field"),
        (article(source="x" * 513), "invalid_field"),
        (article(url="x" * 2049), "invalid_field"),
        (article(id=...), "missing_field"),
        (article(id=""), "invalid_field"),
        (article(id=5), "invalid_field"),
        (article(title=..., text=...), "no_text"),
        (article(title=" ", text="\n"), "no_text"),
        (article(published_at=...), "missing_field"),
        (article(published_at="2024-05-01T00:00:00"), "bad_time"),
        (article(published_at="2024-02-30T00:00:00Z"), "bad_time"),
        (article(published_at=20240501), "bad_time"),
        (article(published_at="20240501"), "bad_time"),
        (article(published_at="soon"), "bad_time"),
        (article(published_at="2024-05-03T00:00:00Z"), "future"),
        (article(published_at="9999-12-31T23:59:59Z"), "future"),
        (article(text="x" * 2001), "text_too_long"),
        (b'{"id":"a","text":"\\ud800","published_at":"2024-05-01T00:00:00Z"}', "invalid_json"),
    ],
)
def test_what_cannot_be_read_has_a_reason_for_machines_and_a_sentence_for_people(
    value: bytes | None, reason: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_article(record(value), 2000)
    assert caught.value.reason == reason
    assert len(caught.value.detail) > 10


@pytest.mark.parametrize(
    "value",
    [
        article(lang="xx-nonsense"),
        article(lang=None),
        article(text="bell\u0007 and \u001b[31mescape"),
        article(text=""),
        article(title=""),
        article(whatever={"deep": [1]}),
        article(published_at="2024-05-01T02:00:00+02:00"),
        article(published_at="1900-01-01T00:00:00Z"),
        article(published_at="2024-05-02T10:00:00Z"),
        article(text="x" * 1999),
    ],
)
def test_what_is_merely_odd_is_read(value: bytes) -> None:
    found = parse_article(record(value), 2000)
    assert found.id == "a"
    assert "\u001b" not in found.text


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_unreadable(value: bytes) -> None:
    try:
        parse_article(record(value), 2000)
    except Unreadable as error:
        assert error.reason


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(list(GOOD)), inner),
    )
)
def test_no_json_raises_anything_but_unreadable(value: object) -> None:
    try:
        parse_article(record(json.dumps(value).encode()), 2000)
    except Unreadable as error:
        assert error.reason


def test_ticks_and_backfill_are_known_by_their_headers() -> None:
    assert is_tick(record(b"", ("ce_type", EventType.TICK.encode())))
    assert not is_tick(record(b""))
    assert is_backfill(record(b"", (BACKFILL, b"1")))
    assert not is_backfill(record(b""))
