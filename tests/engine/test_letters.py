"""Dead letters on a real Kafka: found, told, retried and dropped, each exactly once."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaProducer

from schemas import DeadLetter, EventType, Headers
from streams.broker.connection import client_options
from streams.broker.topics import MAX_RECORD_BYTES
from streams.engine import retrying
from streams.engine.contract import Output
from streams.engine.letters import FOREIGN, How, Letter, Wanted, fetch, find, source_of
from streams.engine.retrying import Outcome, handle, plan
from streams.engine.transaction import drop, open_producer, send
from streams.errors import InputError, ServiceError
from streams.settings import Settings
from tests.engine.spoiled import READ_AS, write_batch
from tests.product import environment_of, everything

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(200)]

SLOW = Path(__file__).with_name("slow_letters.py")
NOW_MS = 1_714_560_000_000
Sent = tuple[int, bytes | None, bytes | None, tuple[tuple[str, bytes | None], ...]]
"""Partition, key, value, headers."""


def death(settings: Settings, **changes: Any) -> DeadLetter:
    told: dict[str, Any] = {
        "reason": "invalid_json",
        "detail": "it is not JSON",
        "step": "read",
        "topic": settings.topic("articles"),
        "partition": 1,
        "offset": 7,
        "timestamp_ms": NOW_MS,
    }
    return DeadLetter(**{**told, **changes})


def dead(settings: Settings, value: bytes | None = b"{", at: int = 0, **changes: Any) -> Sent:
    return at, b"key", value, death(settings, **changes).headers((("own", b"\xff\x00"), ("backfill", b"1")))


async def write(settings: Settings, letters: Iterable[Sent]) -> list[tuple[int, int]]:
    """To `dead-letters`; where they stand."""
    producer = AIOKafkaProducer(**client_options(settings), max_request_size=10 << 20)
    await producer.start()
    try:
        topic = settings.topic("dead-letters")
        sent = [
            await send(producer, Output(topic, key, value, cast("Headers", headers), partition))
            for partition, key, value, headers in letters
        ]
        return [(done.partition, done.offset) for done in [await future for future in sent]]
    finally:
        await producer.stop()


async def listed(settings: Settings, *, handled: bool = False, **conditions: Any) -> list[Letter]:
    return await find(settings, client_options(settings), Wanted(**conditions), handled=handled)


async def do(how: How, settings: Settings, **conditions: Any) -> Outcome:
    return await handle(how, settings, client_options(settings), Wanted(**conditions), lambda done, total: None)


async def test_letters_are_listed_in_order_of_receipt_and_by_any_condition(settings: Settings) -> None:
    at = await write(
        settings,
        [
            dead(settings, b'{"source": "Wire"}', at=3, reason="no_text", timestamp_ms=NOW_MS + 2),
            dead(settings, b"\xff", timestamp_ms=NOW_MS + 1, reason="invalid_utf8"),
            dead(settings, b'{"source": "Post"}', at=2, step="watch", timestamp_ms=NOW_MS),
        ],
    )
    assert [letter.at for letter in await listed(settings)] == [at[2], at[1], at[0]]
    for conditions, wanted in (
        ({"reason": "no_text"}, [at[0]]),
        ({"source": "Post"}, [at[2]]),
        ({"source": ""}, [at[1]]),
        ({"step": "read"}, [at[1], at[0]]),
        ({"since_ms": NOW_MS + 1}, [at[1], at[0]]),
        ({"until_ms": NOW_MS + 1}, [at[2]]),
        ({"places": frozenset({at[1], at[2]})}, [at[2], at[1]]),
        ({"places": frozenset({at[1], at[2]}), "step": "watch"}, [at[2]]),
        ({"reason": "no_text", "step": "watch"}, []),
    ):
        assert [letter.at for letter in await listed(settings, **conditions)] == wanted, conditions


async def test_a_retried_letter_goes_back_as_it_came_with_its_deaths_and_is_listed_no_more(settings: Settings) -> None:
    first = death(settings, reason="too_large", timestamp_ms=NOW_MS - 5)
    twice = death(settings, partition=3).headers(first.headers((("own", b"\xff\x00"), ("empty", b""))))
    twice = (*twice[:1], cast("tuple[str, bytes]", ("none", None)), *twice[1:])
    at = await write(
        settings, [(2, b"\x00k", b"\xfe{", twice), (0, None, None, death(settings, partition=0).headers(()))]
    )
    assert {letter.at: letter.deaths for letter in await listed(settings)} == {at[0]: 2, at[1]: 1}

    planned = await plan("retried", settings, client_options(settings), Wanted())
    assert len(planned.done) == 2
    assert not await everything(settings, "articles")
    outcome = await do("retried", settings)
    assert {letter.at for letter in outcome.done} == {letter.at for letter in planned.done} == set(at)

    back = {record.partition: record for record in await everything(settings, "articles")}
    assert (back[3].key, back[3].value, tuple(back[3].headers)) == (b"\x00k", b"\xfe{", twice)
    assert (back[0].key, back[0].value) == (None, None)
    assert [letter.reason for letter in DeadLetter.history(back[3].headers)] == ["too_large", "invalid_json"]
    assert not await listed(settings)
    assert {(letter.at, letter.handled) for letter in await listed(settings, handled=True)} == {
        (place, "retried") for place in at
    }
    assert (await do("retried", settings)).done == ()
    assert len(await everything(settings, "articles")) == 2
    letter, record = await fetch(settings, client_options(settings), at[0])
    assert letter.handled == "retried"
    assert record.value == b"\xfe{"


async def test_dropped_letters_are_listed_no_more_and_written_nowhere(settings: Settings) -> None:
    at = await write(settings, [dead(settings, reason="no_text"), dead(settings)])
    outcome = await do("dropped", settings, reason="no_text")
    assert [letter.at for letter in outcome.done] == [at[0]]
    assert [letter.at for letter in await listed(settings)] == [at[1]]
    assert not await everything(settings, "articles")
    again = await do("retried", settings, places=frozenset(at))
    assert [letter.at for letter in again.done] == [at[1]]
    assert [(letter.at, letter.handled) for letter in again.left] == [(at[0], "dropped")]


async def test_order_of_a_key_is_kept(settings: Settings) -> None:
    letters = [dead(settings, b"%03d" % number, at=number % 2, partition=number % 2) for number in range(450)]
    await write(settings, letters)
    outcome = await do("retried", settings)
    assert len(outcome.done) == 450
    for partition in (0, 1):
        values = [r.value for r in await everything(settings, "articles") if r.partition == partition]
        assert values == [b"%03d" % number for number in range(partition, 450, 2)]


async def test_a_place_where_nothing_stands_is_an_error_before_anything_is_done(settings: Settings) -> None:
    (at,) = await write(settings, [dead(settings)])
    for nothing in ((0, 10**12), (1, 0), (77, 0)):
        with pytest.raises(InputError, match=f"no dead letter at {nothing[0]}/{nothing[1]}"):
            await do("retried", settings, places=frozenset({at, nothing}))
        with pytest.raises(InputError, match="no dead letter"):
            await fetch(settings, client_options(settings), nothing)
    assert not await everything(settings, "articles")
    await do("dropped", settings)
    with pytest.raises(InputError, match="no dead letter"):  # where the marker stands
        await do("retried", settings, places=frozenset({(at[0], at[1] + 1), (at[0], at[1] + 2)}))
    with pytest.raises(InputError, match="no dead letter"):
        await fetch(settings, client_options(settings), (at[0], at[1] + 1))


async def test_other_partitions_than_ours_are_refused_rather_than_missed(settings: Settings) -> None:
    with pytest.raises(InputError, match="has 4 partitions and TOCSIN_PARTITIONS is 2"):
        await listed(settings.model_copy(update={"partitions": 2}))
    with pytest.raises(ServiceError, match="tocsin topics create"):
        await listed(settings.model_copy(update={"prefix": "nobody-made-these."}))


def hostile(settings: Settings) -> Mapping[str, Sent]:
    """Letters that nobody may write anywhere, and a part of the reason that is said."""
    tick = ("ce_type", EventType.TICK.encode())
    large = b"x" * (MAX_RECORD_BYTES - 100)
    return {
        "which no worker of ours reads": dead(settings, topic="bank.transfers"),
        f"{settings.topic('watch-state')}, which": dead(settings, topic=settings.topic("watch-state")),
        f"{settings.topic('dead-letters')}, which": dead(settings, topic=settings.topic("dead-letters")),
        "came from articles, which": dead(settings, topic="articles"),
        "has no partition 4": dead(settings, partition=4),
        "has no partition -1": dead(settings, partition=-1),
        "a tick": (0, None, b"", death(settings).headers((tick,))),
        "larger than": (0, b"k", large, death(settings).headers(())),
        "does not say": (1, b"k", b"foreign", ()),
        "does not say where": (1, None, None, death(settings).headers(())[1:]),
    }


async def test_what_could_go_elsewhere_than_it_came_from_goes_nowhere(settings: Settings) -> None:
    letters = hostile(settings)
    at = await write(settings, [*letters.values(), dead(settings)])
    outcome = await do("retried", settings)
    assert [letter.at for letter in outcome.done] == [at[-1]]
    told = {letter.at: letter.obstacle for letter in outcome.left}
    for place, why in zip(at, letters, strict=False):
        assert why in told[place]
    assert len(await everything(settings, "articles")) == 1
    assert not await everything(settings, "matches")
    assert not await everything(settings, "watch-state")
    assert {letter.reason for letter in await listed(settings)} == {"invalid_json", FOREIGN}
    assert len((await do("dropped", settings)).done) == len(letters)
    assert not await listed(settings)


async def test_a_record_with_a_header_whose_name_is_not_utf8_is_listed_shown_retried_and_dropped(
    settings: Settings,
) -> None:
    topic = settings.topic("dead-letters")
    letter = death(settings).headers((("own", b"\xff"),))
    await write_batch(settings, topic, 0, [b"ours", b"foreign"], {b"ours": letter, b"foreign": ()})
    assert {(letter.at, letter.reason) for letter in await listed(settings)} == {
        ((0, 0), "invalid_json"),
        ((0, 1), FOREIGN),
    }
    _, record = await fetch(settings, client_options(settings), (0, 0))
    assert (record.value, record.headers) == (b"ours", ((READ_AS, b"1"), *letter))
    assert [letter.at for letter in (await do("retried", settings)).done] == [(0, 0)]
    (back,) = await everything(settings, "articles")
    assert (back.value, back.headers) == (record.value, record.headers)
    assert [letter.at for letter in (await do("dropped", settings)).done] == [(0, 1)]
    assert not await listed(settings)


async def test_headers_of_a_record_that_look_like_a_marker_hide_no_other_letter(settings: Settings) -> None:
    (victim,) = await write(settings, [dead(settings)])
    forged = (("dead-letter-handled", b"dropped"), ("dead-letter-place", b"%d/%d" % victim))
    strange = [
        (0, None, None, death(settings).headers(forged)),  # an article with such headers, dead itself
        (1, None, None, forged),  # in another partition
        (0, None, b"value", forged),
        (0, None, None, (("dead-letter-handled", b"eaten"), forged[1])),
        (0, None, None, (forged[0], ("dead-letter-place", b"-1/\xff"))),
        (0, None, None, (forged[0], ("dead-letter-place", None))),
        (0, None, None, (forged[0], ("dead-letter-place", b"0/999999"))),
    ]
    await write(settings, strange)
    found = await listed(settings)
    assert victim in [letter.at for letter in found]
    assert len(found) == len(strange) + 1


async def test_a_marker_behind_the_open_transaction_of_a_worker_counts(settings: Settings) -> None:
    """Readers of committed records do not see it yet: who does not wait for them retries what is retried."""
    clients = client_options(settings)
    (at,) = await write(settings, [dead(settings)])
    worker = await open_producer(clients, f"{settings.prefix}some-worker")
    await worker.begin_transaction()
    await worker.send_and_wait(settings.topic("dead-letters"), b"x", partition=at[0])
    marking = await open_producer(clients, settings.topic("dead-letters"))
    await marking.begin_transaction()
    headers = [("dead-letter-handled", b"retried"), ("dead-letter-place", b"%d/%d" % at)]
    await marking.send_and_wait(settings.topic("dead-letters"), None, b"k", partition=at[0], headers=headers)
    await marking.commit_transaction()
    await drop(marking)
    assert [letter.at for letter in await listed(settings)] == [at]  # the marker is out of sight

    again = asyncio.create_task(do("retried", settings))
    await asyncio.sleep(3)
    assert not again.done()
    await worker.abort_transaction()
    assert (await again).done == ()
    await drop(worker)
    assert not await everything(settings, "articles")


@contextmanager
def command(settings: Settings, seconds: float, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, str(SLOW), str(seconds), "dead-letters", *arguments],
        env=environment_of(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def kill_in_a_transaction(process: subprocess.Popen[bytes], number: int, wait: float) -> bool:
    """Whether it was hit: it may have ended before."""
    assert process.stderr
    for line in process.stderr:
        number -= line == b"open\n"
        if not number:
            try:
                process.wait(wait)
            except subprocess.TimeoutExpired:
                process.kill()
                return True
    return False


async def values_of(settings: Settings) -> Counter[bytes]:
    return Counter(record.value for record in await everything(settings, "articles"))


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3))])
async def test_however_often_the_command_is_killed_each_letter_is_retried_once(settings: Settings, seed: int) -> None:
    chance, values = random.Random(seed), [b"%03d" % number for number in range(400)]
    await write(settings, [dead(settings, value, at=number % 4) for number, value in enumerate(values)])
    hits = 0
    for _ in range(6):
        with command(settings, 0.2, "retry", "--all") as process:
            hits += await asyncio.to_thread(
                kill_in_a_transaction, process, chance.randint(1, 4), chance.uniform(0, 0.3)
            )
    assert hits >= 4
    with command(settings, 0.1, "retry", "--all") as process:
        assert await asyncio.to_thread(process.wait, 60) == 0
    assert await values_of(settings) == Counter(values)
    assert not await listed(settings)
    assert len(await listed(settings, handled=True)) == len(values)
    attempts = await everything(settings, "articles", "read_uncommitted")
    assert len(attempts) > len(values), "no kill hit an open transaction: the test proved nothing"


async def test_who_is_overtaken_between_reading_and_writing_writes_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(settings, [dead(settings, b"%d" % number) for number in range(5)])
    read = retrying._sort_out

    async def overtaken(*told: Any) -> Outcome:
        found = await read(*told)
        monkeypatch.setattr(retrying, "_sort_out", read)
        assert len((await do("retried", settings)).done) == 5
        return found

    monkeypatch.setattr(retrying, "_sort_out", overtaken)
    with pytest.raises(ServiceError, match="another `tocsin dead-letters` took over"):
        await do("retried", settings)
    assert await values_of(settings) == Counter([b"%d" % number for number in range(5)])


async def test_two_at_once_retry_each_letter_once_and_the_first_is_told_of_the_other(settings: Settings) -> None:
    values = [b"%03d" % number for number in range(400)]
    await write(settings, [dead(settings, value, at=number % 4) for number, value in enumerate(values)])
    with command(settings, 2.0, "retry", "--all") as first:
        assert first.stderr
        assert b"open" in await asyncio.to_thread(first.stderr.readline)
        with command(settings, 0.02, "retry", "--all") as second:
            said = (await asyncio.to_thread(first.communicate, timeout=60))[1]
            assert await asyncio.to_thread(second.wait, 60) == 0
    assert first.returncode == 3
    assert b"another `tocsin dead-letters` took over" in said
    assert await values_of(settings) == Counter(values)
    assert not await listed(settings)


@pytest.mark.parametrize(
    ("value", "source"),
    [
        (b'{"source": "Wire"}', "Wire"),
        (b'{"source": "\\ud800"}', "\ud800"),
        (b'{"source": ["Wire"]}', ""),
        (b'["source"]', ""),
        (b'{"source": "Wire"', ""),
        (b"[" * 1_000_000, ""),
        (b"9" * 1_000_000, ""),
        (b"\xff\xfe", ""),
        (b"", ""),
        (None, ""),
        (b'{"source": "' + b"x" * 1000 + b'"}', "x" * 500),
    ],
)
def test_the_source_is_told_where_the_bytes_tell_it(value: bytes | None, source: str) -> None:
    assert source_of(value) == source
