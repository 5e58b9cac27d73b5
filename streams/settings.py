"""What an operator sets, from the environment (`TOCSIN_…`). Read once at the start of a process, then passed on."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from streams.errors import InputError


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


Optional = BeforeValidator(_none_if_empty)


class Settings(BaseSettings):
    """Every setting is an environment variable: the field's name in capitals behind `TOCSIN_`."""

    model_config = SettingsConfigDict(env_prefix="TOCSIN_", frozen=True, extra="ignore")

    home: Path = Path(".tocsin")
    """Where the embedded broker's data, logs and downloads live."""
    kafka: Annotated[str | None, Optional] = None
    """`host:port[,host:port]` of a cluster to use; without it the embedded broker."""
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """How to speak with that cluster."""
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    """Which SASL, where the protocol has it."""
    kafka_username: Annotated[str | None, Optional] = None
    """For SASL."""
    kafka_password: Annotated[str | None, Optional] = None
    """For SASL."""
    kafka_ssl_cafile: Annotated[Path | None, Optional] = None
    """Who may sign the brokers' certificates; without it, whom the system trusts."""
    kafka_ssl_certfile: Annotated[Path | None, Optional] = None
    """Our own certificate, where the brokers want one."""
    kafka_ssl_keyfile: Annotated[Path | None, Optional] = None
    """Its key, if that is a file of its own."""
    prefix: Annotated[str, Field(pattern=r"^[a-zA-Z0-9._-]{1,100}$")] = "tocsin."
    """Stands before the name of every topic and group."""
    replay_id: Annotated[str | None, Optional] = None
    """Set in the workers of a replay: they mark what they write and leave the clock to the replay."""
    partitions: Annotated[int, Field(ge=1, le=1000)] = 4
    """Of every topic, for ever: state and identity are bound to them."""
    replication: Annotated[int, Field(ge=1, le=9)] = 1
    """Copies of every partition; 3 on a cluster that is to survive a broker."""
    seeds: Annotated[Path | None, Optional] = None
    """A folder like `seeds/` to use instead of the one that comes along."""
    max_text_bytes: Annotated[int, Field(ge=1)] = 1 << 20
    """A longer text is a dead letter."""
    stop_after_failures: Annotated[int, Field(ge=0)] = 1_000
    """So many records of a partition in a row that cannot be processed stop the worker; 0: no number does."""
    stop_failure_ratio: Annotated[float, Field(ge=0, le=1)] = 0.9
    """More than this share of a partition's last 2,000 records that cannot be processed stops it; 1: none does."""
    metrics_host: str = "127.0.0.1"
    """Where a worker serves its pages; 0.0.0.0 in a container."""
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """Of a worker's `/metrics`, `/healthz` and `/readyz`; 0 takes a free one and logs it."""
    session_timeout_seconds: Annotated[float, Field(ge=1)] = 6.0
    """After this long without a heartbeat another worker takes over."""
    member: Annotated[Annotated[str, Field(pattern=r"^[a-zA-Z0-9._-]{1,200}$")] | None, Optional] = None
    """A name of a worker's own in its group: killed and back in time, it goes on at once. No two may have the same."""
    stall_seconds: Annotated[float, Field(ge=2)] = 120.0
    """Without progress while records wait and Kafka answers: a worker logs where it hangs and ends with exit code 5."""

    def seeds_folder(self) -> Path:
        """The one set; else the checkout's; else the copy in the wheel."""
        if self.seeds is not None:
            if not self.seeds.is_dir():
                raise InputError(f"TOCSIN_SEEDS={self.seeds}: no such folder")
            return self.seeds
        package = Path(str(resources.files("streams")))
        checkout = package.parent / "seeds"
        return checkout if checkout.is_dir() else package / "_seeds"

    def topic(self, name: str) -> str:
        """The full name of one of our topics."""
        return self.prefix + name

    def group(self, name: str) -> str:
        """The full name of one of our consumer groups."""
        return self.prefix + name


def load() -> Settings:
    """Raises InputError naming the variable and what it wants."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise InputError(f"TOCSIN_{name}={first['input']}: {first['msg']}") from error
