"""`tocsin topics`: the topics and their settings."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from streams.broker import topics, transactions
from streams.cli.output import Answer
from streams.errors import ServiceError
from streams.settings import Settings, load

app = typer.Typer(
    help="Make the topics, or say what of them has drifted.",
    no_args_is_help=True,
)


@app.command(epilog="Example: `TOCSIN_KAFKA=kafka:9092 TOCSIN_REPLICATION=3 tocsin topics create`")
def create(output: Answer = "text") -> None:
    """Make all topics that are missing, with all their settings. Those that are there stay as they are."""
    made = topics.create(load())
    if output == "json":
        print(json.dumps({"created": made}))
    else:
        print(*(f"created {name}" for name in made) if made else ["all topics are there already"], sep="\n")


@app.command(epilog="Example: `tocsin topics check --format json | jq '.drift[].topic'`")
def check(output: Answer = "text") -> None:
    """Say what is missing or not set as it should be.

    Also, whether the cluster gives us transactions. Changes nothing. Exit code 0 if all is well, 1 if not, 3 if there
    is no Kafka.
    """
    settings = load()
    drifts, problem = topics.check(settings), _without_transactions(settings)
    if output == "json":
        told = {"ok": not drifts and not problem, "drift": [asdict(drift) for drift in drifts]}
        print(json.dumps({**told, "transactions": problem or "possible"}))
    elif not drifts:
        print("all topics are as they should be")
    else:
        table = Table("topic", "setting", "should be", "is", box=None, pad_edge=False)
        for drift in drifts:
            table.add_row(drift.topic, drift.setting, drift.wanted, drift.found)
        Console(highlight=False, soft_wrap=True).print(table)
        Console(stderr=True, highlight=False, soft_wrap=True).print(
            "Missing topics: `tocsin topics create`. Settings: change them with the cluster's own tools "
            "(kafka-configs --alter), or set TOCSIN_PARTITIONS and TOCSIN_REPLICATION to what the cluster has."
        )
    if problem and output == "text":
        print(problem, file=sys.stderr)
    raise typer.Exit(1 if drifts or problem else 0)


def _without_transactions(settings: Settings) -> str:
    """Why there are none, and what to do; "" if there are."""
    try:
        transactions.check(settings, "check")
    except ServiceError as error:
        return str(error)
    return ""


@app.command(epilog="Example: `tocsin topics delete-replay 3f9a02c1 --dry-run`")
def delete_replay(
    replay_id: Annotated[str, typer.Argument(metavar="ID", help="The id that `tocsin replay` said.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
) -> None:
    """Delete the topics of a replay. Topics of anything else are never deleted.

    Exit code 0 if there were any, 1 if not.
    """
    names = topics.delete_replay(load(), replay_id, dry_run=dry_run)
    for name in names:
        print("would delete" if dry_run else "deleted", name)
    raise typer.Exit(0 if names else 1)
