"""How far one partition of `articles` has been read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.model import Model


class Tick(Model):
    """On `matches`: all that source `partition` (of `partitions`) received before `time_ms` has been matched.

    On `articles` a tick is an empty record whose header `ce_type` names it; its time is the broker's stamp.
    """

    partition: Annotated[int, Field(ge=0)]
    partitions: Annotated[int, Field(ge=1)]
    time_ms: int
