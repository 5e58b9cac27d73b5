from __future__ import annotations

from pathlib import Path

import pytest

from streams.errors import KnowledgeError
from streams.reading.topic_files import load_topics, words_of

SEEDS = Path(__file__).parents[2] / "seeds" / "topics"
GOOD = """\
topic: fishing
gate: ["@quota"]
words:
  quota: [quota, catch limit]
actions:
  cut:
    sign: -1
    target: [for]
    patterns:
      - {verb: [cut], object: quota}
      - {phrase: "^lower ~2 @quota"}
"""


def load(folder: Path, text: str) -> KnowledgeError:
    """The error that a topic file gives."""
    (folder / "fishing.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_topics(folder)
    return caught.value


def test_the_three_topics_of_the_codebook_are_data() -> None:
    topics, _ = load_topics(SEEDS)
    assert [topic.name for topic in topics] == ["energy", "eu_accession", "sanctions"]
    signs = {(topic.name, action.name): action.sign for topic in topics for action in topic.actions}
    assert signs[("sanctions", "impose")] == 1
    assert signs[("energy", "cut")] == -1
    assert signs[("eu_accession", "condition")] == 0
    assert len(signs) == 17


def test_a_topic_of_ones_own_needs_no_python(tmp_path: Path) -> None:
    (tmp_path / "fishing.yaml").write_text(GOOD, encoding="utf-8")
    (topic,), vocabulary = load_topics(tmp_path)
    assert (topic.name, topic.actions[0].name) == ("fishing", "cut")
    assert set(topic.gate) == {"quota", "quotas", "catch limit", "catch limits"}
    assert vocabulary.find(words_of("They cut the catch limits"))["fishing.quota"] == {3: 5}


@pytest.mark.parametrize(
    ("old", "new", "where", "expected"),
    [
        ("sign: -1", "sign: 2", "7:5", "expected -1, 0 or 1"),
        ("sign: -1", "sgin: -1", "7:5", "unknown key 'sgin'"),
        ("    sign: -1\n", "", "6:3", "'sign' is missing"),
        ("object: quota}", "object: quotas}", "10:23", "no word list 'quotas'"),
        ("verb: [cut]", "verbs: [cut]", "10:9", "one of verb, noun, phrase"),
        (", object: quota}", "}", "10:9", "needs one of object, subject"),
        ("target: [for]", "target: [near]", "8:5", "'near' is no place"),
        ("^lower ~2 @quota", "^lower ~2 @quoat", "11:10", "no word list 'quoat'"),
        ("^lower ~2 @quota", "^lower ~2", "11:10", "begins and ends with a word"),
        ("^lower ~2 @quota", "(lower|raise", "11:10", "no word"),
        ("topic: fishing\n", "", "1:1", "'topic' is missing"),
        ("quota: [quota, catch limit]", "quota: [quota, 12]", "4:18", "no word"),
        ("  quota: [quota, catch limit]", "  quota: [quota\n", "6:8", "not valid YAML"),
        ('gate: ["@quota"]', "gate: 7", "2:1", "expected a list of words"),
        ("    patterns:\n", "    patterns: none\n    about:\n", "9:5", "expected a list of patterns"),
        ("quota: [quota, catch limit]", "quota: ['%boat', quota]", "4:3", "no actor type '%boat'"),
        ("verb: [cut]", "modality: maybe, verb: [cut]", "10:10", "expected of actual"),
        ("target: [for]", "modalities: [never]", "8:5", "'never' is no modality"),
        ("topic: fishing\n", "topic: fishing\nhome: sea\n", "2:1", "no word list 'sea'"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, old: str, new: str, where: str, expected: str) -> None:
    assert old in GOOD
    error = load(tmp_path, GOOD.replace(old, new, 1))
    assert expected in error.problem
    assert error.where == f"{tmp_path / 'fishing.yaml'}:{where}"


def test_an_empty_folder_and_a_topic_told_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="expected at least one"):
        load_topics(tmp_path)
    (tmp_path / "a.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(KnowledgeError, match="more than one file"):
        load_topics(tmp_path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00topic")
    with pytest.raises(KnowledgeError, match="UTF-8"):
        load_topics(tmp_path)


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    assert "mapping" in load(tmp_path, "- fishing\n").problem
