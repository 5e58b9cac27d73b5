from __future__ import annotations

import pytest

from streams.reading.language import detect

FRENCH = "Le président a déclaré que les sanctions seront levées lorsque le gouvernement aura respecté ses engagements."


@pytest.mark.parametrize(("declared", "wanted"), [("en-GB", "en"), ("SR-Latn", "sr"), ("zh_Hant", "zh"), ("de", "de")])
def test_a_declared_language_is_believed(declared: str, wanted: str) -> None:
    assert detect("", FRENCH, declared) == wanted


@pytest.mark.parametrize("declared", [None, "", "xx-YY", "klingon", "!!", "und-", "e" * 500])
def test_an_unknown_tag_is_ignored(declared: str | None) -> None:
    assert detect("", FRENCH, declared) == "fr"


def test_a_short_text_is_english_unless_it_is_surely_not() -> None:
    assert detect("Gas deal", "", None) == "en"
    assert detect("", "Президент заявил об этом в Москве", None) == "ru"


def test_a_text_without_letters_has_no_language() -> None:
    assert detect("", "2014 … 15 %", None) is None
    assert detect("", "", None) is None
