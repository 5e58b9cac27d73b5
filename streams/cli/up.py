"""`tocsin up`: the whole monitor on one machine."""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.alerts import print_alerts
from streams.cli.output import Format, err, format_option, say
from streams.cli.publish import publish_files
from streams.errors import InputError
from streams.settings import Settings, load

if TYPE_CHECKING:
    from streams.watching.rules import Rules


def up(
    seed: Annotated[bool, typer.Option("--seed", help="Publish the sample articles that come along.")] = False,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="End once all that was published has been read and watched.")
    ] = False,
    form: Annotated[Format, format_option(Format, "text, or jsonl for machines.")] = Format.TEXT,
) -> None:
    """Run Kafka and both workers here, and print the alerts.

    Those that are held, then new ones as they come.

    With --until-idle: print each alert once, in its latest revision, and end. Without, rules that change in the seeds
    are taken over when they are valid: what changes is said, and the workers start again. Ctrl-C ends all of it within
    10 s. The data stay in TOCSIN_HOME (default .tocsin/) for the next time.

    Examples:

        tocsin up --seed

        tocsin up --seed --until-idle --format jsonl > alerts.jsonl
    """
    from streams.cli import running  # Kafka's clients and Faust take a second to import; --help should not
    from streams.cli.reload import hold_rules
    from streams.engine.wiring import load_seeds

    settings = load()
    with only_one(settings.home):
        began = time.monotonic()
        rules = load_seeds(settings).rules  # a mistake in a file is told before anything is started
        say("knowledge", time.monotonic() - began, str(settings.seeds_folder()))
        held = hold_rules(settings)
        with running.broker(settings):
            running.run(_up(settings, held, rules, seed=seed, until_idle=until_idle, form=form))


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the home. Raises InputError if another `up` does."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            raise InputError(
                f"`tocsin up` is running in {home} already (process {lock.read().strip() or 'unknown'}): "
                "`tocsin alerts --follow` shows its alerts; set TOCSIN_HOME to run another"
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


async def _up(settings: Settings, held: Settings, rules: Rules, *, seed: bool, until_idle: bool, form: Format) -> None:
    from streams.cli import running
    from streams.cli.reload import follow_rules, put_rules
    from streams.engine.idle import until_idle as idle
    from streams.ingest.files import seed_files

    await running.make_topics(settings)
    async with running.workers(held) as workers:

        async def take_over(content: bytes) -> None:
            put_rules(held.seeds_folder(), content)
            await workers.restart()

        if seed:
            await asyncio.to_thread(publish_files, settings, seed_files(settings.seeds_folder()))
        if not until_idle:
            _hint(settings, workers.ports)
            await workers.until(print_alerts(settings, form, follow=True), follow_rules(settings, rules, take_over))
            return
        await workers.until(idle(settings, workers.clients))
        await print_alerts(settings, form, follow=False)


def _hint(settings: Settings, ports: dict[str, int]) -> None:
    pages = ", ".join(f"http://{settings.metrics_host}:{port}/metrics" for port in ports.values())
    lines = (
        f"metrics    {pages}",
        f"home       {settings.home.absolute()}, with logs in logs/",
        "next       tocsin alerts · tocsin publish FILE · tocsin replay · tocsin dead-letters ls",
        f"stop       Ctrl-C; to begin anew, remove {settings.home} after that",
    )
    for line in lines:
        err.print(line, markup=False)
