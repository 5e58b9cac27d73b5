from __future__ import annotations

from streams.reading.gate import Gate
from streams.reading.text import split
from streams.reading.topics import Topic

TOPICS = (Topic("fish", ("quota", "pre - season", "ship 's log"), "", ()), Topic("wine", ("vintage",), "", ()))


def test_a_sentence_and_its_neighbours_are_open() -> None:
    sentences = split("", "Rain fell. The quota was cut. It hurt. Nobody cared. Snow fell.")
    assert Gate(TOPICS).open(sentences) == [{"fish"}, {"fish"}, {"fish"}, set(), set()]


def test_only_whole_words_count() -> None:
    gate = Gate(TOPICS)
    assert gate.named("He misquotas the vintages.") == set()
    assert gate.named("QUOTA, vintage") == {"fish", "wine"}


def test_words_are_found_as_a_text_has_them() -> None:
    gate = Gate(TOPICS)
    assert gate.named("a pre-season game") == {"fish"}
    assert gate.named("the ship's log") == {"fish"}


def test_a_letter_that_grows_in_lower_case_does_no_harm() -> None:
    assert Gate(TOPICS).named("İİİİ quota") == {"fish"}
