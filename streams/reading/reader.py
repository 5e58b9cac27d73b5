"""The reader: an article goes in, a report of all that was read in it comes out. Pure: equal articles, equal bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from schemas import Actor, Article, Report
from streams.reading.actors import find_actors, represent
from streams.reading.dates import find_dates
from streams.reading.document import Cast, Mention, Sentence
from streams.reading.figures import find_figures
from streams.reading.fingerprint import fingerprint
from streams.reading.gate import Gate
from streams.reading.knowledge import Knowledge
from streams.reading.language import detect
from streams.reading.quotes import Spoken, find_quotes
from streams.reading.signals import find_signals, tell
from streams.reading.stance import find_stances, tone
from streams.reading.text import split
from streams.reading.topic_files import load_topics
from streams.reading.topics import Topic, Vocabulary

# Raised with every change of code that can change a report.
CODE_VERSION = "4"

MAX_ACTORS, MAX_MENTIONS, MAX_SIGNALS, MAX_ITEMS = 500, 100, 300, 1_000
"""What a report holds at most, the first of each: no article makes one that is larger than Kafka takes (8 MiB)."""


@dataclass(frozen=True)
class Reader:
    """Reads articles with the knowledge and topics of one `seeds/`. `version` names all that decides a report."""

    knowledge: Knowledge = field(repr=False)
    topics: tuple[Topic, ...] = field(repr=False)
    vocabulary: Vocabulary = field(repr=False)
    gate: Gate = field(repr=False)
    version: str

    @classmethod
    def load(cls, seeds: Path) -> Reader:
        """The reader of `seeds/actors/`, `seeds/sources.yaml` and `seeds/topics/`.

        Raises KnowledgeError (`file:line:column`, and what was expected) on any mistake in them.
        """
        knowledge = Knowledge.load(seeds)
        topics, vocabulary = load_topics(seeds / "topics")
        digest = hashlib.sha256(f"{CODE_VERSION} {knowledge.version}".encode())
        for path in sorted((seeds / "topics").glob("*.yaml")):
            digest.update(path.read_bytes())
        return cls(knowledge, topics, vocabulary, Gate(topics), digest.hexdigest()[:16])

    def read(self, article: Article, received_at: datetime, *, dated: bool = True) -> Report:
        """The report of one article. Not `dated`: its date is unknown, so dates in it stay unresolved.

        Of an article in another language than English only the actors are told, by names that languages share.
        """
        sentences = split(article.title, article.text)
        day = article.published_at if dated else None
        language = detect(article.title, article.text, article.lang)
        cast = find_actors(sentences, self.knowledge, published_at=day, source=article.source)
        report = Report(
            article_id=article.id,
            title=article.title,
            url=article.url,
            source=article.source,
            published_at=article.published_at,
            received_at=received_at,
            lang=language,
            version=self.version,
            fingerprint=fingerprint(article.title, article.text),
        )
        if language not in (None, "en"):
            # What is told by form (offices, unknown persons) is told by English forms.
            return report.model_copy(update={"actors": tuple(a for a in _bounded(cast) if a.known)})
        sentences = _once(sentences)
        spoken = find_quotes(sentences, cast, article.title, article.text)
        cast = represent(cast, _glosses(sentences, cast, spoken))
        own = self.knowledge.sources.get(article.source)
        gates = self.gate.open(sentences)
        found = find_signals(sentences, gates, self.topics, self.vocabulary, cast, spoken, own)
        stances = find_stances(sentences, cast, spoken, found, own)
        return report.model_copy(
            update={
                "actors": _bounded(cast),
                "quotes": spoken.quotes[:MAX_ITEMS],
                "signals": tuple(tell(one) for one in found[:MAX_SIGNALS]),
                "stances": stances[:MAX_SIGNALS],
                "tone": tone(stances),
                "figures": find_figures(sentences)[:MAX_ITEMS],
                "dates": find_dates(sentences, day)[:MAX_ITEMS],
            }
        )


def _bounded(cast: Cast) -> tuple[Actor, ...]:
    """The first actors, each with its first mentions."""
    return tuple(
        actor.model_copy(update={"mentions": actor.mentions[:MAX_MENTIONS]})
        for actor in list(cast.actors.values())[:MAX_ACTORS]
    )


def _once(sentences: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    """Without a title that the text repeats: what stands in both is told once, with the text's evidence."""
    if sentences and sentences[0].field == "title":
        title = " ".join(sentences[0].text.split()).rstrip(".").lower()
        if any(" ".join(s.text.split()).rstrip(".").lower() == title for s in sentences[1:]):
            return sentences[1:]
    return sentences


def _glosses(sentences: Sequence[Sentence], cast: Cast, spoken: Spoken) -> dict[Mention, str]:
    """Who says "our country [X]", for each such gloss."""
    by_number = {sentence.number: sentence for sentence in sentences}
    said_by: dict[Mention, str] = {}
    for mention in cast.mentions:
        if mention.form == "gloss" and mention.sentence in by_number:
            speaker = spoken.speaker(by_number[mention.sentence], mention.start, mention.end)
            if speaker is not None:
                said_by[mention] = speaker
    return said_by
