from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.reading.dates import find_dates
from streams.reading.text import split

WEDNESDAY = datetime(2019, 2, 6, tzinfo=UTC)


def dates(text: str, at: datetime | None = WEDNESDAY) -> list[tuple[str, str, str]]:
    return [(d.text, str(d.from_), str(d.to)) for d in find_dates(split("", text), at)]


@pytest.mark.parametrize(
    ("text", "span", "first", "last"),
    [
        ("They meet on January 29.", "January 29", "2019-01-29", "2019-01-29"),
        ("They met on 19 December 2014.", "19 December 2014", "2014-12-19", "2014-12-19"),
        ("They met on Dec. 5, 2015.", "Dec. 5, 2015", "2015-12-05", "2015-12-05"),
        ("Since November 25 it rests.", "November 25", "2018-11-25", "2018-11-25"),
        ("It is signed 2014-12-19.", "2014-12-19", "2014-12-19", "2014-12-19"),
        ("It is signed 19.12.2014.", "19.12.2014", "2014-12-19", "2014-12-19"),
        ("A summit on March 21-22.", "March 21-22", "2019-03-21", "2019-03-22"),
        ("Earlier in December she left.", "December", "2018-12-01", "2018-12-31"),
        ("Last October she left.", "October", "2018-10-01", "2018-10-31"),
        ("Next May she leaves.", "May", "2019-05-01", "2019-05-31"),
        ("In January-September 2014 it grew.", "January-September 2014", "2014-01-01", "2014-09-30"),
        ("From February to June 2016 it grew.", "February to June 2016", "2016-02-01", "2016-06-30"),
        ("From November to February it rains.", "November to February", "2018-11-01", "2019-02-28"),
        ("As in 2013, it grew.", "2013", "2013-01-01", "2013-12-31"),
        ("The 2014-2020 budget.", "2014-2020", "2014-01-01", "2020-12-31"),
        ("The first quarter of 2016.", "first quarter of 2016", "2016-01-01", "2016-03-31"),
        ("In Q3 2015 it grew.", "Q3 2015", "2015-07-01", "2015-09-30"),
        ("The second half of 2015.", "second half of 2015", "2015-07-01", "2015-12-31"),
        ("She said on Monday.", "Monday", "2019-02-04", "2019-02-04"),
        ("They will meet on Friday.", "Friday", "2019-02-08", "2019-02-08"),
        ("It came yesterday.", "yesterday", "2019-02-05", "2019-02-05"),
        ("It came last week.", "last week", "2019-01-28", "2019-02-03"),
        ("It grew in the first nine months of 2014.", "first nine months of 2014", "2014-01-01", "2014-09-30"),
        ("It grew in the first six months.", "first six months", "2019-01-01", "2019-06-30"),
        ("It grew between May and August 2016.", "May and August 2016", "2016-05-01", "2016-08-31"),
        ("The January-to-June period.", "January-to-June", "2019-01-01", "2019-06-30"),
        ("In mid-October she left.", "October", "2018-10-01", "2018-10-31"),
        ("In November of last year she left.", "November of last year", "2018-11-01", "2018-11-30"),
        ("It comes next month.", "next month", "2019-03-01", "2019-03-31"),
    ],
)
def test_a_date_is_resolved_against_the_article(text: str, span: str, first: str, last: str) -> None:
    assert dates(text) == [(span, first, last)]


def test_without_the_articles_day_only_a_written_year_resolves() -> None:
    assert dates("On January 29 or in March 2013.", None) == [
        ("January 29", "None", "None"),
        ("March 2013", "2013-03-01", "2013-03-31"),
    ]


def test_the_29th_of_february_waits_for_its_year() -> None:
    assert dates("On February 29 it ends.", datetime(2015, 3, 1, tzinfo=UTC))[0][1] == "2016-02-29"


@pytest.mark.parametrize(
    "text",
    [
        "May said no.",
        "It may end.",
        "They march on.",
        "Resolution 2015 holds.",
        "It cost $2000.",
        "2,013 people",
        "Room 2014-A",
    ],
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert dates(text) == []


@given(
    st.text(alphabet="0123456789-/. JanuryMachQ1lstwekofdMn\n", max_size=120),
    st.none() | st.datetimes(timezones=st.just(UTC)),
)
def test_any_text_and_any_day_can_be_read(text: str, at: datetime | None) -> None:
    for found in find_dates(split("", text), at):
        assert text[found.start : found.end] == found.text
        assert (found.from_ is None) == (found.to is None)
        assert (found.from_ or date.min) <= (found.to or date.max)
