from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.reading.quote_marks import quotations


def quoted(text: str) -> list[str]:
    return [text[start:end] for start, end in quotations(text)]


@pytest.mark.parametrize(
    "text",
    [
        'He said "we will pay" today.',
        "He said “we will pay” today.",
        "He said «we will pay» today.",
        "He said „we will pay“ today.",
        "He said ‘we will pay’ today.",
        "He said 'we will pay' today.",
    ],
)
def test_all_kinds_of_marks_are_known(text: str) -> None:
    assert quoted(text) == ["we will pay"]


def test_marks_within_marks_belong_to_the_outer_quotation() -> None:
    assert quoted('"The "Delta + 9" [forum] talks," he said.') == ['The "Delta + 9" [forum] talks,']
    assert quoted("“He told us ‘never’ and left,” she said.") == ["He told us ‘never’ and left,"]


def test_an_apostrophe_is_no_mark() -> None:
    assert quoted("Norway's and the states' plan isn't ready.") == []
    assert quoted("'It isn't ours,' he said of the states' plan.") == ["It isn't ours,"]


def test_a_quotation_goes_on_over_paragraphs_that_open_with_a_mark() -> None:
    assert quoted("“One.\n“Two.\n“Three,” he said.") == ["One.\n“Two.\n“Three,"]
    assert quoted('"One.\n"Two," he said. "Three."') == ['One.\n"Two,', "Three."]


def test_a_quotation_left_open_ends_with_its_paragraph() -> None:
    assert quoted('"One.\nTwo, he said.') == ["One."]


@given(st.text(alphabet="ab ,.\n\"'“”‘’«»„", max_size=200))
def test_quotations_are_ordered_and_apart(text: str) -> None:
    spans = quotations(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
