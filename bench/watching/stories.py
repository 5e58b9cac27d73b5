"""`python -m bench.watching.stories`: fingerprints a second, look-ups among stories, and the development pairs.

Side by side with comparing with each, and with datasketch's MinHash and MinHashLSH where that is installed (a peer for
this benchmark alone). Prints a table on stderr and one line of JSON on stdout. Medians of ROUNDS interleaved rounds of
CPU seconds. Precision and recall need ../shared; their lower ends are Wilson's, at 95 %.
"""

from __future__ import annotations

import json
import platform
import random
import statistics
import tracemalloc
from base64 import b64encode
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from math import sqrt
from pathlib import Path
from typing import Any

from bench.measuring import cpu_seconds, tell
from schemas import Article
from streams.cli.stories import told
from streams.ingest.files import read_lines, seed_files
from streams.reading.fingerprint import fingerprint
from streams.settings import Settings
from streams.watching.alike import AT_LEAST, Alike, similarity

ROUNDS = 3
LOOKUPS = 300
PAIRS = Path(__file__).parents[3] / "shared" / "gold" / "near_duplicates_dev.jsonl"


def fingerprinting(articles: list[Article]) -> dict[str, object]:
    """Articles a second: parsed ones to fingerprints, and to stories."""
    works: dict[str, Callable[[], object]] = {
        "fingerprint": lambda: [fingerprint(article.title, article.text) for article in articles],
        "told": lambda: list(told(articles)),
    }
    if find_spec("datasketch"):
        works["datasketch"] = lambda: [datasketch_minhash(article) for article in articles]
    seconds = cpu_seconds(works, ROUNDS)
    result: dict[str, object] = {
        "articles": len(articles),
        "characters_an_article": round(statistics.mean(len(article.text) for article in articles)),
        "fingerprints_per_cpu_second": round(len(articles) / seconds["fingerprint"]),
        "articles_told_per_cpu_second": round(len(articles) / seconds["told"]),
    }
    if "datasketch" in seconds:
        result["datasketch_over_fingerprint"] = round(seconds["datasketch"] / seconds["fingerprint"], 1)
    return result


def datasketch_minhash(article: Article) -> Any:
    """What a user would write."""
    words = f"{article.title}\n{article.text}".lower().split()
    minhash = import_module("datasketch").MinHash(num_perm=64)
    minhash.update_batch([" ".join(words[i : i + 3]).encode() for i in range(max(1, len(words) - 2))])
    return minhash


def looking_up(stories: int) -> dict[str, object]:
    """Microseconds a look-up among so many unlike stories, every tenth of a copy as unlike as may be; bytes a story."""
    chance = random.Random(stories)  # noqa: S311 - no secret
    values = [chance.randbytes(64) for _ in range(stories)]
    prints = [b64encode(value).decode() for value in values]
    sought = [
        chance.randbytes(64) if number % 10 else changed(chance.choice(values), 19, chance) for number in range(LOOKUPS)
    ]
    queries = [b64encode(value).decode() for value in sought]
    alike = Alike[int]()
    tracemalloc.start()
    for number, made in enumerate(prints):
        alike.add(made, number)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    numbers = [int.from_bytes(value, "big") for value in values]

    def each() -> list[list[int]]:
        found = []
        for value in sought:
            wanted = int.from_bytes(value, "big")
            agreeing = [(number ^ wanted).to_bytes(64, "big").count(0) for number in numbers]
            found.append([place for place, count in enumerate(agreeing) if count >= 45])
        return found

    def find() -> list[list[int]]:
        return [alike.find(query) for query in queries]

    works: dict[str, Callable[[], object]] = {"find": find, "each": each}
    assert find() == each()
    if find_spec("datasketch"):
        works["lsh"] = lsh = datasketch_lookups(values, sought)
    seconds = cpu_seconds(works, ROUNDS)
    result: dict[str, object] = {
        f"find_among_{stories}_us": round(seconds["find"] / LOOKUPS * 1e6, 1),
        f"each_over_find_among_{stories}": round(seconds["each"] / seconds["find"], 1),
        f"bytes_a_story_among_{stories}": round(held / stories),
    }
    if "lsh" in seconds:
        result[f"datasketch_lsh_over_find_among_{stories}"] = round(seconds["lsh"] / seconds["find"], 1)
        missed = [len(set(exact) - set(near)) for exact, near in zip(find(), lsh(), strict=True)]
        result[f"datasketch_lsh_misses_among_{stories}"] = f"{sum(missed)} of {sum(map(len, find()))}"
    return result


def changed(values: bytes, places: int, chance: random.Random) -> bytes:
    """With so many of the 64 values changed."""
    other = bytearray(values)
    for place in chance.sample(range(64), places):
        other[place] ^= chance.randrange(1, 256)
    return bytes(other)


def datasketch_lookups(values: list[bytes], sought: list[bytes]) -> Callable[[], list[list[int]]]:
    """The same look-ups in a MinHashLSH, whose answers are approximate."""
    datasketch = import_module("datasketch")

    def minhash(value: bytes) -> Any:
        return datasketch.MinHash(num_perm=64, hashvalues=list(value), scheme="legacy")

    index = datasketch.MinHashLSH(threshold=AT_LEAST, num_perm=64)
    for number, value in enumerate(values):
        index.insert(number, minhash(value))
    queries = [minhash(value) for value in sought]
    return lambda: [index.query(query) for query in queries]


def pairs() -> dict[str, object]:
    """Precision and recall on the development pairs, and how far from the threshold they lie."""
    joined, labels, alike = [], [], []
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        one, other = Article.model_validate(pair["a"]), Article.model_validate(pair["b"])
        joined.append(len({each.story_id for each in told([one, other])}) == 1)
        labels.append(bool(pair["label"]))
        if pair["gap_days"] <= 7:
            alike.append((labels[-1], similarity(*(fingerprint(each.title, each.text) for each in (one, other)))))
    right = sum(label for label, one_story in zip(labels, joined, strict=True) if one_story)
    return {
        "pairs": len(labels),
        "precision": round(right / sum(joined), 4),
        "precision_at_least": round(wilson(right, sum(joined)), 3),
        "recall": round(right / sum(labels), 4),
        "recall_at_least": round(wilson(right, sum(labels)), 3),
        "least_alike_of_one_story": round(min(value for label, value in alike if label), 3),
        "most_alike_of_two_within_7_days": round(max(value for label, value in alike if not label), 3),
    }


def wilson(right: int, of: int, z: float = 1.96) -> float:
    """The lower end of Wilson's interval of a share."""
    share = right / of
    return (share + z * z / (2 * of) - z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))) / (1 + z * z / of)


def main() -> None:
    """Print the figures."""
    articles = [line.article() for line in read_lines(seed_files(Settings().seeds_folder()))]
    result: dict[str, object] = {"python": platform.python_version(), "machine": platform.machine()}
    result |= fingerprinting(articles)
    for stories in (10, 100, 2000):
        result |= looking_up(stories)
    if PAIRS.exists():
        result |= pairs()
    tell(result)


if __name__ == "__main__":
    main()
