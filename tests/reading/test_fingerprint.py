from __future__ import annotations

import base64
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.reading.fingerprint import fingerprint
from tests.growth import grows_in_line

STORY = " ".join(f"The minister of country {n} said that pipeline {n} would open in month {n % 12}." for n in range(30))


def same(a: str, b: str) -> int:
    return sum(x == y for x, y in zip(base64.b64decode(a), base64.b64decode(b), strict=True))


def test_case_and_punctuation_change_nothing() -> None:
    assert fingerprint("Gas: talks resume", "In Vienna, they said.") == fingerprint(
        "GAS talks resume", "in Vienna they said"
    )


def test_a_copy_with_a_changed_sentence_stays_alike_and_another_story_does_not() -> None:
    copy = STORY.replace("country 7 said", "nation 7 declared")
    assert same(fingerprint("", STORY), fingerprint("", copy)) > 50
    assert (
        same(fingerprint("", STORY), fingerprint("", STORY.replace("minister", "envoy").replace("open", "shut"))) < 45
    )
    assert (
        same(fingerprint("", STORY), fingerprint("", "Rain fell on the plain, and nobody in the town minded it.")) < 8
    )


@pytest.mark.parametrize(
    "copy",
    [
        '<p class="lead">In <b>Vienna</b>, they said.</p><!-- wp:more -->',
        'In <figure><img src="https://news.example/a.png" sizes="(max-width: 9px) 3px"></figure>Vienna they said.',
        "In Vienna, they said https://news.example/story?id=7&page=2",
        "In\u00a0Vi\u00aden\u200bna, they said.\ufeff",
    ],
)
def test_what_a_reader_does_not_see_changes_nothing(copy: str) -> None:
    assert fingerprint("Gas: talks resume", copy) == fingerprint("Gas: talks resume", "In Vienna, they said.")


def test_a_sign_of_less_is_no_markup() -> None:
    assert fingerprint("", "Growth < 2 and debt > 60 percent") != fingerprint("", "Growth 60 percent")


@given(st.text(alphabet="aéğ ﬁ½ü", min_size=1))
def test_how_characters_are_composed_changes_nothing(text: str) -> None:
    made = fingerprint(text, "")
    assert all(made == fingerprint(unicodedata.normalize(form, text), "") for form in ("NFC", "NFD", "NFKC"))


@pytest.mark.parametrize("start", ["<", "<a", "<!--", "https://", "a<b "])
def test_hostile_markup_takes_time_in_line_with_its_length(start: str) -> None:
    assert grows_in_line(lambda size: lambda: fingerprint("", start * size), 4000)


def test_short_texts_have_a_fingerprint_and_empty_ones_have_none() -> None:
    assert fingerprint("Gas", "") != fingerprint("Oil", "")
    assert fingerprint("", " … !") == ""
    assert fingerprint("https://news.example/a", "<br>") != fingerprint("https://news.example/b", "<br>") != ""


@given(st.text(max_size=200))
def test_it_is_64_bytes_in_base64_and_the_same_each_time(text: str) -> None:
    made = fingerprint("word", text)
    assert len(base64.b64decode(made)) == 64
    assert made == fingerprint("word", text)


def test_it_is_the_same_in_every_process() -> None:
    assert fingerprint("The cat", "sat on the mat").startswith("viUzVR6mUO/92Jk4")
