"""What a worker refuses to start with."""

from __future__ import annotations

import pytest

from schemas import EventType
from streams.engine.contract import Record
from streams.engine.wiring import load_seeds, make_worker, read_step, watch_step
from streams.errors import InputError
from streams.settings import Settings


@pytest.mark.kafka
@pytest.mark.parametrize("stage", ["read", "watch"])
def test_missing_topics_are_named_with_the_command_that_makes_them(broker: Settings, stage: str) -> None:
    nowhere = broker.model_copy(update={"prefix": "nobody-made-these."})
    with pytest.raises(InputError, match="tocsin topics create"):
        make_worker(nowhere, stage)


@pytest.mark.kafka
@pytest.mark.parametrize("partitions", [2, 8])
def test_another_number_of_partitions_than_the_topics_have_is_refused(settings: Settings, partitions: int) -> None:
    wrong = settings.model_copy(update={"partitions": partitions})
    with pytest.raises(InputError, match=f"has {settings.partitions} partitions and TOCSIN_PARTITIONS is {partitions}"):
        make_worker(wrong, "read")


def test_ticks_are_vital_to_both_steps_and_nothing_else_is() -> None:
    seeds = load_seeds(Settings())
    tick = Record("articles", 0, 0, 0, None, b"", (("ce_type", EventType.TICK.encode()),))
    other = Record("articles", 0, 0, 0, None, b"{")
    for step in (read_step(Settings(), seeds), watch_step(Settings(), seeds)):
        assert step.vital(tick)
        assert not step.vital(other)
