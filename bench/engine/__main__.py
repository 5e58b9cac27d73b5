"""`python -m bench.engine [ROUNDS]`: throughput and latency of the engine and of its peers, and what they ran on.

See bench.engine.throughput and bench.engine.latency, each on a Kafka of its own. A table on stderr and one line of JSON
on stdout.
"""

from __future__ import annotations

import asyncio
import os
import platform
import sys
from importlib.metadata import version

from bench.engine import latency, throughput
from bench.engine.rig import kafka
from bench.measuring import tell

LATENCY_SECONDS = 10.0


def ran_on() -> dict[str, object]:
    """The machine, how busy it was, and the versions."""
    return {
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load_before": round(os.getloadavg()[0], 1),
        "versions": {name: version(name) for name in ("aiokafka", "faust-streaming")} | throughput.peer_versions(),
    }


def main() -> None:
    """Print the figures."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    result = ran_on()
    with kafka() as settings:
        taken = asyncio.run(throughput.measure(settings, throughput.present(), rounds))
    result |= {"rounds": rounds, **throughput.summary(taken)}
    with kafka() as settings:
        result |= asyncio.run(latency.measure(settings, LATENCY_SECONDS))
    tell(result)


if __name__ == "__main__":
    main()
