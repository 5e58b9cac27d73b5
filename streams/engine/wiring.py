"""What the read and the watch worker are made of, from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from schemas import Headers
from streams.broker import topics as kafka_topics
from streams.broker import transactions
from streams.broker.connection import bootstrap, client_options, faust_credentials
from streams.engine.app import Plan
from streams.engine.contract import Step
from streams.engine.known_rules import load_rules_for
from streams.engine.limits import Tolerance
from streams.engine.steps import ReadStep, Topics, WatchStep
from streams.engine.work import Limits
from streams.engine.worker import Worker
from streams.errors import InputError
from streams.metrics import Metrics
from streams.reading import Reader
from streams.settings import Settings
from streams.watching.rules import Rules
from streams.watching.state import check_format
from streams.watching.watcher import Watcher


@dataclass(frozen=True)
class Seeds:
    """What a seeds folder says: how to read and what to watch for."""

    reader: Reader
    rules: Rules


def load_seeds(settings: Settings) -> Seeds:
    """Raises KnowledgeError with file, line and what was expected."""
    folder = settings.seeds_folder()
    reader = Reader.load(folder)
    return Seeds(reader, load_rules_for(reader, folder / "rules.yaml"))


def step_topics(settings: Settings) -> Topics:
    """Where the steps write."""
    return Topics(settings.topic("reports"), settings.topic("matches"), settings.topic("alerts"), settings.partitions)


def read_step(settings: Settings, seeds: Seeds) -> ReadStep:
    """Articles to reports and matches."""
    return ReadStep(seeds.reader, seeds.rules, step_topics(settings), settings.max_text_bytes)


def watch_step(settings: Settings, seeds: Seeds) -> WatchStep:
    """Matches to alerts."""
    return WatchStep(Watcher(seeds.rules), step_topics(settings))


def replay_mark(settings: Settings) -> Headers:
    """The header on all that a replay writes."""
    return (("replay-id", settings.replay_id.encode()),) if settings.replay_id else ()


def _check_topics(settings: Settings) -> None:
    """Raises InputError where a topic is missing or has other partitions: nothing would come out, and nobody told."""
    for drift in kafka_topics.check(settings):
        if drift.setting == "topic":
            raise InputError(f"there is no topic {drift.topic}: `tocsin topics create`")
        if drift.setting == "partitions":
            raise InputError(
                f"{drift.topic} has {drift.found} partitions and TOCSIN_PARTITIONS is {drift.wanted}: "
                f"set it to {drift.found} (a topic keeps its partitions for ever)"
            )


def make_worker(settings: Settings, stage: str) -> Worker:
    """The `read` or the `watch` worker. Raises TocsinError where seeds, broker, topics or settings are amiss."""
    _check_topics(settings)
    transactions.check(settings, stage)
    seeds = load_seeds(settings)
    step: Step = read_step(settings, seeds) if stage == "read" else watch_step(settings, seeds)
    sizes = {settings.topic(topic.name): topic.max_bytes for topic in kafka_topics.TOPICS}
    changelog = settings.topic("watch-state") if stage == "watch" else None
    plan = Plan(
        group=settings.group(stage),
        topic=settings.topic("articles" if stage == "read" else "matches"),
        changelog=changelog,
        step=step,
        limits=Limits(settings.topic("dead-letters"), sizes, changelog or ""),
        tolerance=Tolerance(settings.stop_after_failures, settings.stop_failure_ratio),
        headers=replay_mark(settings),
        session_timeout_seconds=settings.session_timeout_seconds,
        member=settings.member,
        accept=check_format,
    )
    metrics = Metrics()
    knowledge = seeds.reader.version if stage == "read" else seeds.rules.version
    metrics.begin(stage, seeds.rules.by_name)
    metrics.build.labels(stage, version("tocsin"), knowledge).set(1)
    keeps_time = stage == "read" and settings.replay_id is None  # a replay's ticks come with its articles
    return Worker(
        plan,
        bootstrap(settings),
        client_options(settings),
        faust_credentials(settings),
        metrics,
        tick_partitions=settings.partitions if keeps_time else None,
        stall_seconds=settings.stall_seconds,
    )
