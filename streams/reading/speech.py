"""Speech verbs in a sentence and what they report: the clause after them ("said that …") or before ("…, X said")."""

from __future__ import annotations

from collections.abc import Sequence

from streams.reading.clauses import QUOTES, straight
from streams.reading.document import Sentence
from streams.reading.morphology import verb_forms, word_set


def _forms(verbs: str) -> frozenset[str]:
    return frozenset(form for verb in verbs.split() for form in verb_forms(verb))


# As often nouns: only "stated", "noting" and the like are taken for speech.
_NOUNS_TOO = word_set(
    "state states note notes claim claims report reports comment comments remark remarks promise promises "
    "pledge pledges vow vows answer answers caution joke jokes quip hint hints stress recall recalls assert "
    "agree agrees express highlight highlights continue continues repeat respond reply replies write observe"
)
# These report even without "that": "he said the country would …".
BARE = (
    _forms(
        "say add note state claim argue insist warn stress believe declare reiterate conclude explain confirm admit "
        "acknowledge"
    )
    - _NOUNS_TOO
)
SPEECH = (
    BARE
    | _forms(
        "tell emphasise emphasize underline underscore announce reply remark observe deny suggest write tweet "
        "recall comment continue promise pledge vow predict complain affirm assert maintain respond caution "
        "hint report repeat concede answer think contend assure joke quip muse urge agree express highlight"
    )
) - _NOUNS_TOO


# After a speech verb these open no reported clause.
_NO_CLAUSE = word_set(
    "on in at during to by for after before with about and or but as from of while when , . ; : ( ) - – — ! ?"
)
_BE = frozenset(("was", "were", "is", "are", "been", "being", "be"))
# "…, the spokesman went on."
_GO = frozenset(("went", "goes", "go"))
_POINT = frozenset(("pointed", "points", "made", "makes"))
_AFTER_ON = frozenset(("", ".", ",", ":", *QUOTES))
_REACH = 7
_MOST = 16
_TAIL = 16


def told_until(words: Sequence[str]) -> int:
    """The token from which a sentence only says who tells it (", Mr X said on Friday"), else its length."""
    comma = next((i for i in range(len(words) - 1, max(-1, len(words) - _TAIL), -1) if words[i] == ","), None)
    if comma is None or comma < 3 or words[comma + 1 : comma + 2] in (["and"], ["but"], ["which"], ["who"]):
        return len(words)
    rest = words[comma + 1 :]
    verb = next((i for i, word in enumerate(rest) if word in SPEECH), None)
    return len(words) if verb is None or "that" in rest[verb:] else comma


class Frame:
    """A sentence with the parts of it that stand in quotation marks."""

    def __init__(self, sentence: Sentence, quoted: Sequence[tuple[int, int]]) -> None:
        self.sentence = sentence
        self.tokens = sentence.tokens
        self.words = [straight(token.lower) for token in self.tokens]
        self.inside = self._inside(quoted)

    def _inside(self, quoted: Sequence[tuple[int, int]]) -> list[bool]:
        marks: list[bool] = []
        at = 0
        for token in self.tokens:
            while at < len(quoted) and quoted[at][1] <= token.start:
                at += 1
            marks.append(at < len(quoted) and quoted[at][0] <= token.start)
        return marks

    def verbs(self) -> list[int]:
        """The first speech verbs, and the "according" of "according to"; those outside quotation marks come first."""
        found = [
            i
            for i, word in enumerate(self.words)
            if (word in SPEECH and not (word == "told" and self._word(i - 1) in _BE))
            or (word == "according" and self._word(i + 1) == "to")
            or (word in _GO and self._word(i + 1) == "on" and self._word(i + 2) in _AFTER_ON)
            or (word in _POINT and self._word(i + 1) in ("out", "clear") and self._word(i + 2) == "that")
        ][:_MOST]
        outside = [i for i in found if not self.inside[i]]
        return outside + [i for i in found if self.inside[i] and self._word(i + 1) == "that"]

    def according(self, verb: int) -> bool:
        return self.words[verb] == "according"

    def complement(self, verb: int) -> tuple[int, int] | None:
        """The clause that the verb reports after it, to the end of the sentence or of the quotation it stands in."""
        if self.according(verb):
            return self._around_according(verb)
        for i in range(verb + 1, min(verb + _REACH, len(self.words))):
            if self.inside[i] is not self.inside[verb]:
                break
            if self.words[i] == "that":
                return self._to_end(i + 1, verb)
            if self.words[i] in {",", ";", ":", "."}:
                break
        after = verb + 1
        bare = self.words[verb] in BARE and after + 2 < len(self.words) and self.inside[after] is self.inside[verb]
        if (
            bare
            and self.words[after] not in _NO_CLAUSE
            and self.words[after] not in QUOTES
            and self._has_predicate(after)
        ):
            return self._to_end(after, verb)
        return None

    def before(self, verb: int) -> tuple[int, int] | None:
        """The clause that ends in a comma before the speaker: "…, X said"."""
        for i in range(verb - 1, max(-1, verb - 16), -1):
            if self.words[i] == "," and i > 2:
                start = next((k + 1 for k in range(i - 1, -1, -1) if self.words[k] == ";"), 0)
                return self.tokens[start].start, self.tokens[i].start
        return None

    def _around_according(self, verb: int) -> tuple[int, int] | None:
        comma = next((i for i in range(verb, len(self.words)) if self.words[i] == ","), None)
        opens = verb == 0 or self.words[verb - 1] in {",", "that", "but", "and"}
        if opens and comma is not None and comma + 1 < len(self.tokens):
            return self._to_end(comma + 1, verb)
        return (self.tokens[0].start, self.tokens[verb - 1].end) if verb > 2 else None

    def _has_predicate(self, start: int) -> bool:
        return len(self.words) - start > 3

    def _to_end(self, start: int, verb: int) -> tuple[int, int] | None:
        end = len(self.tokens)
        if self.inside[verb]:
            end = next((i for i in range(verb, end) if not self.inside[i]), end)
        while start < end and self.words[start] in {",", ":"}:
            start += 1
        while end > start and self.words[end - 1] in {".", ",", *QUOTES}:
            end -= 1
        if start >= end:
            return None
        return self.tokens[start].start, self.tokens[end - 1].end

    def _word(self, i: int) -> str:
        return self.words[i] if 0 <= i < len(self.words) else ""
