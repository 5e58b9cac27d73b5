"""Who is reported to have said what: direct speech ("…", X said) and indirect (X said that …; according to X …)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas import Quote
from streams.reading.clauses import bare_words
from streams.reading.document import Cast, Sentence
from streams.reading.quote_marks import quotations
from streams.reading.speech import SPEECH, Frame
from streams.reading.voices import Voices

_CUES = SPEECH | {"according", "went", "goes", "pointed", "points", "made", "makes"}
_MIN_WORDS = 3


@dataclass(frozen=True, slots=True)
class Spoken:
    """All quotes of an article; `by_sentence`: those that overlap a sentence, by its number."""

    quotes: tuple[Quote, ...]
    by_sentence: dict[int, tuple[Quote, ...]]

    def innermost(self, sentence: Sentence, start: int, end: int) -> Quote | None:
        """The shortest quote with a known speaker around [start, end), which lies in the sentence."""
        around = [
            q for q in self.by_sentence.get(sentence.number, ()) if q.start <= start and end <= q.end and q.speaker
        ]
        return min(around, key=lambda q: (q.end - q.start, q.start), default=None)

    def speaker(self, sentence: Sentence, start: int, end: int) -> str | None:
        """Whose words [start, end) of the sentence are."""
        quote = self.innermost(sentence, start, end)
        return quote.speaker if quote else None


def find_quotes(sentences: Sequence[Sentence], cast: Cast, title: str, text: str) -> Spoken:
    """The quotes of an article, in order, each with its speaker where that can be told."""
    quotes: list[Quote] = []
    voices = Voices(cast)
    for field, whole in (("title", title), ("text", text)):
        own = [s for s in sentences if s.field == field]
        quotes += _Field(own, whole, quotations(whole), voices).quotes()
    ordered = tuple(sorted(set(quotes), key=lambda q: (q.in_ != "title", q.start, q.end, q.speaker or "")))
    return Spoken(ordered, _by_sentence(sentences, ordered))


def _by_sentence(sentences: Sequence[Sentence], quotes: Sequence[Quote]) -> dict[int, tuple[Quote, ...]]:
    found: dict[int, list[Quote]] = {}
    for field in ("title", "text"):
        own = [s for s in sentences if s.field == field]
        starts = [s.start for s in own]
        for quote in (q for q in quotes if q.in_ == field):
            at = max(0, bisect_right(starts, quote.start) - 1)
            while at < len(own) and own[at].start < quote.end:
                found.setdefault(own[at].number, []).append(quote)
                at += 1
    return {number: tuple(them) for number, them in found.items()}


class _Field:
    """The quotes of one field. Direct quotations are found first; speech verbs then say whose they are."""

    def __init__(
        self, sentences: Sequence[Sentence], whole: str, direct: Sequence[tuple[int, int]], voices: Voices
    ) -> None:
        self.sentences = sentences
        self.whole = whole
        self.direct = direct
        self.voices = voices
        self.speakers: list[str | None] = [None] * len(direct)
        self.indirect: list[Quote] = []

    def quotes(self) -> list[Quote]:
        first = 0
        for sentence in self.sentences:
            while first < len(self.direct) and self.direct[first][1] <= sentence.start:
                first += 1
            last = first
            while last < len(self.direct) and self.direct[last][0] < sentence.end:
                last += 1
            self._sentence(sentence, range(first, last))
        return [*self._attributed(), *self.indirect]

    def _sentence(self, sentence: Sentence, quoted: range) -> None:
        if not quoted and _CUES.isdisjoint(bare_words(sentence.text)):
            self.voices.pass_over(sentence)
            return
        frame = Frame(sentence, [self.direct[i] for i in quoted])
        speaker: str | None = None
        for verb in frame.verbs():
            found = self.voices.subject(frame, verb)
            speaker = speaker or found
            if found is not None:
                self._report(frame, verb, found, direct=bool(quoted))
        for i in quoted:
            if self.speakers[i] is None and (self.direct[i][1] <= sentence.end or self._opened_here(sentence, i)):
                self.speakers[i] = speaker or self._continued(i)
        self.voices.heard(sentence, speaker)

    def _opened_here(self, sentence: Sentence, i: int) -> bool:
        return self.direct[i][0] >= sentence.start

    def _continued(self, i: int) -> str | None:
        """The speaker of the quotation before it in the same paragraph."""
        start = self.direct[i][0]
        if i and "\n" not in self.whole[self.direct[i - 1][1] : start]:
            return self.speakers[i - 1]
        return None

    def _report(self, frame: Frame, verb: int, speaker: str, *, direct: bool) -> None:
        span = frame.complement(verb)
        if span is None and not direct:
            span = frame.before(verb)
        if span is not None and span[1] - span[0] > 2:
            self.indirect.append(
                Quote.model_validate(
                    {"in": frame.sentence.field, "start": span[0], "end": span[1], "speaker": speaker, "direct": False}
                )
            )

    def _attributed(self) -> Iterator[Quote]:
        """Direct quotations that somebody says; bare words in quotation marks are none."""
        field = self.sentences[0].field if self.sentences else "text"
        for (start, end), speaker in zip(self.direct, self.speakers, strict=True):
            words = len(self.whole[start : min(end, start + 200)].split())
            if words >= _MIN_WORDS or (speaker and words > 1):
                yield Quote.model_validate(
                    {"in": field, "start": start, "end": end, "speaker": speaker, "direct": True}
                )
