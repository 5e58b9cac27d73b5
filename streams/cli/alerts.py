"""`tocsin alerts`: what rings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

import typer

from schemas import Alert
from streams.cli.output import Format, format_option, show_alerts
from streams.cli.times import parse_time
from streams.errors import InputError
from streams.settings import Settings, load


def alerts(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new ones as they come.")] = False,
    since: Annotated[str | None, typer.Option(help="Only those updated at or after this time.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only those of this rule.")] = None,
    state: Annotated[str | None, typer.Option(help="Only `firing` or `resolved` ones.")] = None,
    form: Annotated[Format, format_option(Format, "text, or jsonl for machines.")] = Format.TEXT,
) -> None:
    """Print the alerts in their latest revision, oldest first.

    Examples:

        tocsin alerts --state firing

        tocsin alerts --follow --format jsonl --rule sanctions-refused
    """
    if state not in (None, "firing", "resolved"):
        raise InputError(f"--state {state}: firing or resolved")
    after = parse_time(since)

    def wanted(alert: Alert) -> bool:
        return (
            (rule is None or alert.rule == rule)
            and (state is None or alert.state == state)
            and (after is None or alert.updated_at >= after)
        )

    asyncio.run(print_alerts(load(), form, follow=follow, wanted=wanted))


async def print_alerts(
    settings: Settings, form: Format, *, follow: bool, wanted: Callable[[Alert], bool] | None = None
) -> None:
    """Those that are held, in order and in their latest revision; with `follow`, then each record as it comes."""
    from streams.broker.connection import client_options
    from streams.engine.tail import in_order, tail

    latest: dict[str, Alert] | None = {}
    topic = settings.topic("alerts")
    async for record in tail(client_options(settings), topic, settings.partitions, follow=follow):
        if record is None:
            show_alerts(filter(wanted, in_order((latest or {}).values())), form)
            latest = None
        elif record.value is not None:
            alert = Alert.model_validate_json(record.value)
            if latest is None:
                show_alerts(filter(wanted, [alert]), form)
            else:
                latest[alert.id] = alert
