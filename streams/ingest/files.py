"""Articles out of files: JSONL (the first byte is a brace) or one plain text a file."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from schemas import Article
from schemas.model import explain
from streams.errors import InputError

STDIN = Path("-")
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""The date of a plain text that came without one: reading leaves its dates unresolved."""


@dataclass(frozen=True)
class Line:
    """One article as it stands in a file, parsed or not. `where` is `file:line`."""

    where: str
    raw: bytes
    plain: bool = False

    def article(self, date: datetime | None = None) -> Article:
        """Raises InputError with `where` and what is wrong. `date` is that of a plain text."""
        try:
            if self.plain:
                return plain_article(self.raw.decode(), date)
            return Article.model_validate_json(self.raw.decode())
        except UnicodeDecodeError as error:
            raise InputError(f"{self.where}: byte {error.start} is not UTF-8") from error
        except ValidationError as error:
            raise InputError(f"{self.where}: {explain(error)}") from error


def plain_article(text: str, date: datetime | None = None) -> Article:
    """A text without anything else: its id is its hash. Raises `pydantic.ValidationError` if it is empty."""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
    return Article(id=digest, text=text, published_at=date or UNDATED, source="")


def given_lines(files: list[Path] | None, text: str | None, command: str) -> Iterable[Line]:
    """What a command that takes files or `--text` is given. Raises InputError unless it is one of the two."""
    if (text is None) == (not files):
        raise InputError(f"give files (- for stdin) or --text; `tocsin {command} --help` has examples")
    if text is not None:
        return [Line("--text:1", text.encode("utf-8", "surrogateescape"), plain=True)]
    return read_lines(files or [])


def read_lines(paths: list[Path]) -> Iterator[Line]:
    """The articles of files, or of standard input for `-`; blank lines are left out. Raises InputError."""
    for path in paths:
        name = "<stdin>" if path == STDIN else str(path)
        try:
            with sys.stdin.buffer if path == STDIN else path.open("rb") as file:
                first = file.readline().removeprefix(b"\xef\xbb\xbf")  # a byte order mark
                if not first.lstrip().startswith(b"{"):
                    yield Line(f"{name}:1", first + file.read(), plain=True)
                    continue
                number, line = 1, first
                while line:
                    if line.strip():
                        yield Line(f"{name}:{number}", line.strip())
                    number, line = number + 1, file.readline()
        except OSError as error:
            raise InputError(f"{name}: {error.strerror}") from error


def seed_files(seeds: Path) -> list[Path]:
    """The sample articles that come along, in order."""
    return sorted((seeds / "articles").glob("*.jsonl"))
