"""YAML files of `seeds/`, read with the place of everything in them, so that a mistake can be pointed at."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from streams.errors import KnowledgeError

_MAX_BYTES = 8 << 20
Mark = tuple[int, int]
"""Line and column, from 0."""


class Mapping(dict[str, Any]):
    """A mapping that knows where its keys and values stand, and whether it is written in braces."""

    def __init__(self, *, flow: bool) -> None:
        super().__init__()
        self.flow = flow
        self.key_at: dict[str, Mark] = {}
        self.value_at: dict[str, Mark] = {}


class Sequence(list[Any]):
    """A list that knows where its items stand, and whether it is written in brackets."""

    def __init__(self, *, flow: bool) -> None:
        super().__init__()
        self.flow = flow
        self.item_at: list[Mark] = []


class _Loader(yaml.CSafeLoader):
    """libyaml, twenty times as fast as a loader in Python, with the scalars of YAML 1.2: `no` and `on` are words."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def where(path: Path, mark: Mark = (0, 0)) -> str:
    """`file:line:column`, counted from 1."""
    return f"{path}:{mark[0] + 1}:{mark[1] + 1}"


def compose(path: Path) -> Node | None:
    """The root node of a file, None if it is empty. Raises KnowledgeError where it cannot be had or is no YAML."""
    return _composed(path)[0]


def load(path: Path) -> Any:
    """The values of a file: Mapping, Sequence, str, int, float, bool, None. Raises KnowledgeError, doubled keys too."""
    root, loader = _composed(path)
    try:
        return None if root is None else _value(path, root, loader, set())
    except RecursionError:  # libyaml ends at a depth of 1000, Python, in a deep call, before
        raise KnowledgeError(where(path), "nested too deeply") from None


def _composed(path: Path) -> tuple[Node | None, _Loader]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise KnowledgeError(where(path), f"cannot be read: {error.strerror}") from None
    if len(content) > _MAX_BYTES:
        raise KnowledgeError(where(path), f"larger than {_MAX_BYTES >> 20} MiB; is this the right file?")
    try:
        loader = _Loader(content.decode())
        return loader.get_single_node(), loader
    except UnicodeDecodeError as error:
        raise KnowledgeError(where(path, (content.count(b"\n", 0, error.start), 0)), "not UTF-8") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = str(error.problem or error.context or "").splitlines()[0]
        raise KnowledgeError(
            where(path, (mark.line, mark.column)) if mark else where(path), f"not valid YAML: {problem}"
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise KnowledgeError(where(path), f"not valid YAML: {str(error).splitlines()[0]}") from None


def _value(path: Path, node: Node, loader: _Loader, seen: set[int]) -> Any:
    if isinstance(node, ScalarNode):
        try:
            return loader.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:  # a tag that is not YAML's own, or a value that is not of its tag
            raise KnowledgeError(where(path, _mark(node)), f"{node.value!r} cannot be read as {node.tag}") from error
    if id(node) in seen:  # a few of them can stand for terabytes, or for themselves
        raise KnowledgeError(where(path, _mark(node)), "aliases (&, *) are not read")
    seen.add(id(node))
    if isinstance(node, MappingNode):
        mapping = Mapping(flow=bool(node.flow_style))
        for key, value in node.value:
            mark = _mark(key)
            if not isinstance(key, ScalarNode) or not key.value:
                raise KnowledgeError(where(path, mark), "expected a word as key")
            if key.value in mapping:
                raise KnowledgeError(where(path, mark), f"`{key.value}` stands here twice")
            mapping[key.value] = _value(path, value, loader, seen)
            mapping.key_at[key.value], mapping.value_at[key.value] = mark, _mark(value)
        return mapping
    assert isinstance(node, SequenceNode)
    sequence = Sequence(flow=bool(node.flow_style))
    for item in node.value:
        sequence.append(_value(path, item, loader, seen))
        sequence.item_at.append(_mark(item))
    return sequence


def _mark(node: Node) -> Mark:
    return node.start_mark.line, node.start_mark.column
