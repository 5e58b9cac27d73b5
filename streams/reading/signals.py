"""Policy signals: candidates of the topics' patterns, with modality, direction, who and to whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from schemas import Modality, Signal, Span, direction
from streams.reading.agenda import is_item
from streams.reading.clauses import straight
from streams.reading.document import Cast, Sentence
from streams.reading.frames import Candidate, candidates
from streams.reading.modality import Reading, conditionals, read_modality
from streams.reading.morphology import verb_forms
from streams.reading.quotes import Spoken
from streams.reading.roles import Parties, find_parties, subjects
from streams.reading.scene import Named, Scene, named_in, state_of
from streams.reading.speech import told_until
from streams.reading.topics import Hits, Topic, Vocabulary

# Who does these would also do the thing itself; the others ask for it.
_FOR_ONESELF = frozenset(
    form
    for verb in ["threaten", "consider", "seek", "weigh", "mull", "draft", "need", "want"]
    for form in verb_forms(verb)
) | {"threat", "threats", "need", "bid"}
# A sentence with more is a list, not a statement.
_MOST = 24
# How often topic, action and modality were all right, by shape of pattern, on the labelled training sentences.
_CONFIDENCE = {"active": 0.4, "passive": 0.35, "subject": 0.59, "noun": 0.37, "phrase": 0.5}
_CONFIDENCE_IN: dict[tuple[str, Modality], float] = {
    ("active", "refused"): 0.56,
    ("active", "intended"): 0.51,
    ("active", "hypothetical"): 0.28,
    ("noun", "hypothetical"): 0.27,
    ("noun", "intended"): 0.2,
    ("passive", "urged"): 0.54,
    ("phrase", "intended"): 0.4,
    ("phrase", "urged"): 0.28,
    ("phrase", "hypothetical"): 0.28,
    ("phrase", "refused"): 0.2,
}
# Loose signs stay below what the rules of `seeds/rules.yaml` ring for; mentions are mostly right.
_CONFIDENCE_BY_RANK = {1: 0.15, 2: 0.45}

MAX_EVIDENCE, MAX_PARTIES = 1_000, 50
"""Characters of a sentence, and actors on one side of it, that are told: reports and alerts have to travel."""


@dataclass(frozen=True, slots=True)
class Found:
    """A signal before it is told: its candidate, and where in the sentence it shows."""

    candidate: Candidate
    modality: Modality
    parties: Parties
    speaker: str | None
    sentence: Sentence


def find_signals(
    sentences: Sequence[Sentence],
    gates: Sequence[set[str]],
    topics: Sequence[Topic],
    vocabulary: Vocabulary,
    cast: Cast,
    spoken: Spoken,
    own: str | None,
) -> tuple[Found, ...]:
    """The signals of an article in order. `gates`: the topics of each sentence; `own`: who "we" is to the author."""
    found: list[Found] = []
    before: str | None = None
    for i, (sentence, names) in enumerate(zip(sentences, gates, strict=True)):
        if names:
            here = [topic for topic in topics if topic.name in names]
            if any(topic.elsewhere for topic in here):
                here = _at_home(here, sentence, sentences[i - 1] if i else None, vocabulary)
            found += _in_sentence(sentence, here, vocabulary, cast, spoken, own, before)
        before = _about(sentence, cast) or before
    return tuple(found)


def tell(found: Found) -> Signal:
    """The signal as it stands in a report."""
    sentence, action = found.sentence, found.candidate.action
    return Signal(
        topic=found.candidate.topic.name,
        action=action.name,
        modality=found.modality,
        direction=direction(action.sign, found.modality),
        initiator=found.parties.initiator[:MAX_PARTIES],
        target=found.parties.target[:MAX_PARTIES],
        speaker=found.speaker,
        evidence=evidence(sentence),
        confidence=_confidence(found.candidate, found.modality),
    )


def _confidence(one: Candidate, modality: Modality) -> float:
    if one.rank in _CONFIDENCE_BY_RANK:
        return _CONFIDENCE_BY_RANK[one.rank]
    return _CONFIDENCE_IN.get((one.voice, modality), _CONFIDENCE[one.voice])


def evidence(sentence: Sentence) -> Span:
    """The span of a sentence. Of one that is longer than any sentence is, the end lies where the text given ends."""
    text = sentence.text[:MAX_EVIDENCE]
    end = sentence.start + len(text)
    return Span.model_validate({"in": sentence.field, "start": sentence.start, "end": end, "text": text})


def _at_home(
    topics: Sequence[Topic], sentence: Sentence, before: Sentence | None, vocabulary: Vocabulary
) -> list[Topic]:
    """The topics that the sentence before does not give another meaning: "the accession" after one on NATO."""
    hits = vocabulary.find([token.lower for token in sentence.tokens])
    doubtful = [topic for topic in topics if topic.elsewhere and not hits.get(topic.home)]
    if not doubtful or before is None:
        return list(topics)
    hits = vocabulary.find([token.lower for token in before.tokens])
    return [t for t in topics if t not in doubtful or not hits.get(t.elsewhere) or hits.get(t.home)]


def _in_sentence(
    sentence: Sentence,
    topics: Sequence[Topic],
    vocabulary: Vocabulary,
    cast: Cast,
    spoken: Spoken,
    own: str | None,
    before: str | None,
) -> Iterator[Found]:
    words = [straight(token.lower) for token in sentence.tokens]
    named = named_in(sentence, cast)
    hits = vocabulary.find(words)
    told = told_until(words)
    conditional: list[bool] | None = None
    for topic in topics:
        found = candidates(topic, words, _with_actors(hits, topic, named, cast), headline=sentence.field == "title")
        chosen = _chosen([one for one in found if not (one.action.rest and is_item(words, one.start, one.end))])
        if chosen and conditional is None:
            conditional = conditionals(words)
        merged: dict[tuple[str, Modality], Found] = {}
        for one in chosen:
            reading = _modality(one, words, conditional or [], headline=sentence.field == "title")
            speaker = spoken.speaker(sentence, sentence.tokens[one.head].start, sentence.tokens[one.head].end)
            scene = Scene(words, named, cast, speaker, own, before, told)
            parties = find_parties(one, reading.governor, scene)
            if reading.modality == "urged" and reading.governor is not None:
                urgers = subjects(reading.governor, scene)
                speaker = speaker or next(iter(urgers), None)
                if words[reading.governor] not in _FOR_ONESELF and not _acts(one):
                    parties = replace(parties, initiator=())
            signal = Found(one, reading.modality, parties, speaker, sentence)
            key = (one.action.name, reading.modality)
            merged[key] = _joined(merged[key], signal) if key in merged else signal
        yield from merged.values()


def _modality(one: Candidate, words: Sequence[str], conditional: Sequence[bool], *, headline: bool) -> Reading:
    if one.action.rest:
        return Reading("actual")
    noun = one.voice == "noun" or one.pattern.nominal
    reading = read_modality(words, one.head, one.thing, noun=noun, conditional=conditional[one.head], headline=headline)
    if one.action.modalities and reading.modality not in one.action.modalities:
        return Reading("actual", reading.governor)
    declared = one.pattern.modality
    if declared == "refused" and reading.modality == "refused":
        return Reading("hypothetical", reading.governor)  # "does not rule out sanctions"
    against = reading.governor is not None and words[reading.governor] == "against"
    if reading.modality == "refused" and one.action.sign == 0 and against:
        return Reading("actual", reading.governor)  # "a law against evasion"
    if declared == "urged" and reading.modality == "hypothetical":
        return reading
    if declared == "actual" or (declared is not None and reading.modality != "refused"):
        return Reading(declared, one.head if declared == "urged" else reading.governor)
    return reading


def _acts(one: Candidate) -> bool:
    """Whether the trigger is a verb that somebody is urged to do, not a noun or attitude."""
    return one.pattern.modality != "urged" and one.voice in ("active", "subject", "phrase") and not one.pattern.nominal


def _chosen(found: list[Candidate]) -> list[Candidate]:
    """What is read of them: loose signs only where no firm ones stand, mere mentions only where nothing else does."""
    rank = min((one.rank for one in found), default=0)
    return [one for one in found if one.rank == rank][:_MOST]


def _with_actors(hits: Hits, topic: Topic, named: Sequence[Named], cast: Cast) -> Hits:
    """The hits with the mentions of those actor types that the topic takes for words of a list."""
    more: Hits = {}
    for kind, name in topic.kinds:
        for n in named:
            if cast.actors[n.mention.actor].type == kind:
                if name not in more:
                    more[name] = dict(hits.get(name, {}))
                more[name][n.start] = n.end
    return {**hits, **more} if more else hits


def _joined(one: Found, other: Found) -> Found:
    """The same signal told twice in a sentence, with the parties of both."""
    initiator = tuple(dict.fromkeys(one.parties.initiator + other.parties.initiator))
    target = tuple(t for t in dict.fromkeys(one.parties.target + other.parties.target) if t not in initiator)
    return Found(one.candidate, one.modality, Parties(initiator, target), one.speaker or other.speaker, one.sentence)


def _about(sentence: Sentence, cast: Cast) -> str | None:
    """The first state or body of a sentence, whom "it" in the next one may mean."""
    for mention in cast.within(sentence.field, sentence.start, sentence.end):
        actor = state_of(mention.actor, cast)
        if actor.startswith(("country:", "org:")):
            return actor
    return None
