"""Drops groups that watch holds, while no worker of watch runs: as safely as a worker would."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from streams.broker.client import admin
from streams.engine.session import Place, Session, open_session
from streams.engine.steps import alert_output
from streams.engine.wiring import replay_mark
from streams.engine.work import marked
from streams.errors import InputError, ServiceError
from streams.settings import Settings
from streams.watching.held import keys_by_group, last_words
from streams.watching.state import check_format

_STAGE = "watch"
_KEYS = 10_000
"""Of one transaction, about: a group is never cut."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """`groups` start empty, `alerts` were resolved; `unreadable`: open ones that a newer Tocsin wrote, left as told."""

    groups: int = 0
    alerts: int = 0
    unreadable: int = 0

    def __add__(self, other: Dropped) -> Dropped:
        return Dropped(self.groups + other.groups, self.alerts + other.alerts, self.unreadable + other.unreadable)


async def reset(
    settings: Settings,
    clients: Mapping[str, Any],
    wanted: Callable[[bytes], bool] | None,
    done: Callable[[int], None] = lambda _: None,
) -> Dropped:
    """Drop the groups whose key is wanted, with all that is held of them, and resolve their open alerts.

    `wanted` None: all there is; then also what a newer Tocsin has written, with its clock, which the next ticks bring
    again. `done(groups)` as it goes on. For each partition, as a worker: fence, read, then write in transactions that
    hold groups whole. So a worker that starts meanwhile finds each group as it was or gone, and ends the reset.

    Raises InputError while a worker of watch runs, or where only `wanted` None can help; ServiceError where Kafka or
    the topic is missing, or a worker starts meanwhile.
    """
    await _refuse_beside_workers(settings, clients)
    total = Dropped()
    for number in range(settings.partitions):
        tp = TopicPartition(settings.topic("matches"), number)
        accept = check_format if wanted else None
        place = Place(settings.group(_STAGE), tp, settings.topic("watch-state"), clients, accept)
        try:
            session = await open_session(place)
            try:
                async for dropped in _drop(session, settings, wanted):
                    total += dropped
                    done(total.groups)
            finally:
                await session.abandon()
        except (KafkaError, TimeoutError, OSError) as error:
            raise ServiceError(
                f"partition {number}: {error!r}; {total.groups:,} groups are dropped, the others are as they were. "
                "If a watch worker has started meanwhile, end it; then call this again"
            ) from error
    return total


async def _refuse_beside_workers(settings: Settings, clients: Mapping[str, Any]) -> None:
    group = settings.group(_STAGE)
    async with admin(clients) as client:
        answers = await client.describe_consumer_groups([group])
    members = [member for answer in answers for found in answer.groups for member in found[5]]
    if members:
        hosts = ", ".join(sorted({member[2] for member in members}))
        raise InputError(
            f"{len(members)} watch worker(s) of {group} run, or were killed less than "
            f"{settings.session_timeout_seconds:.0f} s ago ({hosts}): end them first (and `tocsin up`)"
        )


async def _drop(session: Session, settings: Settings, wanted: Callable[[bytes], bool] | None) -> AsyncIterator[Dropped]:
    for groups in _portions(session, wanted):
        keys = [key for of_group in groups.values() for key in of_group]
        words = last_words(session.state, keys)
        alerts = [alert for alert in words.values() if alert]
        outputs = [alert_output(alert, settings.topic("alerts"), _STAGE) for alert in alerts]
        await session.commit(marked(outputs, replay_mark(settings)), dict.fromkeys(keys), session.next)
        yield Dropped(len(groups), len(alerts), len(words) - len(alerts))
    if wanted is None and not _readable(session):
        await session.commit((), dict.fromkeys(session.state.entries), session.next)


def _portions(session: Session, wanted: Callable[[bytes], bool] | None) -> Iterator[dict[bytes, list[bytes]]]:
    portion: dict[bytes, list[bytes]] = {}
    size = 0
    for group, keys in keys_by_group(session.state).items():
        if wanted is not None and not wanted(group):
            continue
        portion[group] = keys
        size += len(keys)
        if size >= _KEYS:
            yield portion
            portion, size = {}, 0
    if portion:
        yield portion


def _readable(session: Session) -> bool:
    try:
        check_format(session.state)
    except InputError:
        return False
    return True
