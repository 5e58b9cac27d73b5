from __future__ import annotations

from collections.abc import Callable

import pytest

from schemas import Report

Read = Callable[..., Report]


@pytest.mark.parametrize(
    "text",
    [
        "The ministers will discuss a range of issues, including trade, energy security, migration and tourism.",
        "The agenda covers security in the Gulf, sanctions on Belarus, climate change and visas.",
        "The talks focused on trade, culture, EU enlargement, sport and science.",
    ],
)
def test_a_topic_that_is_one_of_many_items_of_an_agenda_is_none(read: Read, text: str) -> None:
    assert read(text).signals == ()


@pytest.mark.parametrize(
    "text",
    [
        "The ministers discussed the sanctions against Belarus.",
        "The ministers will discuss EU enlargement and energy security in Europe.",
    ],
)
def test_the_matter_itself_or_one_of_two_is_mentioned(read: Read, text: str) -> None:
    assert {signal.action for signal in read(text).signals} == {"mention"}


def test_a_deed_within_an_agenda_is_read(read: Read) -> None:
    text = "They reviewed trade, culture, visas and science, and Norway imposed sanctions on Belarus."
    assert [signal.action for signal in read(text).signals] == ["impose"]
