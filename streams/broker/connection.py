"""Where Kafka is and how to get in: what every client is made with."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from streams.broker.kafka import Broker
from streams.errors import InputError, ServiceError
from streams.settings import Settings

if TYPE_CHECKING:
    from faust.types.auth import CredentialsT


def bootstrap(settings: Settings) -> str:
    """`host:port[,…]` of TOCSIN_KAFKA, else of the embedded broker. Raises ServiceError if that does not run."""
    if settings.kafka:
        return settings.kafka
    if running := Broker(settings).running():
        return running.bootstrap_servers
    raise ServiceError(f"no broker runs in {settings.home}: `tocsin up` or `tocsin broker start`")


def client_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments for aiokafka's consumers, producers and admin clients. Raises ServiceError, InputError."""
    options: dict[str, Any] = {"bootstrap_servers": bootstrap(settings)}
    if not settings.kafka:
        return options
    options["security_protocol"] = settings.kafka_security_protocol
    if _is_tls(settings):
        options["ssl_context"] = _ssl_context(settings)
    if _is_sasl(settings):
        username, password = _login(settings)
        options["sasl_mechanism"] = settings.kafka_sasl_mechanism
        options["sasl_plain_username"], options["sasl_plain_password"] = username, password
    return options


def faust_credentials(settings: Settings) -> CredentialsT | None:
    """For Faust's `broker_credentials`; None where none are needed. Raises InputError."""
    if not settings.kafka or settings.kafka_security_protocol == "PLAINTEXT":
        return None
    from faust.auth import SASLCredentials, SSLCredentials  # slow to import, and few need it

    context = _ssl_context(settings) if _is_tls(settings) else None
    if not _is_sasl(settings):
        return SSLCredentials(context)
    username, password = _login(settings)
    return SASLCredentials(
        username=username, password=password, mechanism=settings.kafka_sasl_mechanism, ssl_context=context
    )


def _is_tls(settings: Settings) -> bool:
    return settings.kafka_security_protocol in ("SSL", "SASL_SSL")


def _is_sasl(settings: Settings) -> bool:
    return settings.kafka_security_protocol in ("SASL_PLAINTEXT", "SASL_SSL")


def _login(settings: Settings) -> tuple[str, str]:
    if not settings.kafka_username or not settings.kafka_password:
        raise InputError(
            f"TOCSIN_KAFKA_SECURITY_PROTOCOL={settings.kafka_security_protocol} "
            "needs TOCSIN_KAFKA_USERNAME and TOCSIN_KAFKA_PASSWORD"
        )
    return settings.kafka_username, settings.kafka_password


def _ssl_context(settings: Settings) -> ssl.SSLContext:
    """Verifies the brokers' certificates and names; shows our own certificate if there is one."""
    named = {
        "TOCSIN_KAFKA_SSL_CAFILE": settings.kafka_ssl_cafile,
        "TOCSIN_KAFKA_SSL_CERTFILE": settings.kafka_ssl_certfile,
        "TOCSIN_KAFKA_SSL_KEYFILE": settings.kafka_ssl_keyfile,
    }
    for name, file in named.items():
        if file is not None and not file.is_file():
            raise InputError(f"{name}={file}: no such file")
    if settings.kafka_ssl_keyfile and not settings.kafka_ssl_certfile:
        raise InputError("TOCSIN_KAFKA_SSL_KEYFILE needs TOCSIN_KAFKA_SSL_CERTFILE")
    try:
        context = ssl.create_default_context(cafile=settings.kafka_ssl_cafile)
        if settings.kafka_ssl_certfile:
            context.load_cert_chain(settings.kafka_ssl_certfile, settings.kafka_ssl_keyfile)
    except ssl.SSLError as error:
        raise InputError(f"the files of TOCSIN_KAFKA_SSL_… are not what they should be: {error}") from error
    return context
