"""`python -m bench`: articles read a second on one core, against parsing their JSON as the yardstick.

Prints a table on stderr and one line of JSON on stdout. Medians of ROUNDS interleaved rounds of CPU seconds.
"""

from __future__ import annotations

import platform
from datetime import UTC, datetime

from bench.measuring import cpu_seconds, tell
from schemas import Article, encode
from streams.ingest.files import read_lines, seed_files
from streams.reading import Reader
from streams.settings import Settings

ROUNDS = 5


def main() -> None:
    """Print the figures."""
    seeds = Settings().seeds_folder()
    reader = Reader.load(seeds)
    raw = [line.raw for line in read_lines(seed_files(seeds))]
    articles = [Article.model_validate_json(line) for line in raw]
    now = datetime(2025, 12, 1, tzinfo=UTC)
    median = cpu_seconds(
        {
            "parse": lambda: [Article.model_validate_json(line) for line in raw],
            "read": lambda: [encode(reader.read(article, now)) for article in articles],
        },
        ROUNDS,
    )
    tell(
        {
            "python": platform.python_version(),
            "machine": platform.machine(),
            "articles": len(articles),
            "kilobytes": round(sum(map(len, raw)) / 1000, 1),
            "articles_per_cpu_second": round(len(articles) / median["read"]),
            "read_over_parse": round(median["read"] / median["parse"], 1),
        }
    )


if __name__ == "__main__":
    main()
