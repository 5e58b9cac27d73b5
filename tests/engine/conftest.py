"""What the tests of the engine share. Failures of the contract suite tell the values, like those of a test module."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.engine.contract_suite", "tests.engine.runner")

from streams.settings import Settings  # noqa: E402 - after what it is to rewrite
from tests.engine.kafka_rig import Rig  # noqa: E402


@pytest.fixture
async def rig(broker: Settings, tmp_path: Path) -> AsyncIterator[Rig]:
    """Topics and worker processes of this test's own."""
    rig = await Rig.make(broker, tmp_path)
    yield rig
    rig.stop()
