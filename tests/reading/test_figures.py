from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.reading.figures import find_figures
from streams.reading.text import split
from tests.growth import grows_in_line


def figures(text: str) -> list[tuple[str, float, str | None, int | None]]:
    return [(f.text, f.value, f.unit, f.change) for f in find_figures(split("", text))]


@pytest.mark.parametrize(
    ("text", "span", "value", "unit"),
    [
        ("Trade was worth $2.75 billion.", "$2.75 billion", 2.75e9, "USD"),
        ("They owe €300m.", "€300m", 3e8, "EUR"),
        ("It cost more than £1.3 billion.", "more than £1.3 billion", 1.3e9, "GBP"),
        ("They paid 300 million euros.", "300 million euros", 3e8, "EUR"),
        ("They paid 5 billion rubles.", "5 billion rubles", 5e9, "RUB"),
        ("They paid 2.5 billion Serbian dinars.", "2.5 billion Serbian dinars", 2.5e9, "RSD"),
        ("They paid 4 million Kuwaiti dinars.", "4 million Kuwaiti dinars", 4e6, "KWD"),
        ("They paid 7 billion lira.", "7 billion lira", 7e9, "TRY"),
        ("They paid 90 billion forints.", "90 billion forints", 9e10, "HUF"),
        ("They paid 40 million drams.", "40 million drams", 4e7, "AMD"),
        ("They paid 12,500 yuan.", "12,500 yuan", 12_500, "CNY"),
        ("They paid two billion dollars.", "two billion dollars", 2e9, "USD"),
        ("They paid USD 40 million.", "USD 40 million", 4e7, "USD"),
        ("They paid 40 million Canadian dollars.", "40 million Canadian dollars", 4e7, "CAD"),
        ("They paid RMB 12 billion.", "RMB 12 billion", 1.2e10, "CNY"),
        ("They paid 500bn dong.", "500bn dong", 5e11, "VND"),
        ("It ships 20 bcm.", "20 bcm", 20, "bcm"),
        ("It ships 20 billion cubic metres.", "20 billion cubic metres", 20, "bcm"),
        ("It pumps 1.2 million barrels per day.", "1.2 million barrels per day", 1.2e6, "bbl/d"),
        ("A 500 MW plant.", "500 MW", 500, "MW"),
        ("A 1,200-megawatt plant.", "1,200-megawatt", 1200, "MW"),
        ("It took 10,500 tonnes.", "10,500 tonnes", 10_500, "t"),
        ("It is up to 40 per cent.", "up to 40 per cent", 40, "percent"),
    ],
)
def test_a_number_is_read_with_its_unit(text: str, span: str, value: float, unit: str) -> None:
    assert [f[:3] for f in figures(text)] == [(span, value, unit)]


@pytest.mark.parametrize(
    ("text", "span", "change"),
    [
        ("It was 12.4 percent more than before.", "12.4 percent more", 1),
        ("It was 7 per cent lower.", "7 per cent lower", -1),
        ("It was 7.1 percent above the level of 2013.", "7.1 percent", 1),
        ("Exports fell by 3%.", "3%", -1),
        ("Exports rose sharply by more than 3%.", "more than 3%", 1),
        ("A 7 percent increase was seen.", "7 percent", 1),
        ("The economy grew 8.2 percent.", "8.2 percent", 1),
        ("A decrease of around 25 percent came.", "around 25 percent", -1),
        ("It holds 51 percent of the firm.", "51 percent", None),
        ("Investment declined by $40 million.", "$40 million", -1),
    ],
)
def test_the_words_beside_a_figure_tell_its_change(text: str, span: str, change: int | None) -> None:
    assert [(f[0], f[3]) for f in figures(text)] == [(span, change)]


def test_a_range_is_two_figures_of_one_unit() -> None:
    assert [f[:3] for f in figures("A loan of $2-3 billion.")] == [("$2", 2e9, "USD"), ("3 billion", 3e9, "USD")]


@pytest.mark.parametrize(
    "text", ["Won 3 medals.", "Since 2013.", "4,000 people came.", "Room 12b", "the A4 road", "Helsinki + 40"]
)
def test_a_number_without_a_unit_is_no_figure(text: str) -> None:
    assert figures(text) == []


@given(st.text(alphabet="0123456789.,$€%- abmnpercillotyeurs\n", max_size=200))
def test_figures_stand_where_they_say(text: str) -> None:
    for figure in find_figures(split("", text)):
        assert text[figure.start : figure.end] == figure.text


def test_many_numbers_without_a_unit_take_time_in_line_with_their_length() -> None:
    def work(size: int) -> Callable[[], object]:
        sentences = split("", "9 " * size)
        return lambda: find_figures(sentences)

    assert grows_in_line(work, 5_000)


def test_long_digits_are_read_in_little_time() -> None:
    assert isinstance(figures("9" * 200_000 + " million euros " + "1," * 100_000), list)
