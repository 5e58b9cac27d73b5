"""`python -m bench.engine.forwarding SERVERS SOURCE TARGET CHANGELOG`: Tocsin's runner with a step that only forwards.

With a changelog it also counts, for each key, how often that came. An empty changelog: without state.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from streams.engine.app import Plan
from streams.engine.contract import Effects, Output, Record
from streams.engine.work import Limits
from streams.engine.worker import Worker
from streams.metrics import Metrics
from streams.store import Store


@dataclass(frozen=True)
class Forward:
    """Key and value as they came."""

    target: str
    name: str = "forward"

    def vital(self, record: Record) -> bool:
        return False

    def __call__(self, records: Sequence[Record], store: Store) -> Effects:
        outputs = [Output(self.target, record.key, record.value) for record in records]
        return Effects(outputs, understood=len(outputs))


@dataclass(frozen=True)
class Tally(Forward):
    """The same; the state is the count of each key."""

    def __call__(self, records: Sequence[Record], store: Store) -> Effects:
        for record in records:
            key = record.key or b""
            store.put(key, b"%d" % (int(store.get(key) or b"0") + 1))
        return super().__call__(records, store)


def main(servers: str, source: str, target: str, changelog: str) -> int:
    """Run until SIGTERM."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    plan = Plan(
        group=f"{source}-forwarding",
        topic=source,
        changelog=changelog or None,
        step=Tally(target) if changelog else Forward(target),
        limits=Limits("dead-letters", {target: 1 << 20}, changelog),
    )
    return Worker(plan, servers, {"bootstrap_servers": servers}, None, Metrics()).run("127.0.0.1", 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
