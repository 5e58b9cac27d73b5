"""Whose voice it is: the subject of a verb, with pronouns and offices ("he", "the spokesman") resolved."""

from __future__ import annotations

from collections.abc import Sequence

from streams.reading.clauses import QUOTES, SUBORDINATORS, group_start
from streams.reading.document import Cast, Mention, Sentence
from streams.reading.morphology import word_set
from streams.reading.speech import SPEECH, Frame

_PERSONAL = frozenset(("he", "she", "they", "it", "we", "i"))
_OFFICES = word_set(
    "spokesman spokeswoman spokesperson diplomat minister president premier chancellor ambassador official "
    "leader secretary commissioner envoy politician lawmaker senator adviser chairman head chief governor "
    "representative"
)
# "…, Darko Pajovic, said that …": what follows the verb is not who speaks.
_NO_SUBJECT = frozenset(("that", "on", "in", "at", "to", "there", ",", "after", "during", "its", "his", "her"))
_BODIES = dict.fromkeys(("company", "group", "firm", "bloc"), "org") | dict.fromkeys(
    ("government", "ministry", "cabinet"), "country"
)
_OPENING = 8
_REACH = 16


class Voices:
    """Follows an article and remembers who spoke and who was named last."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._speaker: str | None = None
        self._person: str | None = None
        self._by_office: dict[str, str] = {}

    def pass_over(self, sentence: Sentence) -> None:
        """Takes note of the persons of a sentence in which nobody speaks."""
        self.heard(sentence, None)

    def heard(self, sentence: Sentence, speaker: str | None) -> None:
        """Takes note of a sentence: its first person, and who spoke in it."""
        persons = [m.actor for m in self._mentions(sentence) if self._cast.actors[m.actor].type == "person"]
        for actor in persons:
            for word in (self._cast.actors[actor].role or "").lower().split():
                if word in _OFFICES:
                    self._by_office[_office(word)] = actor
        if speaker is not None:
            self._speaker = speaker
        if speaker is not None and self._cast.actors[speaker].type == "person":
            self._person = speaker
        elif persons:
            self._person = persons[0]

    def subject(self, frame: Frame, verb: int) -> str | None:
        """The actor who does what the verb says: before it, or after it where the order is turned round."""
        if frame.according(verb):
            return self._after(frame, verb + 2)
        start = group_start(frame.words, verb)
        inverted = verb == 0 or frame.words[verb - 1] in QUOTES or frame.words[verb - 1] == ","
        follower = frame.words[verb + 1] if verb + 1 < len(frame.words) else ""
        if inverted and follower not in _NO_SUBJECT and (found := self._after(frame, verb + 1)):
            return found
        return self._before(frame, start)

    def _after(self, frame: Frame, begin: int) -> str | None:
        if begin >= len(frame.words):
            return None
        if frame.words[begin] in _PERSONAL:
            return self._pronoun(frame.words[begin])
        stop = next(
            (
                i
                for i in range(begin, min(begin + _REACH, len(frame.words)))
                if frame.words[i] in {",", ".", ";", *QUOTES}
            ),
            min(begin + _REACH, len(frame.words)),
        )
        found = self._within(frame, begin, stop)
        return self._best(found) if found else self._office_holder(frame.words[begin:stop])

    def _before(self, frame: Frame, end: int) -> str | None:
        if end and frame.words[end - 1] in _PERSONAL:
            return self._pronoun(frame.words[end - 1])
        begin = end
        while begin > max(0, end - _REACH):
            word = frame.words[begin - 1]
            if (
                word in QUOTES
                or word in {";", ":", "that"}
                or (word in SUBORDINATORS and word != "who")
                or word in SPEECH
            ):
                break
            # "…, a witness said": the subject begins behind the comma, though no actor is named in it. A comma right
            # before the verb ends an apposition: "Putin, speaking in Sochi, said".
            if word == "," and begin < end and frame.words[end - 1] != ",":
                break
            if word == "," and self._within(frame, begin, end):
                break
            begin -= 1
        found = self._within(frame, begin, end)
        if not found and (body := self._body(frame, begin, end)):
            return body
        return self._best(found) if found else self._office_holder(frame.words[begin:end])

    def _body(self, frame: Frame, begin: int, end: int) -> str | None:
        """Whom "the company", "the government in Bern" means: the first actor of the sentence of that kind."""
        kind = next((_BODIES[word] for word in frame.words[begin:end][:3] if word in _BODIES), None)
        if kind is None:
            return None
        mentions = self._mentions(frame.sentence)
        first = next((m for m in mentions if self._cast.actors[m.actor].type == kind), None)
        # Only whoever the sentence begins with: "Gas deliveries to Turkey go on, the ministry said".
        opens = first is not None and first.start - frame.sentence.start <= _OPENING
        return first.actor if first is not None and opens else self._speaker

    def _within(self, frame: Frame, begin: int, end: int) -> Sequence[Mention]:
        if begin >= end:
            return ()
        tokens = frame.tokens
        return self._cast.within(frame.sentence.field, tokens[begin].start, tokens[end - 1].end)

    def _best(self, mentions: Sequence[Mention]) -> str:
        persons = [m.actor for m in mentions if self._cast.actors[m.actor].type == "person"]
        agents = [m.actor for m in mentions if self._cast.actors[m.actor].type != "project"]
        return (persons or agents or [mentions[-1].actor])[-1]

    def _pronoun(self, word: str) -> str | None:
        return self._person if word in {"he", "she"} else self._speaker

    def _office_holder(self, words: Sequence[str]) -> str | None:
        for word in reversed(words[-4:]):
            if word in _OFFICES:
                return self._by_office.get(_office(word)) or self._speaker or self._person
        return None

    def _mentions(self, sentence: Sentence) -> Sequence[Mention]:
        return self._cast.within(sentence.field, sentence.start, sentence.end)


def _office(word: str) -> str:
    return "spokes" if word.startswith("spokes") else word
