"""What the log of articles must have given, against all that stands in the topics."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from schemas import encode
from streams.engine.contract import Effects, Output, Record
from streams.engine.oracle import run_log
from streams.engine.steps import is_tick
from streams.engine.supervisor import console_script
from streams.engine.wiring import Seeds, load_seeds, read_step, watch_step
from streams.engine.work import Limits, letters
from streams.settings import Settings
from streams.store import MemoryStore
from tests.exactly_once.killing import WRITES, aborted
from tests.product import environment_of, everything, raw

Row = tuple[bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]
"""Key, value and headers of a record: all of it but where and when it was written."""


@dataclass
class Verdict:
    """How many there were of each, and every way in which they are not what they should be.

    `aborted`: by stage, records of transactions that did not commit. They prove that faults hit open ones.
    """

    counts: dict[str, int] = field(default_factory=dict)
    aborted: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    doubled: int = 0
    problems: list[str] = field(default_factory=list)

    def compare(self, what: str, found: Iterable[object], wanted: Iterable[object]) -> None:
        """Enter how many there are, what is missing and what is too much."""
        there, due = Counter(found), Counter(wanted)
        lost, doubled = due - there, there - due
        self.counts[what] = there.total()
        self.lost += lost.total()
        self.doubled += doubled.total()
        if lost or doubled:
            some = [str(row)[:400] for row in (*lost, *doubled)][:4]
            self.problems.append(f"{what}: {lost.total()} lost, {doubled.total()} too much, such as {some}")


async def judge(settings: Settings, *, replay: bool = True) -> Verdict:
    """Count and compare, once everything is idle and all workers have ended; with `replay`, also with a replay."""
    seeds, verdict = load_seeds(settings), Verdict()
    log = [raw(record) for record in await everything(settings, "articles")]
    articles = [record for record in log if not is_tick(record)]
    verdict.counts["articles"] = len(articles)

    # By the plain loop over the log: the read step itself, without an engine.
    effects = read_step(settings, seeds)(articles, MemoryStore())
    for name, wanted in (
        ("reports", _of_topic(settings, effects, "reports")),
        ("matches", _of_topic(settings, effects, "matches")),
        ("dead-letters", map(_row, letters(effects, Limits(settings.topic("dead-letters"), {})))),
    ):
        found = [raw(record) for record in await everything(settings, name)]
        verdict.compare(name, (_row(record) for record in found if not is_tick(record)), wanted)

    alerts = sorted(await everything(settings, "alerts"), key=lambda record: record.offset)
    oracle = [encode(alert) for alert in run_log(log, seeds.reader, seeds.rules)]
    verdict.compare("alerts", (record.value for record in alerts), oracle)
    if replay:
        latest = {record.key: record.value for record in alerts}
        verdict.compare("replayed alerts", await _replayed(settings), latest.values())

    state = {(record.partition, record.key): record.value for record in await everything(settings, "watch-state")}
    verdict.compare("state", _held(state), _held(await _folded(settings, seeds)))
    verdict.aborted = {stage: await aborted(settings, stage) for stage in WRITES}
    return verdict


def _row(record: Record | Output) -> Row:
    return record.key, record.value, tuple(record.headers)


def _of_topic(settings: Settings, effects: Effects, name: str) -> Iterator[Row]:
    topic = settings.topic(name)
    return (_row(output) for output in effects.outputs if output.topic == topic)


def _held(state: Mapping[tuple[int, bytes], bytes | None]) -> Iterator[tuple[int, bytes, bytes]]:
    """What is held, but for two things that depend on how batches were cut, and that nothing else depends on.

    A group's entry has a stamp that names the writing; and its one timer may be early.
    """
    for (partition, key), value in state.items():
        if value is None:
            continue
        if key.startswith(b"g/"):
            _, logic, _, *rest = json.loads(value)
            yield partition, key, json.dumps([logic, *rest]).encode()
        elif key.startswith(b"t/"):
            yield partition, b"t/" + key.split(b"/", 2)[2], value
        else:
            yield partition, key, value


async def _folded(settings: Settings, seeds: Seeds) -> dict[tuple[int, bytes], bytes | None]:
    """The state that the final log of matches leaves: the watch step alone, partition by partition."""
    logs = defaultdict[int, list[Record]](list)
    for record in await everything(settings, "matches"):
        logs[record.partition].append(raw(record))
    folded: dict[tuple[int, bytes], bytes | None] = {}
    for partition, records in logs.items():
        store = MemoryStore()
        watch_step(settings, seeds)(records, store)
        folded |= {(partition, key): value for key, value in store.entries.items()}
    return folded


async def _replayed(settings: Settings) -> list[bytes]:
    """What `tocsin replay` prints of the same log."""
    done = await asyncio.to_thread(
        subprocess.run,
        [console_script(), "replay", "--format", "jsonl"],
        env=environment_of(settings),
        capture_output=True,
        timeout=180,
    )
    if done.returncode:
        raise AssertionError(f"tocsin replay: exit code {done.returncode}: {done.stderr.decode()[-2000:]}")
    return done.stdout.splitlines()
