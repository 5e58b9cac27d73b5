"""The contract on a real Kafka, with real worker processes."""

from __future__ import annotations

import pytest

from streams.settings import Settings
from tests.engine.contract_suite import ContractSuite
from tests.engine.kafka_rig import KafkaRunner, Rig
from tests.engine.runner import NewRunner, Runner

pytestmark = pytest.mark.kafka


class TestOnKafka(ContractSuite):
    @pytest.fixture(scope="class")
    def new_runner(self, broker: Settings, tmp_path_factory: pytest.TempPathFactory) -> NewRunner:
        async def new() -> KafkaRunner:
            return KafkaRunner(await Rig.make(broker, tmp_path_factory.mktemp("rig")))

        return new

    async def test_kills_in_open_transactions_lose_and_double_nothing(self, runner: Runner) -> None:
        await super().test_kills_in_open_transactions_lose_and_double_nothing(runner)
        assert isinstance(runner, KafkaRunner)
        written, committed = [
            await runner.rig.read("out", isolation) for isolation in ("read_uncommitted", "read_committed")
        ]
        assert len(written) > len(committed), "no kill hit an open transaction: the test proved nothing"
