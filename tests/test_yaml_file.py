"""YAML with the place of everything in it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import KnowledgeError
from streams.yaml_file import Mapping, compose, load


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file.yaml"


def read(file: Path, content: str | bytes) -> Any:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load(file)


def test_scalars_are_those_of_yaml_1_2(file: Path) -> None:
    assert read(file, "[no, on, off, y, NO, true, 12, -1.5, 2014-12-05, ~, '', '12', 1_000, 0o17, 12:30]") == [
        *("no", "on", "off", "y", "NO", True, 12, -1.5, "2014-12-05", None, "", "12", "1_000", "0o17", "12:30")
    ]


def test_keys_are_words_as_written(file: Path) -> None:
    assert read(file, "NO: Norway\n1: one\ntrue: yes\n") == {"NO": "Norway", "1": "one", "true": "yes"}


def test_everything_knows_where_it_stands(file: Path) -> None:
    found = read(file, "a: 1\nb:\n  - x\n  - {c: d}\n")
    assert isinstance(found, Mapping)
    assert found.key_at["b"] == (1, 0)
    assert found.value_at["a"] == (0, 3)
    assert found["b"].item_at == [(2, 4), (3, 4)]
    assert found["b"][1].value_at["c"] == (3, 8)
    assert not found["b"].flow
    assert found["b"][1].flow


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: 1\na: 2\n", ":2:1: `a` stands here twice"),
        ("a: [1\n", ":2:1: not valid YAML"),
        (b"a: 1\nb: \xff\n", ":2:1: not UTF-8"),
        ("? [a]\n: b\n", ":1:3: expected a word as key"),
        ("a: &x [1]\nb: *x\n", ":1:4: aliases"),
        ("&x [*x]", "aliases"),
        ("a: !!python/name:os.system x", ":1:4: 'x' cannot be read as"),
        ("a: !!int x", ":1:4: 'x' cannot be read as"),
        ("a: \x00", "not valid YAML"),
        ("[" * 100_000, "not valid YAML"),
        ("[" * 999 + "]" * 999, ":1:1: nested too deeply"),
        ("a: !!python/object/apply:os.system [ls]", None),
    ],
)
def test_what_is_wrong_is_said_with_its_place(file: Path, content: str | bytes, said: str | None) -> None:
    if said is None:  # a tag is never obeyed: the values are as they stand
        assert read(file, content) == {"a": ["ls"]}
        return
    with pytest.raises(KnowledgeError) as caught:
        read(file, content)
    assert said in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"gone\.yaml:1:1: cannot be read: No such file"):
        compose(tmp_path / "gone.yaml")


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_knowledge_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    try:
        read(file, content)
    except KnowledgeError as error:
        assert "any.yaml:" in str(error)
