"""Rules that may name only what the reader knows; apart from wiring.py, because trying rules needs no Kafka."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `tocsin --help` needs none of them
    from streams.reading import Reader
    from streams.watching.rules import Rules
    from streams.watching.vocabulary import Vocabulary


def load_rules_for(reader: Reader, path: Path) -> Rules:
    """A rules file whose actors and topics this reader has to know. Raises KnowledgeError."""
    from streams.watching.rules import load_rules

    known = vocabulary_of(reader)
    return load_rules(path, known.names, known.topics)


def vocabulary_of(reader: Reader) -> Vocabulary:
    """What rules and their tests may name."""
    from streams.watching.vocabulary import Vocabulary

    names = {actor.id: actor.name for actor in reader.knowledge.actors.values()}
    return Vocabulary(names, {topic.name: [action.name for action in topic.actions] for topic in reader.topics})
