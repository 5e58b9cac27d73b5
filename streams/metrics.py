"""Every metric, declared once, each with a sentence. Base units; labels are bounded by rules, topics and reasons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

from schemas import Severity, State

REASONS = (
    "null_value",
    "invalid_utf8",
    "invalid_json",
    "invalid_field",
    "missing_field",
    "no_text",
    "bad_time",
    "future",
    "text_too_long",
    "too_large",
    "invalid_match",
    "step_failed",
)
"""Why a record is a dead letter: all there are."""
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10, 30, 60, 300)


class Metrics:
    """One worker's metrics in a registry of its own. Attribute names are what a step's `Effects` refer to."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"tocsin_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"tocsin_{name}", text, labels, registry=registry)

        def histogram(name: str, text: str, *labels: str) -> Histogram:
            return Histogram(f"tocsin_{name}", text, labels, registry=registry, buckets=_SECONDS)

        self.build = gauge("build_info", "1; the labels say what runs.", "step", "version", "knowledge")
        self.records_in = counter("records_in", "Records processed, ticks included.", "topic")
        self.records_out = counter("records_out", "Records written, ticks included.", "topic")
        self.dead_letters = counter("dead_letters", "Records that could not be processed.", "reason")
        self.batch_seconds = histogram("batch_seconds", "Time in the step for one batch.", "step")
        self.commit_seconds = histogram("commit_seconds", "Time of one transaction, begin to commit.", "step")
        self.read_age = histogram("read_age_seconds", "From the broker's stamp on an article to its committed report.")
        self.alert_age = histogram(
            "alert_age_seconds", "From the start of the round in which an article was received to its committed alert."
        )
        self.lag = gauge(
            "lag_records", "Offsets between what is committed and the end of the log.", "topic", "partition"
        )
        self.clock_delay = gauge("clock_delay_seconds", "The wall clock minus the clock of watch.", "partition")
        self.state_keys = gauge("state_keys", "Keys in the state.", "partition")
        self.restore_seconds = gauge("restore_seconds", "Time of the last restore of the state.", "partition")
        self.signals = counter("signals", "Signals read.", "topic", "action", "direction")
        self.matches = counter("matches", "Articles that a rule wanted, one for each group.", "rule")
        self.too_old = counter("too_old", "Articles a rule would have wanted, received later than its max_age.", "rule")
        self.late_matches = counter(
            "late_matches", "Matches whose round had already run: the broker's clock went back."
        )
        self.unwanted_matches = counter("unwanted_matches", "Matches of other rules than this worker's.")
        self.unused_stories = counter(
            "unused_stories",
            "Stories too late for their slot (burst, shift) or older than a position (reversal).",
            "rule",
        )
        self.forgotten_stories = counter(
            "forgotten_stories", "Stories that a crowded group dropped before their time.", "rule"
        )
        self.unknown_fields = counter("unknown_fields", "Fields of articles that the contract does not know.")
        self.unread = counter("articles_unread", "Articles in a language that is not read.")
        self.alerts = counter("alerts", "Alert records written.", "rule", "severity", "state")
        self.ticks = counter("ticks_sent", "Ticks appended to articles.")
        self.retries = counter("retries", "Batches worked on again after an infrastructure error.", "partition")
        self.gaps = counter("gaps", "Batches that did not follow on the committed offset.", "partition")
        self.offsets_lost = counter(
            "offsets_lost", "Offsets that retention deleted unread. Any is an alarm.", "partition"
        )

    def count(self, name: str, labels: tuple[str, ...], by: int) -> None:
        """Raise the counter in attribute `name`."""
        metric: Counter = getattr(self, name)
        (metric.labels(*labels) if labels else metric).inc(by)

    def forget(self, partition: int) -> None:
        """A partition is another worker's now: what was measured of it here would stand still."""
        for gauge in (self.clock_delay, self.state_keys, self.restore_seconds):
            gauge.remove(partition)

    def begin(self, step: str, rules: Iterable[str]) -> None:
        """Show what has not happened yet as 0, so that its first time is a rise that `rate()` sees."""
        self.batch_seconds.labels(step)
        self.commit_seconds.labels(step)
        for reason in REASONS:
            self.dead_letters.labels(reason)
        for rule in rules:
            self.matches.labels(rule)
            self.unused_stories.labels(rule)
            self.forgotten_stories.labels(rule)
            for severity in get_args(Severity):
                for state in get_args(State):
                    self.alerts.labels(rule, severity, state)

    def observe(self, name: str, seconds: float) -> None:
        """Enter a value into the unlabelled histogram in attribute `name`."""
        metric: Histogram = getattr(self, name)
        metric.observe(seconds)
