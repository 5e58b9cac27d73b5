"""How watching lies in its store: one entry for a group, one for each of its stories, one for each open alert.

| key | value |
|---|---|
| `f` | the newest format in which anything here may be written |
| `c` | the time of each source partition, or null |
| `v` | a hash of the logic of the rules that last ran |
| `p/<end of round>/<group>\\|<event time>\\|<article>\\|<received>` | a Match that waits for its round |
| `t/<due>/<group>` | the one timer of a group |
| `g/<group>` | a group: a stamp of all that is held of it, hash of its rule's logic, timer, counts, episodes, memory |
| `s/<group>\\|<number>` | a story |
| `a/<group>\\|<alert id>` | an open alert, as last sent |

The timer of a group may be early, never late. `<group>` is `match_key`, in which no `|` can stand. Times are
milliseconds, 15 digits from the year 1200 on, so that keys sort by them. All are parsed when their group is touched,
and not before.

Formats (a sample of each lies in tests/watching/states): 1 had no memory in a group's entry, and a story's evidence
was a string. It is read: the hash of a rule's logic was made in another way, so each group is met as one of other
rules, which needs no story. 2 is the present one. `f` came with it, but not at once: without it, it is 1 or 2.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from schemas import Match
from schemas.model import to_ms
from streams.errors import InputError
from streams.store import Store
from streams.watching.stories import Story

M = TypeVar("M", bound=BaseModel)

FORMAT = 2
"""What this code writes. It reads all that are not above."""
_FORMAT = b"f"
_CLOCK = b"c"
RULES = b"v"
_ORIGIN_MS = 10**14  # no year that a datetime knows is negative with it


def check_format(store: Store) -> None:
    """Raises InputError where a newer Tocsin has written here."""
    value = store.get(_FORMAT)
    if value is None or (value.isdigit() and int(value) <= FORMAT):
        return
    found = value.decode(errors="backslashreplace")
    raise InputError(
        f"what watch holds was written by a newer Tocsin (format {found}; this one reads up to {FORMAT}): run that, "
        "or `tocsin state reset --all`, by which its open alerts resolve and all groups start empty"
    )


def put_format(store: Store) -> None:
    """Say that what is written from now on has the present format."""
    if store.get(_FORMAT) != b"%d" % FORMAT:
        store.put(_FORMAT, b"%d" % FORMAT)


class Memo(Generic[M]):
    """Models by the bytes they were read from or written as, the last `size` of them: equal bytes, equal model."""

    def __init__(self, model: type[M], size: int = 4096) -> None:
        self._model = model
        self._size = size
        self._held: OrderedDict[bytes, M] = OrderedDict()

    def read(self, value: bytes) -> M:
        """Parse, unless it is held."""
        held = self._held.get(value)
        return held if held is not None else self._model.model_validate_json(value)

    def write(self, model: M) -> bytes:
        """As JSON; held from now on."""
        value = model.model_dump_json(by_alias=True).encode()
        self._held[value] = model
        if len(self._held) > self._size:
            self._held.popitem(last=False)
        return value


def sortable(ms: int) -> bytes:
    """15 digits that sort as the times do."""
    return b"%015d" % (ms + _ORIGIN_MS)


def _ms(digits: bytes) -> int:
    return int(digits) - _ORIGIN_MS


def event_ms(match: Match) -> int:
    """When it happened as far as can be known: published, but not after it was received."""
    return to_ms(min(match.published_at, match.received_at))


class Arrival(NamedTuple):
    """A match, and when it happened."""

    event_ms: int
    match: Match


def clock(store: Store) -> list[int | None]:
    """The time of each source partition; None: it has not sent any yet."""
    value = store.get(_CLOCK)
    times: list[int | None] = json.loads(value) if value else [None]
    return times


def put_clock(store: Store, times: list[int | None]) -> None:
    """As `clock` gives it."""
    store.put(_CLOCK, json.dumps(times, separators=(",", ":")).encode())


Order = tuple[int, str, int]
"""Event time, article id, receipt: the order of matches in a round."""


def waiting_key(end_ms: int, group: bytes, order: Order) -> bytes:
    """Of a match that waits for the round that ends then."""
    event_ms, article_id, received_ms = order
    article = quote(article_id, safe="").encode()
    return b"p/%b/%b|%b|%b|%b" % (sortable(end_ms), group, sortable(event_ms), article, sortable(received_ms))


def waiting(store: Store, clock_ms: int) -> Iterator[tuple[int, bytes, bytes]]:
    """(end of round, group, key) of all matches whose round ends at the clock or before."""
    for key in store.keys(b"p/", b"p/" + sortable(clock_ms + 1)):
        yield _ms(key[2:17]), key[18 : key.index(b"|")], key


def timer_key(due_ms: int, group: bytes) -> bytes:
    """Of a group's timer."""
    return b"t/%b/%b" % (sortable(due_ms), group)


def timers(store: Store, clock_ms: int) -> Iterator[tuple[int, bytes]]:
    """(due, group) of all timers due at the clock or before."""
    for key in store.keys(b"t/", b"t/" + sortable(clock_ms + 1)):
        yield _ms(key[2:17]), key[18:]


def group_key(group: bytes) -> bytes:
    """Of a group's own entry."""
    return b"g/" + group


def group_in(key: bytes) -> bytes | None:
    """The group that an entry is of; None: it is of none."""
    kind, rest = key[:2], key[2:]
    if kind in (b"p/", b"t/"):
        rest = key[18:]
    elif kind not in (b"a/", b"g/", b"s/"):
        return None
    return rest.partition(b"|")[0]


def groups(store: Store) -> Iterator[tuple[bytes, str]]:
    """(group, the logic of the rule that filled it) of all groups."""
    for key in store.keys(b"g/", b"g0"):
        value = store.get(key)
        assert value is not None
        yield key[2:], group_logic(value)


def group_logic(value: bytes) -> str:
    """The hash of the rule's logic in a group's own entry."""
    return str(json.loads(value)[1])


def story_key(group: bytes, number: int) -> bytes:
    """Of a story of a group."""
    return b"s/%b|%010d" % (group, number)


def stories(store: Store, group: bytes) -> Iterator[Story]:
    """All stories of a group, as they opened."""
    for key in store.keys(b"s/%b|" % group, b"s/%b}" % group):
        value = store.get(key)
        assert value is not None
        yield Story.of(int(key[-10:]), value)


def alert_key(group: bytes, alert_id: str) -> bytes:
    """Of an open alert of a group."""
    return b"a/%b|%b" % (group, alert_id.encode())


def alert_keys(store: Store, group: bytes) -> Iterator[bytes]:
    """Of all open alerts of a group."""
    return store.keys(b"a/%b|" % group, b"a/%b}" % group)
