from __future__ import annotations

from pathlib import Path

import pytest

from streams.reading.frames import candidates
from streams.reading.topic_files import load_topics, words_of

TOPIC = """\
topic: fishing
gate: [quota]
exclude: [exam quota]
words:
  quota: [quota]
  sea: [sea, lake]
  joke: [joke]
actions:
  cut:
    sign: -1
    patterns:
      - {verb: [cut], object: quota}
      - {noun: [cut], of: quota}
      - {verb: [shrink], subject: quota}
      - {phrase: "^do away with ~2 @quota"}
      - {phrase: "lower ^@quota", beside: sea, unless: joke}
      - {phrase: "less ^quota", rest: true}
  mention:
    sign: 0
    rest: true
    patterns:
      - {phrase: "@quota"}
"""


def read(tmp_path: Path, text: str, *, headline: bool = False) -> list[tuple[str, str, str]]:
    """Action, voice and the words of each candidate."""
    (tmp_path / "t.yaml").write_text(TOPIC, encoding="utf-8")
    (topic,), vocabulary = load_topics(tmp_path)
    words = words_of(text)
    found = candidates(topic, words, vocabulary.find(words), headline=headline)
    return [(c.action.name, c.voice, " ".join(words[c.start : c.end])) for c in found if not c.action.rest]


@pytest.mark.parametrize(
    ("text", "voice", "words"),
    [
        ("Oslo cut its cod quota", "active", "cut its cod quota"),
        ("Oslo will be cutting the quotas", "active", "cutting the quotas"),
        ("the quota for cod was cut", "passive", "quota for cod was cut"),
        ("the fleet wants its quota cut", "passive", "quota cut"),
        ("a cut in the cod quota", "noun", "cut in the cod quota"),
        ("the quota cuts", "noun", "quota cuts"),
        ("the cod quota had not shrunk, the quota shrinks", "subject", "quota shrinks"),
        ("they do away with the cod quota", "phrase", "do away with the cod quota"),
        ("a lower quota on the lake", "phrase", "lower quota"),
    ],
)
def test_each_shape_is_found(tmp_path: Path, text: str, voice: str, words: str) -> None:
    assert ("cut", voice, words) in read(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "Oslo cut taxes because the quota",  # another clause
        "the quotas that were cut in May remain a subject",  # told in passing
        "they do away with all of the old cod quota",  # too far
        "a lower quota on land",  # nothing beside it
        "a lower quota on the lake, what a joke",  # something beside it that must not be
        "he cut the exam quota",  # excluded
        "the quota is a quota",
    ],
)
def test_what_only_looks_alike_is_not_found(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == []


def test_a_loose_sign_is_of_a_rank_behind_a_firm_one(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TOPIC, encoding="utf-8")
    (topic,), vocabulary = load_topics(tmp_path)
    words = words_of("less quota after they cut the quota, and a quota remains")
    found = candidates(topic, words, vocabulary.find(words), headline=False)
    assert [(c.action.name, c.rank) for c in found] == [
        ("cut", 1),
        ("mention", 2),
        ("cut", 0),
        ("mention", 2),
        ("mention", 2),
    ]


def test_a_headline_leaves_out_the_auxiliary(tmp_path: Path) -> None:
    assert read(tmp_path, "Quotas for cod cut", headline=True) == [("cut", "passive", "quotas for cod cut")]
    assert read(tmp_path, "Quotas for cod cut") == []


def test_a_long_sentence_costs_time_in_proportion(tmp_path: Path) -> None:
    assert len(read(tmp_path, "cut quota " * 5000)) >= 5000
