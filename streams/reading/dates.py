"""Days and stretches of days that a text names, resolved against the article's own date (the codebook, §5)."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta

from schemas import Period
from streams.reading.document import Sentence

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
)
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?!\d|[.,]\d|\s?(?:%|percent|per\scent|million|billion))"
_YEAR = r"(?:19|20)\d{2}(?![\d%]|[.,]\d|\s(?:million|billion|percent))"
_THAT_YEAR = r"(?:\sof)?\s(?:last|this|next)\syear"
_COUNT = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")
_ORDINAL = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}

Days = tuple[date, date] | None


def find_dates(sentences: Iterable[Sentence], published_at: datetime | None) -> tuple[Period, ...]:
    """The dates of an article; `from` and `to` are null where neither the text nor `published_at` gives the year."""
    today = published_at.date() if published_at else None
    return tuple(period for sentence in sentences for period in _periods(sentence, today))


def _periods(sentence: Sentence, today: date | None) -> Iterator[Period]:
    if not (_DIGIT.search(sentence.text) or any(hint in sentence.text for hint in _HINTS)):
        return
    for match in _DATE.finditer(sentence.text):
        kind = match.lastgroup or ""
        start, end = match.span(kind)
        try:
            found, days = _READ[kind](match[kind], _before(sentence.text, start), today)
        except (ValueError, OverflowError):  # 31 February, or a week before the first year
            continue
        if found:
            yield Period(
                in_=sentence.field,
                start=sentence.start + start,
                end=sentence.start + end,
                text=match[kind],
                from_=days[0] if days else None,
                to=days[1] if days else None,
            )


# What every date has one of; most sentences have none.
_DIGIT = re.compile(r"\d")
_HINTS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "day", "morrow", "week",
          "month", "year", "quarter", "half")  # fmt: skip


def _before(text: str, start: int) -> str:
    return text[max(0, start - 60) : start].lower()


_DATE = re.compile(
    r"(?:(?<![\w-])|(?<=\b[Mm]id-))(?=[\dJFMASONDQHTWYLflnsty])(?:"
    r"(?P<iso>\d{4}-\d{2}-\d{2})(?![\w-])"
    r"|(?P<dotted>\d{1,2}[./]\d{1,2}[./](?:19|20)\d{2})(?!\w)"
    rf"|(?P<month_day>{_MONTH}\s{_DAY}(?:\s?[-–]\s?{_DAY})?(?:,?\s{_YEAR})?)(?!\w)"
    rf"|(?P<day_month>(?:{_DAY}\s?[-–]\s?)?{_DAY}(?:\sof)?\s{_MONTH}(?:,?\s{_YEAR})?)(?!\w)"
    rf"|(?P<months>(?:{_MONTH}(?:\s?[-–]\s?|[\s-](?:to|through|until|till)[\s-])|(?<=\bbetween\s){_MONTH}\sand\s)"
    rf"{_MONTH}(?:,?\s(?:of\s)?{_YEAR})?)(?!\w)"
    rf"|(?P<month>{_MONTH}(?:,?\s(?:of\s)?{_YEAR}|{_THAT_YEAR})?)(?!\w)"
    rf"|(?P<part>(?:(?:first|second|third|fourth|1st|2nd|3rd|4th)\s(?:quarter|half)|[Qq][1-4]|[Hh][12]|"
    rf"first\s(?:{'|'.join(_COUNT)})\smonths)(?:\s(?:of\s)?{_YEAR})?)(?!\w)"
    rf"|(?P<years>{_YEAR}\s?[-–/]\s?(?:(?:19|20)\d{{2}}|\d{{2}}))(?![\w-])"
    rf"|(?P<year>{_YEAR})(?![\w-])"
    r"|(?P<weekday>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)(?!\w)"
    r"|(?P<relative>(?:[Yy]esterday|[Tt]oday|[Tt]omorrow|(?:[Ll]ast|[Tt]his|[Nn]ext)\s(?:week|month|year)))(?!\w)"
    r")"
)


def _month_number(name: str) -> int:
    return next(i for i, month in enumerate(_MONTHS, 1) if month.startswith(name.lower().rstrip(".")[:3]))


def _names_and_numbers(text: str) -> tuple[list[int], list[int], int | None]:
    """The months, the days and the year that a date is written with."""
    months = [_month_number(name) for name in re.findall(_MONTH, text)]
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    year = numbers.pop() if numbers and numbers[-1] > 31 else None
    return months, numbers, year


def _nearest(make: Callable[[int], tuple[date, date]], before: str, today: date | None) -> Days:
    """The stretch that lies nearest to the article's day, among the years around it; "last" and "next" turn it."""
    if today is None:
        return None
    found: list[tuple[date, date]] = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found.append(make(year))
        except ValueError:  # 29 February
            continue
    if re.search(r"\blast\s\Z", before):
        found = [days for days in found if days[1] < today] or found
    elif re.search(r"\bnext\s\Z", before):
        found = [days for days in found if days[0] > today] or found
    return min(found, key=lambda d: (max((d[0] - today).days, (today - d[1]).days, 0), d[0]), default=None)


def _whole_month(year: int, first: int, last: int) -> tuple[date, date]:
    end_year = year + (last < first)
    return date(year, first, 1), date(end_year, last, monthrange(end_year, last)[1])


def _iso(text: str, _before: str, _today: date | None) -> tuple[bool, Days]:
    day = date.fromisoformat(text)
    return True, (day, day)


