"""What tests of reading share: one reader of the real knowledge, and a short way to read a text with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas import Article, Report
from streams.reading import Reader

SEEDS = Path(__file__).parents[2] / "seeds"
RECEIVED = datetime(2026, 1, 1, tzinfo=UTC)

Read = Callable[..., Report]


@pytest.fixture(scope="session")
def reader() -> Reader:
    """The reader of the repository's own seeds."""
    return Reader.load(SEEDS)


@pytest.fixture(scope="session")
def read(reader: Reader) -> Read:
    """Reads a text (and a title) as an article of 2015-03-04."""

    def read_text(text: str, title: str = "", **fields: str) -> Report:
        values = {"id": "a", "published_at": "2015-03-04T00:00:00Z", "source": "wire", "lang": "en"} | fields
        return reader.read(Article.model_validate({"title": title, "text": text} | values), RECEIVED)

    return read_text
