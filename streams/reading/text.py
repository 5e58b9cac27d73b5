"""Where sentences begin and end: `split`. Runs in time linear in the length, whatever the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from streams.reading.document import Field, Sentence
from streams.reading.lexicon import BEFORE_NUMBER, NEVER_LAST, OPENERS, SOMETIMES_LAST

# A newline always ends a sentence: ingestion has unwrapped hard-wrapped paragraphs.
_LINE = re.compile(r"[^\r\n\v\f\u0085\u2028\u2029]+")
# The lookbehind keeps a long run of stops from being tried from each of its characters.
_STOP = re.compile(r"""(?<![.!?…。])[.!?…。]++["'”’»)\]]*+(?=\s)""")
_NEXT = re.compile(r"""\s*([\["'“‘«(]*)(\w*)""")
_BEFORE = re.compile(r"[\w.]*\Z")


def split(title: str, text: str) -> tuple[Sentence, ...]:
    """The sentences of an article: the title (if it says anything) whole as sentence 0, those of the text from 1.

    A sentence has no white space at its ends, and `field[start:end] == sentence.text`.
    """
    sentences: list[Sentence] = []
    if trimmed := title.strip():
        start = title.index(trimmed)
        sentences.append(Sentence("title", 0, start, start + len(trimmed), trimmed))
    for number, (start, end) in enumerate(_spans(text), start=1):
        sentences.append(_sentence("text", number, start, end, text))
    return tuple(sentences)


def _sentence(field: Field, number: int, start: int, end: int, whole: str) -> Sentence:
    return Sentence(field, number, start, end, whole[start:end])


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for line in _LINE.finditer(text):
        start, end = line.span()
        for stop in _STOP.finditer(text, start, end):
            if _ends(text, line.start(), stop):
                yield from _trimmed(text, start, stop.end())
                start = stop.end()
        yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if body := piece.strip():
        start += len(piece) - len(piece.lstrip())
        yield start, start + len(body)


def _ends(text: str, line_start: int, stop: re.Match[str]) -> bool:
    """Whether a sentence ends at this stop: what follows must be able to open one, what precedes to close one."""
    following = _NEXT.match(text, stop.end())
    opening, word = following.groups() if following else ("", "")
    if word[:1].islower():
        return False
    mark = stop.group()
    if mark != ".":  # "?", "!", "…", or a stop before a closing quote or bracket
        return True
    before = _BEFORE.search(text, max(line_start, stop.start() - 24), stop.start())
    last = before.group() if before else ""
    return _can_close(last, word, opening, at_line_start=stop.start() - len(last) == line_start)


def _can_close(last: str, word: str, opening: str, *, at_line_start: bool) -> bool:
    lower = last.lower()
    opens = bool(opening) or word.lower() in OPENERS
    if lower in NEVER_LAST and (last[0].isupper() or lower in {"vs", "cf", "eg", "ie", "approx"}):
        return False
    if lower in BEFORE_NUMBER and word[:1].isdigit():
        return False
    if last.isdigit() and at_line_start:  # "1. The parties"
        return False
    if (len(last) == 1 and last.isalpha() and last.isupper()) or "." in last.strip(".") or lower in SOMETIMES_LAST:
        return opens
    return True
