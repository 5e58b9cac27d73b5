"""Names where capitals tell little: headlines that capitalise every word, and a transcript's "MR. ROE:"."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from streams.reading.document import Sentence
from streams.reading.lexicon import HEADLINE_VERBS, WORDY
from streams.reading.offices import Post
from streams.reading.persons import Sighting, goes_on, names_nobody

_LONG = re.compile(r"[A-Za-z]{4,}")
_CLOSED = (".", "!", "?", '"', "”", "’", ")")
_WORD = re.compile(r"\S+")


def capitalised(sentence: Sentence) -> bool:
    """Whether a title, or a heading within the text, capitalises (nearly) all its words."""
    if sentence.field == "text" and sentence.text.endswith(_CLOSED):
        return False
    words = _LONG.findall(sentence.text)
    return len(words) >= 2 and sum(word[0].isupper() for word in words) >= 0.75 * len(words)


def parted(
    sighting: Sighting, folded: str, full: Set[tuple[str, ...]], families: Set[str], known: Container[str]
) -> Iterator[Sighting]:
    """The names within a run of a headline's capitalised words: "Roe Accuses Doe" is no one's name.

    `full`: the full names that stand elsewhere; `families`: their families; `known`: those that knowledge has.
    """
    if sighting.known:
        yield sighting
        return
    words = [
        (match.group(), sighting.start + match.start(), sighting.start + match.end())
        for match in _WORD.finditer(folded[sighting.start : sighting.end])
    ]
    for piece in _between_verbs(words):
        for part in _names(piece, full, families, known):
            if part[-1][2] == sighting.end and not sighting.known and goes_on(folded, sighting.end):
                continue
            texts = tuple(word for word, *_ in part)
            first = part[0][1] == words[0][1]
            whole = len(part) == len(words)
            evidence = sighting.evidence if whole or first else 0
            yield replace(
                sighting,
                start=part[0][1],
                end=part[-1][2],
                words=texts,
                post=sighting.post if first or whole else None,
                evidence=evidence,
            )


_Words = Sequence[tuple[str, int, int]]


def _between_verbs(words: _Words) -> Iterator[_Words]:
    piece: list[tuple[str, int, int]] = []
    for word in words:
        if word[0].lower() in HEADLINE_VERBS:
            if piece:
                yield piece
            piece = []
        else:
            piece.append(word)
    if piece:
        yield piece


def _names(piece: _Words, full: Set[tuple[str, ...]], families: Set[str], known: Container[str]) -> Iterable[_Words]:
    texts = [word for word, *_ in piece]
    for size in range(min(len(texts), 6), 1, -1):
        for start in range(len(texts) - size + 1):
            if tuple(texts[start : start + size]) in full:
                return [piece[start : start + size]]
    alone = [[w] for w in piece if (w[0] in families or w[0] in known) and w[0].lower() not in WORDY]
    return alone or [piece]


_LINE = re.compile(r"((?:[A-Z][A-Z'.-]*\s){0,6}[A-Z][A-Z'-]+)(?:\s\([^():]{1,40}\))?:(?=\s|\Z)")
_COURTESY = re.compile(r"(?:MR|MRS|MS|MX|DR|SIR|LORD|GEN|SEN|REP|GOV|PROF|COL|ADM)\.?\Z")


def speaker_line(at: int, folded: str, posts: Mapping[int, Post]) -> Iterator[Sighting]:
    """The name of "MR. ROE:" or "FOREIGN MINISTER ROE:" at the head of a line; `posts` are by their end."""
    line = _LINE.match(folded)
    if line is None:
        return
    start, end = line.span(1)
    post, title = None, False
    for match in _WORD.finditer(folded, start, end):
        if _COURTESY.match(match.group()) or match.end() in posts:
            post, title, start = posts.get(match.end()), True, match.end() + 1
    words = tuple(map(_as_written, folded[start:end].split()))
    if words and not any(map(names_nobody, words)) and (title or len(words) > 1):
        yield Sighting(at, start, end, words, post, 2 if title else 1)


def _as_written(word: str) -> str:
    return f"Mc{word[2:].title()}" if word.startswith("MC") and len(word) > 4 else word.title()
