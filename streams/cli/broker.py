"""`tocsin broker`: the embedded Kafka of this home."""

from __future__ import annotations

import json

import typer

from streams.broker import client
from streams.broker.connection import client_options
from streams.broker.kafka import Broker
from streams.cli.output import Answer, say
from streams.errors import InputError, ServiceError
from streams.settings import Settings, load

app = typer.Typer(
    help="Start, stop and find the embedded Kafka of TOCSIN_HOME.",
    no_args_is_help=True,
)


@app.command(epilog="Example: `TOCSIN_HOME=/var/lib/tocsin tocsin broker start`")
def start() -> None:
    """Start the broker and leave it running; its address is printed. If it runs already, only that.

    The first time this fetches Kafka (45 MB) into Maven's local repository.
    """
    running = _broker().start(say)
    print(running.bootstrap_servers)


@app.command(epilog="Example: `tocsin broker stop`")
def stop() -> None:
    """Stop the broker; what it holds stays. Nothing happens if none runs."""
    broker = _broker()
    print("stopped" if broker.stop() else f"no broker runs in {broker.home}")


@app.command(epilog="Example: `tocsin broker status --format json | jq -r .bootstrap_servers`")
def status(output: Answer = "text") -> None:
    """Say whether the broker runs, and where. Exit code 0 if it does, 1 if not.

    With TOCSIN_KAFKA this asks that cluster.
    """
    settings = load()
    found = _external(settings) if settings.kafka else _embedded(settings)
    if output == "json":
        print(json.dumps(found))
    elif found["running"]:
        rest = {name: value for name, value in found.items() if name not in ("running", "bootstrap_servers") and value}
        print(
            f"running at {found['bootstrap_servers']}",
            *(f"{name}: {value}" for name, value in rest.items()),
            sep="\n  ",
        )
    else:
        print(f"not running: {found['home'] or found['bootstrap_servers']}")
    raise typer.Exit(0 if found["running"] else 1)


def _broker() -> Broker:
    settings = load()
    if settings.kafka:
        raise InputError(f"TOCSIN_KAFKA={settings.kafka} is set: the embedded broker is not used; unset it to do so")
    return Broker(settings)


def _embedded(settings: Settings) -> dict[str, object]:
    broker = Broker(settings)
    running = broker.running()
    return {
        "running": running is not None,
        "version": running and running.version,
        "bootstrap_servers": running and running.bootstrap_servers,
        "home": str(broker.home),
        "pid": running and running.pid,
        "started_by": running and running.started_by,
        "log": str(broker.log),
    }


def _external(settings: Settings) -> dict[str, object]:
    try:
        client.run(client.describe(client_options(settings)))
        running = True
    except ServiceError:
        running = False
    # A cluster does not tell its version to clients.
    return {"running": running, "version": None, "bootstrap_servers": settings.kafka, "home": None}
