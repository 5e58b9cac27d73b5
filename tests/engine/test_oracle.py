"""Read and watch as members in memory: whatever happens to them, the alerts are those of the oracle."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from schemas import Alert, encode
from streams.engine.contract import Output, Step
from streams.engine.known_rules import load_rules_for
from streams.engine.oracle import run_log
from streams.engine.steps import ReadStep, Topics, WatchStep
from streams.engine.ticker import TICK_HEADERS
from streams.reading import Reader
from streams.watching.rules import Rules
from streams.watching.watcher import Watcher
from tests.engine.interleavings import PARTITIONS, Interleavings
from tests.exactly_once.chronicle import RULES, Entry, chronicle

SEEDS = Path(__file__).parents[2] / "seeds"
WEEKS_MS = 30 * 86_400_000
TOPICS = Topics("reports", "matches", "alerts", PARTITIONS)


@cache
def knowledge() -> tuple[Reader, Rules]:
    """The seeds, but for the rules."""
    reader = Reader.load(SEEDS)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rules.yaml"
        path.write_text(RULES)
        return reader, load_rules_for(reader, path)


class Monitor(Interleavings):
    """The first group reads, the second watches."""

    news: Iterator[Entry]

    def stage(self, name: str) -> tuple[str, Step]:
        reader, rules = knowledge()
        if name == "first":
            return "articles", ReadStep(reader, rules, TOPICS, 1 << 20)
        return "matches", WatchStep(Watcher(rules), TOPICS)

    @initialize(seed=st.integers(0, 1000))
    def choose(self, seed: int) -> None:
        self.news = chronicle(PARTITIONS, seed)

    @rule(count=st.integers(1, 30))
    def arrive(self, count: int) -> None:
        for entry, _ in zip(self.news, range(count), strict=False):
            self.append(
                entry.stamp_ms, Output("articles", entry.key, entry.value, tuple(entry.headers), entry.partition)
            )

    def append(self, stamp_ms: int, output: Output) -> None:
        self.log.now_ms = stamp_ms
        self.log.append(output)

    def teardown(self) -> None:
        """After weeks in which nothing happens."""
        for partition in range(PARTITIONS):
            self.append(self.log.now_ms + WEEKS_MS, Output("articles", None, b"", tuple(TICK_HEADERS), partition))
        super().teardown()

    def verify(self) -> None:
        alerts = [Alert.model_validate_json(record.value or b"") for record in self.log.topic("alerts")]
        alerts.sort(key=lambda alert: (alert.updated_at, alert.id, alert.revision))
        expected = run_log(self.log.topic("articles"), *knowledge())
        assert list(map(encode, alerts)) == list(map(encode, expected))
        for kind in {alert.rule for alert in expected}:
            event(kind)


Monitor.TestCase.settings = settings(max_examples=10, stateful_step_count=40, deadline=None)
TestMonitor = Monitor.TestCase
