"""All commands together, and what an error becomes: a line that says what to do, and an exit code."""

from __future__ import annotations

import logging
import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from streams.cli import (
    alerts,
    backtest,
    broker,
    bursts,
    dead_letters,
    doctor,
    explain,
    publish,
    read,
    replay,
    rules,
    schemas,
    state,
    stories,
    topics,
    up,
    worker,
)
from streams.errors import TocsinError

_START = """Reads the news as it arrives and rings when policy moves.

Three commands to start with:

    tocsin read --text "Serbia will not impose sanctions on Russia."

    tocsin up --seed            # all of it, with sample articles

    tocsin alerts --follow      # in another terminal

Exit codes: 0 done; 1 the answer is no; 2 the call, a file or a setting is wrong; 3 Kafka or another service cannot be
had; 4 a worker stopped because most of what came in could not be processed; 5 a worker hung; 130 interrupted.
"""

app = typer.Typer(help=_START, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tocsin {version('tocsin')}")
        raise typer.Exit


@app.callback()
def _all(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Say the version and end.")
    ] = False,
) -> None:
    pass


app.command("read")(read.read)
app.command("up")(up.up)
app.add_typer(broker.app, name="broker")
app.add_typer(topics.app, name="topics")
app.add_typer(worker.app, name="worker")
app.command("publish")(publish.publish)
app.command("alerts")(alerts.alerts)
app.command("explain")(explain.explain)
app.add_typer(rules.app, name="rules")
app.command("backtest")(backtest.backtest)
app.command("stories")(stories.stories)
app.command("bursts")(bursts.bursts)
app.command("replay")(replay.replay)
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(state.app, name="state")
app.add_typer(schemas.app, name="schemas")
app.command("doctor")(doctor.doctor)


def main() -> None:
    """The console script `tocsin`."""
    # Where nobody sets up logging, aiokafka's retries would stand among the lines for people; we say it ourselves.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        app()
    except TocsinError as error:
        sys.stderr.write(f"tocsin: {error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # `tocsin alerts | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
