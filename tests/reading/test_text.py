from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.reading.document import tokenise
from streams.reading.text import split
from tests.growth import grows_in_line


def sentences(text: str) -> list[str]:
    return [s.text for s in split("", text)]


def test_the_title_is_sentence_0_and_the_text_starts_at_1() -> None:
    found = split("  Gas talks. Resumed?  ", "One. Two.")
    assert [(s.field, s.number, s.text) for s in found] == [
        ("title", 0, "Gas talks. Resumed?"),
        ("text", 1, "One."),
        ("text", 2, "Two."),
    ]
    assert found[0].start == 2


def test_an_empty_title_is_no_sentence() -> None:
    assert [s.number for s in split(" \t", "One.")] == [1]
    assert split("", "") == ()


def test_a_newline_always_ends_a_sentence() -> None:
    assert sentences("Sanctions on\nsteel\r\n\n  and grain ") == ["Sanctions on", "steel", "and grain"]


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Roe met U.S. Secretary J. D. Doe at 5 p.m. Monday.",
        "Gen. Ann Roe and Sen. Doe left.",
        "Article No. 5 costs 3.5 percent.",
        'He said: "We agree." and left.',
        '"Really?" he asked.',
        "He paid $1.2 million... and left.",
        "It left on Jan. 5 for St. Petersburg.",
        "Roe Inc. said so.",
        "1. The parties agree.",
        "The vote (held in the U.S. Senate) passed.",
    ],
)
def test_what_only_looks_like_an_end_ends_no_sentence(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It was sold in the U.S. The buyer left.", 2),
        ("It ended in 2013. The rest stayed.", 2),
        ('"We agree." The minister left.', 2),
        ("They hold talks with Belgrade [Serbia]. Nobody left.", 2),
        ("Was it so? Yes! No.", 3),
        ("It comes from Roe Inc. The firm is new.", 2),
        ("They met at 9 a.m. She left.", 2),
        ("He waited… Then he left.", 2),
        ("“It is late.” “It is not.”", 2),
    ],
)
def test_a_sentence_ends_at_its_stop(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_tokens_part_possessives_and_hyphens_and_keep_abbreviations_and_numbers() -> None:
    words = [t.text for t in tokenise("Serbia's anti-Russian U.S. envoy didn’t pay 1,200.5 (sic)...")]
    assert words == [
        "Serbia", "'s", "anti", "-", "Russian", "U.S.", "envoy", "didn’t", "pay", "1,200.5", "(", "sic", ")", "...",
    ]  # fmt: skip


@given(st.text(max_size=60), st.text(max_size=300))
def test_spans_say_where_the_words_stand_whatever_the_text(title: str, text: str) -> None:
    found = split(title, text)
    fields = {"title": title, "text": text}
    for sentence in found:
        assert fields[sentence.field][sentence.start : sentence.end] == sentence.text == sentence.text.strip() != ""
        for token in sentence.tokens:
            assert fields[sentence.field][token.start : token.end] == token.text
    assert "".join("".join(s.text for s in found if s.field == "text").split()) == "".join(text.split())
    assert found == split(title, text)


@pytest.mark.parametrize("unit", [".", '"', "a. ", "A.", "'s ", ". ", "(", "é", "1,", "?!", "\u0301", "Mr. "])
def test_hostile_text_takes_time_in_line_with_its_length(unit: str) -> None:
    def work(size: int) -> Callable[[], object]:
        text = (unit * size)[:size]
        return lambda: [sentence.tokens for sentence in split("", text)]

    assert grows_in_line(work, 20_000)
