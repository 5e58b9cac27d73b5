from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from streams.reading.fingerprint import fingerprint

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


def test_short_texts_have_a_fingerprint_and_empty_ones_have_none() -> None:
    assert fingerprint("Gas", "") != fingerprint("Oil", "")
    assert fingerprint("", " … !") == ""


@given(st.text(max_size=200))
def test_it_is_64_bytes_in_base64_and_the_same_each_time(text: str) -> None:
    made = fingerprint("word", text)
    assert len(base64.b64decode(made)) == 64
    assert made == fingerprint("word", text)


def test_it_is_the_same_in_every_process() -> None:
    assert fingerprint("The cat", "sat on the mat").startswith("viUzVR6mUO/92Jk4")
