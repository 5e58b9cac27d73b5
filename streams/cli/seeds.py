"""What a command tries before it goes live: the seeds with other rules, and what is read in a file's lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from streams.engine.known_rules import load_rules_for
from streams.ingest.files import UNDATED, Line
from streams.settings import Settings

if TYPE_CHECKING:
    from schemas import Report
    from streams.reading import Reader
    from streams.watching.rules import Rules


def load_with_rules(settings: Settings, rules: Path | None) -> tuple[Reader, Rules]:
    """What is known, and the rules of this file; None: those of the seeds. Raises KnowledgeError."""
    from streams.reading import Reader

    seeds = settings.seeds_folder()
    reader = Reader.load(seeds)
    return reader, load_rules_for(reader, rules or seeds / "rules.yaml")


def report_of(line: Line, reader: Reader, max_text_bytes: int) -> Report:
    """The report that a line is, or what is read in its article. Raises InputError."""
    from streams.archive import backtest

    if line.plain:
        article = line.article()
        return reader.read(article, UNDATED, dated=False)
    return backtest.report_of(backtest.parse(line.where, line.raw, max_text_bytes), reader)
