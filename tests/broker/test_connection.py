from __future__ import annotations

import asyncio
import ssl
import uuid
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from streams.broker import client
from streams.broker.connection import bootstrap, client_options, faust_credentials
from streams.errors import InputError, ServiceError
from streams.settings import Settings

SASL = {"kafka": "kafka:9092", "kafka_username": "u", "kafka_password": "p", "kafka_sasl_mechanism": "SCRAM-SHA-512"}


def test_cluster_that_is_set_wins_over_the_embedded_one(home: Settings) -> None:
    assert bootstrap(home.model_copy(update={"kafka": "a:1,b:2"})) == "a:1,b:2"


def test_without_a_broker_the_two_ways_to_one_are_named(home: Settings) -> None:
    with pytest.raises(ServiceError, match=r"tocsin up.*tocsin broker start"):
        bootstrap(home)


def test_plain_cluster_needs_no_credentials() -> None:
    settings = Settings(kafka="kafka:9092")
    assert client_options(settings) == {"bootstrap_servers": "kafka:9092", "security_protocol": "PLAINTEXT"}
    assert faust_credentials(settings) is None


def test_password_and_certificates_reach_both_kinds_of_clients() -> None:
    settings = Settings.model_validate({**SASL, "kafka_security_protocol": "SASL_SSL"})
    options = client_options(settings)
    context = options.pop("ssl_context")
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert options == {
        "bootstrap_servers": "kafka:9092",
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "u",
        "sasl_plain_password": "p",
    }
    credentials = faust_credentials(settings)
    assert credentials is not None
    assert credentials.protocol.value == "SASL_SSL"
    assert (credentials.mechanism.value, credentials.username, credentials.password) == ("SCRAM-SHA-512", "u", "p")


def test_protocol_without_tls_gets_no_tls() -> None:
    settings = Settings.model_validate({**SASL, "kafka_security_protocol": "SASL_PLAINTEXT"})
    assert "ssl_context" not in client_options(settings)
    credentials = faust_credentials(settings)
    assert credentials is not None
    assert credentials.protocol.value == "SASL_PLAINTEXT"


def test_tls_alone_is_ssl_credentials_for_faust() -> None:
    credentials = faust_credentials(Settings(kafka="kafka:9092", kafka_security_protocol="SSL"))
    assert credentials is not None
    assert credentials.protocol.value == "SSL"


def test_missing_password_is_told_by_its_setting() -> None:
    with pytest.raises(InputError, match="TOCSIN_KAFKA_PASSWORD"):
        client_options(Settings(kafka="kafka:9092", kafka_security_protocol="SASL_SSL", kafka_username="u"))


def test_file_that_is_absent_or_no_certificate_is_told_by_its_setting(tmp_path: Path) -> None:
    settings = Settings(kafka="k:1", kafka_security_protocol="SSL", kafka_ssl_cafile=tmp_path / "ca.pem")
    with pytest.raises(InputError, match=r"TOCSIN_KAFKA_SSL_CAFILE=.*ca\.pem"):
        client_options(settings)
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(InputError, match="TOCSIN_KAFKA_SSL"):
        client_options(settings)


def test_cluster_that_does_not_answer_is_a_service_error() -> None:
    with pytest.raises(ServiceError, match=r"127\.0\.0\.1:9"):
        client.run(client.describe(client_options(Settings(kafka="127.0.0.1:9"))))


def test_work_runs_from_within_an_event_loop_too() -> None:
    async def inner() -> str:
        await asyncio.sleep(0)
        return "done"

    async def outer() -> str:
        return client.run(inner())

    assert asyncio.run(outer()) == "done"


@pytest.mark.kafka
async def test_options_serve_producer_and_consumer_with_transactions(settings: Settings) -> None:
    topic = settings.topic("reports")
    options = client_options(settings)
    async with AIOKafkaProducer(**options, transactional_id=uuid.uuid4().hex) as producer, producer.transaction():
        await producer.send_and_wait(topic, b"value", key=b"key", partition=0)
    async with AIOKafkaConsumer(**options, isolation_level="read_committed", auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        record = await asyncio.wait_for(consumer.getone(), 10)
    assert (record.key, record.value) == (b"key", b"value")