def _dotted(text: str, _before: str, _today: date | None) -> tuple[bool, Days]:
    first, second, year = (int(n) for n in re.split(r"[./]", text))
    if "/" in text and first <= 12 and second <= 12 and first != second:
        return True, None  # a day in Europe, another one in America
    month, number = (first, second) if second > 12 else (second, first)
    day = date(year, month, number)
    return True, (day, day)


def _day_of_month(text: str, before: str, today: date | None) -> tuple[bool, Days]:
    (month,), numbers, year = _names_and_numbers(text)

    def make(year: int) -> tuple[date, date]:
        return date(year, month, numbers[0]), date(year, month, numbers[-1])

    if text.startswith("May ") and re.search(r"\b(?:he|she|it|they|we|you|i)\s\Z", before):
        return False, None
    return True, make(year) if year else _nearest(make, before, today)


def _months(text: str, before: str, today: date | None) -> tuple[bool, Days]:
    (first, last), _, year = _names_and_numbers(text)
    if year:
        return True, _whole_month(year - (last < first), first, last)
    return True, _nearest(lambda y: _whole_month(y, first, last), before, today)


_IN_MONTH = re.compile(
    r"\b(?:in|since|until|till|by|during|from|last|this|next|early|late|mid|of|before|after|for|through|between|and|"
    r"to|until|ending|earlier|previous|through)[\s-]\Z"
)


def _month(text: str, before: str, today: date | None) -> tuple[bool, Days]:
    (month,), _, year = _names_and_numbers(text)
    if text.endswith("year"):
        if today is None:
            return True, None
        year = today.year + {"last": -1, "this": 0, "next": 1}[text.split()[-2]]
    if year:
        return True, _whole_month(year, month, month)
    # "May said", "the March of Dimes": a bare month needs a word of time before it.
    if not _IN_MONTH.search(before) or (text in {"May", "March"} and re.search(r"\b(?:and|for|by|of|to)\s\Z", before)):
        return False, None
    return True, _nearest(lambda y: _whole_month(y, month, month), before, today)


def _part(text: str, before: str, today: date | None) -> tuple[bool, Days]:
    words = text.lower().split()
    if "months" in words:
        last = _COUNT.index(words[1]) + 2
        if words[-1].isdigit():
            return True, _whole_month(int(words[-1]), 1, last)
        told = re.search(r"\bthe\s\Z", before) is not None
        return told, _nearest(lambda y: _whole_month(y, 1, last), before, today) if told else None
    half = words[0].startswith("h") or "half" in words
    number = _ORDINAL.get(words[0]) or int(words[0][1])
    span = 6 if half else 3
    if number > 12 // span:
        return False, None
    first = (number - 1) * span + 1
    if words[-1].isdigit():
        return True, _whole_month(int(words[-1]), first, first + span - 1)
    if not words[0][0].isdigit() and words[0][0] in "qh":
        return bool(today), _nearest(lambda y: _whole_month(y, first, first + span - 1), before, today)
    if half and not re.search(r"\bthe\s\Z", before):  # "second half" of a match
        return False, None
    return True, _nearest(lambda y: _whole_month(y, first, first + span - 1), before, today)


def _years(text: str, _before: str, _today: date | None) -> tuple[bool, Days]:
    first, last = (int(n) for n in re.split(r"\s?[-–/]\s?", text))
    last = last if last > 99 else first // 100 * 100 + last
    return first < last, (date(first, 1, 1), date(last, 12, 31))


_NO_YEAR = re.compile(r"(?:[$€£#№]\s?|\b(?:no|article|page|resolution|unit|room|agenda|vision|euro)\.?\s)\Z")


def _year(text: str, before: str, _today: date | None) -> tuple[bool, Days]:
    year = int(text)
    return not _NO_YEAR.search(before), (date(year, 1, 1), date(year, 12, 31))


def _weekday(text: str, before: str, today: date | None) -> tuple[bool, Days]:
    if today is None:
        return True, None
    back = (today.weekday() - _WEEKDAYS.index(text.lower())) % 7
    ahead = re.search(r"\b(?:will|next|due|planned|scheduled|upcoming|coming|expected|is to|are to)\b", before)
    if re.search(r"\blast\s\Z", before):
        back = back or 7
    day = today - timedelta(days=back - 7 if ahead and back else back)
    return True, (day, day)


def _relative(text: str, _before: str, today: date | None) -> tuple[bool, Days]:
    if today is None:
        return True, None
    words = text.lower().split()
    if len(words) == 1:
        day = today + timedelta(days={"yesterday": -1, "today": 0, "tomorrow": 1}[words[0]])
        return True, (day, day)
    step = {"last": -1, "this": 0, "next": 1}[words[0]]
    if words[1] == "week":
        monday = today + timedelta(days=7 * step - today.weekday())
        return True, (monday, monday + timedelta(days=6))
    if words[1] == "year":
        return True, (date(today.year + step, 1, 1), date(today.year + step, 12, 31))
    months = today.year * 12 + today.month - 1 + step
    return True, _whole_month(months // 12, months % 12 + 1, months % 12 + 1)


_READ: dict[str, Callable[[str, str, date | None], tuple[bool, Days]]] = {
    "iso": _iso, "dotted": _dotted, "month_day": _day_of_month, "day_month": _day_of_month, "months": _months,
    "month": _month, "part": _part, "years": _years, "year": _year, "weekday": _weekday, "relative": _relative,
}  # fmt: skip
