"""A rules file as text: every mistake in it gets its line and column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Sequence as Sequence_
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from streams.errors import KnowledgeError
from streams.yaml_file import Mapping, Mark, Sequence, load, where

Location = Sequence_[str | int]


@dataclass(frozen=True)
class RulesFile:
    """`document`: what stands in the file, with the places of all keys and items. `digest`: of its bytes."""

    path: Path
    document: Mapping
    digest: str

    @classmethod
    def read(cls, path: Path) -> RulesFile:
        """Raises KnowledgeError if it is not to be had, not UTF-8, or not a YAML mapping."""
        document = load(path)
        if not isinstance(document, Mapping):
            raise KnowledgeError(where(path), "expected a mapping with `rules:`")
        return cls(path, document, sha256(path.read_bytes()).hexdigest()[:16])

    @contextmanager
    def explaining(self, explanation: Callable[[ErrorDetails, Location], str]) -> Iterator[None]:
        """Turn a pydantic error inside into a KnowledgeError.

        `explanation`: what is wrong, from the error and the keys and indices that lead to it.
        """
        try:
            yield
        except ValidationError as error:
            # A misspelt key is also a missing one; what is written there explains more than what is not.
            found = error.errors(include_url=False, include_input=False)
            first = min(found, key=lambda each: each["type"] != "extra_forbidden")
            context = first.get("ctx", {})
            location = (*first["loc"], *context.get("at", ()))
            place = self.place(location, on_key=first["type"] == "extra_forbidden" or context.get("key", False))
            raise KnowledgeError(place, explanation(first, location)) from None

    def place(self, location: Location, *, on_key: bool = False) -> str:
        """`file:line:column` of the deepest part of the location that the file has (union tags stand in none).

        Of a block its key; of what stands in a line the value, or with `on_key` the key.
        """
        node: Any = self.document
        mark = (0, 0)
        for step in location:
            if isinstance(node, Mapping) and step in node:
                mark = node.key_at[str(step)] if on_key else _value_or_key(node, str(step))
                node = node[str(step)]
            elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node):
                mark, node = node.item_at[step], node[step]
        return where(self.path, mark)


def _value_or_key(node: Mapping, key: str) -> Mark:
    # Of a block mapping or list the key is what an eye looks for; of a scalar or flow the value.
    value = node[key]
    block = isinstance(value, Mapping | Sequence) and not value.flow
    return node.key_at[key] if block or value is None else node.value_at[key]


def plain_explanation(error: ErrorDetails, name: str) -> str:
    """What to say of a mistake in the field `name`, whatever the file is."""
    match error["type"]:
        case "mistake":
            return str(error["ctx"]["problem"])
        case "missing":
            return f"`{name}` is missing"
        case "literal_error":
            return f"`{name}`: expected {error['ctx']['expected']}"
        case _:
            return f"`{name}`: {error['msg'][0].lower()}{error['msg'][1:]}"
