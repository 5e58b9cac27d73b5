"""The language of an article: what it declares, if that is a language, else what its words look like."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# Below this many letters a guess is mostly wrong: only a sure one that is not English counts.
_SHORT = 60
_SURE = 0.99
_SAMPLE = 2_000
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


def detect(title: str, text: str, declared: str | None) -> str | None:
    """The language as a lower-case ISO 639 code, None where nothing tells.

    A declared BCP 47 tag is believed if its language exists ("en-GB" is "en"). The same text gives the same answer.
    """
    if declared and (language := _language(declared)):
        return language
    sample = f"{title}\n{text}"[:_SAMPLE]
    letters = sum(map(str.isalpha, sample))
    if not letters:
        return None
    language, probability = _identifier().classify(sample)
    if letters < _SHORT and probability < _SURE:
        return "en" if sample.isascii() else str(language)
    return str(language)


def _language(tag: str) -> str | None:
    if not _TAG.fullmatch(tag.strip()):
        return None
    language = re.split(r"[-_]", tag.strip())[0].lower()
    try:
        Locale(language)
    except (UnknownLocaleError, ValueError):
        return None
    return language


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # brings numpy: 0.2 s, and watch reads no text

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
