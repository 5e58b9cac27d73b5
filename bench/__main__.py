"""`make bench`: articles read and matches watched a second on one core, against parsing their JSON as the yardstick.

Prints a table on stderr and one line of JSON on stdout. Medians of ROUNDS interleaved rounds of CPU seconds.
"""

from __future__ import annotations

import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from schemas import Article, Match, Tick, encode
from schemas.model import to_ms
from streams.ingest.files import read_lines, seed_files
from streams.reading import Reader
from streams.settings import Settings
from streams.store import MemoryStore
from streams.watching.matching import match
from streams.watching.rules import load_rules
from streams.watching.watcher import Watcher

ROUNDS = 5


def cpu_seconds(work: Callable[[], None]) -> float:
    """Of one call."""
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    seeds = Settings().seeds_folder()
    reader, rules = Reader.load(seeds), load_rules(seeds / "rules.yaml")
    raw = [line.raw for line in read_lines(seed_files(seeds))]
    articles = [Article.model_validate_json(line) for line in raw]
    now = datetime(2025, 12, 1, tzinfo=UTC)
    reports = [reader.read(article, now) for article in articles]
    found = [m for report in reports for m in match(report, rules, backfill=True).matches]
    matches = [_moved(m, number) for number in range(2000 // max(1, len(found)) + 1) for m in found]

    def parse() -> None:
        for line in raw:
            Article.model_validate_json(line)

    def read() -> None:
        for article in articles:
            encode(reader.read(article, now))

    def watch() -> None:
        last = max(to_ms(m.received_at) for m in matches)
        with Watcher(rules).on(MemoryStore()) as work:
            for m in matches:
                work.take(m)
            work.tick(Tick(partition=0, partitions=1, time_ms=last + 2000))

    times: dict[str, list[float]] = {"parse": [], "read": [], "watch": []}
    for _ in range(ROUNDS):
        for name, work in (("parse", parse), ("read", read), ("watch", watch)):
            times[name].append(cpu_seconds(work))
    median = {name: statistics.median(seconds) for name, seconds in times.items()}
    kilobytes = sum(map(len, raw)) / 1000
    result = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "articles": len(articles),
        "kilobytes": round(kilobytes, 1),
        "articles_per_cpu_second": round(len(articles) / median["read"]),
        "read_over_parse": round(median["read"] / median["parse"], 1),
        "matches": len(matches),
        "matches_per_cpu_second": round(len(matches) / median["watch"]),
    }
    for name, value in result.items():
        sys.stderr.write(f"{name:<24} {value}\n")
    sys.stdout.write(json.dumps(result) + "\n")


def _moved(m: Match, number: int) -> Match:
    """The same match of another article, a second later."""
    later = m.received_at + timedelta(seconds=number)
    return m.model_copy(update={"article_id": f"{m.article_id}-{number}", "received_at": later})


if __name__ == "__main__":
    main()
