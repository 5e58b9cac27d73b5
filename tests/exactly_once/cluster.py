"""Three Kafka nodes on loopback, each broker and controller, as a cluster that is to survive one of them."""

from __future__ import annotations

import asyncio
import re
import subprocess
from contextlib import suppress
from pathlib import Path

from streams.broker import client, jars, node
from streams.errors import ServiceError

COPIES = 3
_SETTINGS = {
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    "share.coordinator.state.topic.replication.factor": "3",
    "share.coordinator.state.topic.min.isr": "2",
}


class Cluster:
    """The nodes are numbered from 1. What they say is in `<folder>/<number>/kafka.log`."""

    def __init__(self, folder: Path) -> None:
        self._folders = {number: folder / str(number) for number in range(1, COPIES + 1)}
        self._ports = {number: node.choose_ports() for number in self._folders}
        self._java = node.find_java()[0]
        self._jars, _ = jars.ensure()
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._cluster_id = node.new_cluster_id()

    @property
    def bootstrap_servers(self) -> str:
        return ",".join(f"127.0.0.1:{ports.client}" for ports in self._ports.values())

    async def start(self) -> None:
        """Format and start all, and wait until all are there."""
        for number in self._folders:
            self._format(number)
        for number in self._folders:
            self.start_node(number)
        async with asyncio.timeout(60):
            while True:
                with suppress(ServiceError):
                    found = await client.describe({"bootstrap_servers": self.bootstrap_servers})
                    if len(found["brokers"]) == COPIES:
                        return
                await asyncio.sleep(0.3)

    def start_node(self, number: int) -> None:
        """On its data."""
        folder = self._folders[number]
        with (folder / "kafka.log").open("ab") as log:
            self._processes[number] = subprocess.Popen(
                node.command(self._java, self._jars, folder, *node.RUN),
                cwd=folder,
                env=node.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def leader(self, topic: str, partition: int) -> int:
        """The number of the node that leads it."""
        async with client.admin({"bootstrap_servers": self.bootstrap_servers}) as admin:
            (described,) = await admin.describe_topics([topic])
            return next(int(p["leader"]) for p in described["partitions"] if p["partition"] == partition)

    def kill(self, number: int) -> None:
        """kill -9."""
        self._processes[number].kill()
        self._processes[number].wait(10)

    def stop(self) -> None:
        """All, at once."""
        for process in self._processes.values():
            process.kill()
            process.wait(10)

    def _format(self, number: int) -> None:
        folder = self._folders[number]
        folder.mkdir(parents=True)
        node.write_files(folder, self._ports[number])
        file = folder / "server.properties"
        voters = ",".join(f"{n}@127.0.0.1:{ports.controller}" for n, ports in self._ports.items())
        settings = {"node.id": str(number), "controller.quorum.voters": voters, **_SETTINGS}
        text = file.read_text()
        for name, value in settings.items():
            text, found = re.subn(rf"(?m)^{re.escape(name)}=.*$", f"{name}={value}", text)
            assert found == 1, name
        file.write_text(text)
        subprocess.run(
            node.command(self._java, self._jars, folder, *node.FORMAT, self._cluster_id),
            cwd=folder,
            env=node.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
