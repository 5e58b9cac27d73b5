"""A Kafka without transactions, as it is with Kafka's own defaults on one broker, and one that forbids them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka.protocol.admin import CreateAclsRequest

from streams.broker import client, node, topics, transactions
from streams.broker.connection import client_options
from streams.broker.kafka import Broker
from streams.engine.wiring import make_worker
from streams.errors import ServiceError
from streams.settings import Settings
from tests.cli.here import run

pytestmark = pytest.mark.kafka
FACTOR, IN_SYNC = "transaction.state.log.replication.factor=1\n", "transaction.state.log.min.isr=1\n"


def start(home: Path, monkeypatch: pytest.MonkeyPatch, properties: str) -> Settings:
    """A broker with other properties than ours, with our topics."""
    monkeypatch.setattr(node, "PROPERTIES", properties)
    monkeypatch.setattr(transactions, "PATIENCE_SECONDS", 4.0)
    monkeypatch.setenv("TOCSIN_HOME", str(home))
    monkeypatch.delenv("TOCSIN_KAFKA", raising=False)
    settings = Settings(home=home)
    Broker(settings).start()
    topics.create(settings)
    return settings


@pytest.fixture
def strange(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    Broker(Settings(home=tmp_path / "home")).stop()


def test_one_broker_with_the_defaults_of_kafka_is_told_which_of_its_settings_to_change(
    strange: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = start(strange, monkeypatch, node.PROPERTIES.replace(FACTOR, "").replace(IN_SYNC, ""))
    what_to_do = f"set {FACTOR.strip()} and {IN_SYNC.strip()} on each broker"
    for stage in ("read", "watch"):
        with pytest.raises(ServiceError, match=what_to_do):
            make_worker(settings, stage)
    check = run("topics", "check", "--format", "json")
    answer = json.loads(check.stdout)
    assert (check.returncode, answer["ok"], answer["drift"]) == (1, False, [])
    assert what_to_do in answer["transactions"]
    assert what_to_do in run("topics", "check").stderr.decode()
    findings = {each["name"]: each for each in json.loads(run("doctor", "--format", "json").stdout)["findings"]}
    assert not findings["transactions"]["ok"]
    assert what_to_do in findings["transactions"]["seen"]


def test_a_cluster_that_forbids_our_transactional_ids_is_told_what_to_allow(
    strange: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorizer = "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
    lines = f"authorizer.class.name={authorizer}\nallow.everyone.if.no.acl.found=true\n"
    settings = start(strange, monkeypatch, node.PROPERTIES + lines)
    transactions.check(settings, "read")

    async def forbid() -> None:
        transactional_id, prefixed, write, deny = 5, 4, 4, 2
        denied = CreateAclsRequest(transactional_id, "tocsin.", prefixed, "User:ANONYMOUS", "*", write, deny)
        async with client.admin(client_options(settings)) as admin:
            await admin._send_to_controller(denied)

    client.run(forbid())
    with pytest.raises(ServiceError, match=r"--transactional-id 'tocsin\.' --resource-pattern-type prefixed"):
        make_worker(settings, "read")


def test_our_own_broker_gives_transactions_and_nothing_is_written(settings: Settings) -> None:
    for _ in range(2):
        transactions.check(settings, f"test-{uuid.uuid4().hex}")
    assert topics.check(settings) == []


def test_requests_that_a_broker_does_not_list_are_named() -> None:
    assert transactions.missing_apis(range(100)) == []
    assert transactions.missing_apis(range(25)) == ["AddOffsetsToTxn", "EndTxn", "TxnOffsetCommit"]


@pytest.mark.parametrize(
    ("brokers", "factor", "copies", "min_in_sync", "said"),
    [
        (
            1,
            3,
            [],
            1,
            "wants 3 copies and 1 broker(s) run: start more, or set transaction.state.log.replication.factor=1",
        ),
        (3, 3, [], 1, "the brokers' logs say why"),
        (3, 3, [(3, 3), (3, 1)], 2, "1 copies are in sync and 2 have to be: start all its brokers"),
        (1, 3, [(1, 1)], 2, "the brokers' logs say why"),
    ],
)
def test_what_is_told_of_a_transaction_log_is_what_is_wrong_with_it(
    brokers: int, factor: int, copies: list[tuple[int, int]], min_in_sync: int, said: str
) -> None:
    assert said in transactions.reason(brokers, factor, copies, min_in_sync)
