from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas import Article, encode

NOON = "2014-12-05T12:00:00Z"
FIELDS = set(Article.model_fields)
# Other work on a small machine makes single examples slow; that is no finding.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def parse(**fields: object) -> Article:
    value = {"id": "a", "title": "Talks resume", "published_at": NOON, **fields}
    return Article.model_validate_json(json.dumps(value))


def test_an_article_needs_an_id_a_date_and_something_to_read() -> None:
    article = parse()
    assert (article.text, article.source, article.url, article.lang) == ("", "", "", None)
    for missing in ("id", "title", "published_at"):
        value = {"id": "a", "title": "Talks resume", "published_at": NOON}
        del value[missing]
        with pytest.raises(ValidationError):
            assert Article.model_validate_json(json.dumps(value)).id


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u0000\u0001", "\u00a0"])
def test_title_and_text_of_blanks_alone_are_refused(blank: str) -> None:
    with pytest.raises(ValidationError, match="title and text are both empty"):
        parse(title=blank, text=blank)


def test_a_text_without_a_title_is_enough() -> None:
    assert parse(title="", text="Talks resumed.").title == ""


@pytest.mark.parametrize("wrong", ["", "x" * 513, 5, None])
def test_an_id_is_a_text_of_1_to_512_characters(wrong: object) -> None:
    with pytest.raises(ValidationError):
        parse(id=wrong)


@pytest.mark.parametrize(
    "written",
    ["2014-12-05T12:00:00Z", "2014-12-05T14:00:00+02:00", "2014-12-05 07:00:00-05:00", "2014-12-05T12:00:00.000999Z"],
)
def test_times_are_brought_to_utc_and_whole_milliseconds(written: str) -> None:
    published = parse(published_at=written).published_at
    assert published == datetime(2014, 12, 5, 12, tzinfo=UTC)
    assert published.utcoffset() == timedelta(0)


def test_milliseconds_are_kept() -> None:
    assert parse(published_at="2014-12-05T12:00:00.123987Z").published_at.microsecond == 123_000


@pytest.mark.parametrize("number", [20141205, 1417780800, 1417780800000, 1.5, True, "20141205", "1417780800", None])
def test_a_number_is_never_taken_as_a_time(number: object) -> None:
    with pytest.raises(ValidationError):
        parse(published_at=number)


@pytest.mark.parametrize("naive", ["2014-12-05", "2014-12-05T12:00:00", "2014-12-05 12:00"])
def test_a_time_without_a_zone_is_refused(naive: str) -> None:
    with pytest.raises(ValidationError):
        parse(published_at=naive)
    with pytest.raises(ValidationError):
        Article(id="a", title="Talks resume", published_at=datetime(2014, 12, 5))  # noqa: DTZ001


@pytest.mark.parametrize(
    "impossible", ["2014-02-30T12:00:00Z", "2014-13-01T12:00:00Z", "yester-day", "2014-12-05T25:00:00Z"]
)
def test_a_time_that_does_not_exist_is_refused(impossible: str) -> None:
    with pytest.raises(ValidationError):
        parse(published_at=impossible)


def test_a_time_that_leaves_the_calendar_in_utc_is_refused() -> None:
    for edge in ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"):
        with pytest.raises(ValidationError):
            parse(published_at=edge)


def test_control_characters_are_read_as_spaces_and_offsets_stay() -> None:
    article = parse(title="Talks\u0000resume\u009f", text="One\r\ntwo\tthree\u001b four.", source="Danube\u0007Wire")
    assert article.title == "Talks resume "
    assert article.text == "One \ntwo\tthree  four."
    assert article.source == "Danube Wire"


def test_fields_nobody_asked_for_are_kept_apart() -> None:
    article = parse(author="Somebody", tags=["energy"])
    assert article.model_extra == {"author": "Somebody", "tags": ["energy"]}


def test_an_article_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        parse().title = "Talks fail"  # type: ignore[misc]


times = st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)).flatmap(  # noqa: DTZ001
    lambda at: st.integers(-1439, 1439).map(lambda m: at.replace(tzinfo=timezone(timedelta(minutes=m))).isoformat())
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
known = st.fixed_dictionaries(
    {"id": st.one_of(texts, st.text("ab ", min_size=1)), "published_at": times},
    optional={"title": texts, "text": texts, "source": texts, "url": texts, "lang": st.none() | texts},
)
extra = st.dictionaries(
    texts.filter(lambda name: name not in FIELDS),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63) | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=3,
)


@unhurried
@given(known, extra)
def test_what_parses_is_written_and_parsed_back_equal(fields: dict[str, object], more: dict[str, object]) -> None:
    try:
        article = Article.model_validate_json(json.dumps({**fields, **more}))
    except ValidationError:
        return
    written = encode(article)
    again = Article.model_validate_json(written)
    assert again == article
    assert encode(again) == written


GOOD = encode(parse(text="Talks resumed in Vienna.", lang="en"))


@unhurried
@given(st.binary(max_size=40), st.integers(0, len(GOOD)), st.integers(0, len(GOOD)))
def test_arbitrary_bytes_are_an_article_or_a_validation_error(value: bytes, start: int, end: int) -> None:
    for broken in (value, GOOD[:start] + value + GOOD[end:]):
        try:
            assert Article.model_validate_json(broken).id
        except ValidationError:
            continue


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@unhurried
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, json_values)))
def test_arbitrary_values_are_an_article_or_a_validation_error(value: dict[str, object]) -> None:
    try:
        assert Article.model_validate_json(json.dumps(value)).id
    except ValidationError:
        return


@unhurried
@given(texts)
def test_reading_control_characters_as_spaces_moves_nothing(text: str) -> None:
    article = parse(title="Talks resume", text=text)
    assert len(article.text) == len(text)
    assert all(a == b or (a == " " and not b.isprintable()) for a, b in zip(article.text, text, strict=True))
