"""`tocsin worker read|watch`: one worker process."""

from __future__ import annotations

import gc
import logging
import os
import sys
import time

import typer

from streams.settings import load

app = typer.Typer(
    help="""Run one worker process until SIGTERM.

    Start as many as there are cores: the partitions of the topic are shared out among them. `tocsin up` runs one of
    each for you.
    """,
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def read() -> None:
    """Articles to reports and matches.

    Example: TOCSIN_KAFKA=kafka:9092 TOCSIN_METRICS_PORT=9464 tocsin worker read
    """
    _run("read")


@app.command()
def watch() -> None:
    """Matches to alerts.

    Example: TOCSIN_KAFKA=kafka:9092 TOCSIN_METRICS_PORT=9465 tocsin worker watch
    """
    _run("watch")


def _run(stage: str) -> None:
    gc.disable()  # until all is loaded: nothing becomes garbage in the meantime, and a killed worker's records wait
    from streams.engine.wiring import make_worker  # Faust takes half a second to import
    from streams.engine.worker import end_with_parent

    set_up_logging()
    if os.environ.get("TOCSIN_SUPERVISED"):
        end_with_parent()
    settings = load()
    sys.exit(make_worker(settings, stage).run(settings.metrics_host, settings.metrics_port))


class _Rationed(logging.Filter):
    """aiokafka logs without bound while a broker is away: at most one line a second of each logger comes through."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        if now - self._last.get(record.name, -1.0) < 1.0:
            return False
        self._last[record.name] = now
        return True


def set_up_logging() -> None:
    """To stderr, times in UTC. Faust's and aiokafka's own talk only where something is amiss."""
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    # Faust logs under the modules of its subclasses, too.
    for name in ("faust", "mode", "aiokafka", "streams.engine.transport", "streams.engine.app"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger().handlers[0].addFilter(lambda record: not record.name.startswith("aiokafka") or ration(record))


ration = _Rationed().filter
