"""How watching lies in its store: one entry for a group, one for each of its stories, one for each open alert.

| key | value |
|---|---|
| `c` | the time of each source partition, or null |
| `v` | a hash of the logic of the rules that last ran |
| `p/<end of round>/<group>\\|<event time>\\|<article>\\|<received>` | a Match that waits for its round |
| `t/<due>/<group>` | the one timer of a group |
| `g/<group>` | a group: a stamp of all that is held of it, hash of its rule's logic, timer, counts, open episodes |
| `s/<group>\\|<number>` | a story |
| `a/<group>\\|<alert id>` | an open alert, as last sent |

`<group>` is `match_key`, in which no `|` can stand. Times are milliseconds, 15 digits from the year 1200 on, so that
keys sort by them. All are parsed when their group is touched, and not before.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from schemas import Alert, Match
from schemas.model import to_ms
from streams.store import Store

M = TypeVar("M", bound=BaseModel)

CLOCK = b"c"
RULES = b"v"
_ORIGIN_MS = 10**14  # no year that a datetime knows is negative with it


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


@dataclass(frozen=True)
class Memos:
    """What is not parsed twice."""

    matches: Memo[Match] = field(default_factory=lambda: Memo(Match))
    alerts: Memo[Alert] = field(default_factory=lambda: Memo(Alert))


def sortable(ms: int) -> bytes:
    return b"%015d" % (ms + _ORIGIN_MS)


def _ms(digits: bytes) -> int:
    return int(digits) - _ORIGIN_MS


def event_ms(match: Match) -> int:
    """When it happened, as far as can be known: published, but not after it was received."""
    return min(to_ms(match.published_at), to_ms(match.received_at))


def wait(store: Store, memos: Memos, end_ms: int, group: bytes, match: Match) -> None:
    """Keep a match for the round that ends then. Of two with all of this alike the smaller stays, in whatever order."""
    key = b"|".join(
        (
            b"p/%b/%b" % (sortable(end_ms), group),
            sortable(event_ms(match)),
            quote(match.article_id, safe="").encode(),
            sortable(to_ms(match.received_at)),
        )
    )
    value = memos.matches.write(match)
    held = store.get(key)
    if held is None or value < held:
        store.put(key, value)


def waiting(store: Store, clock_ms: int) -> Iterator[tuple[int, bytes, bytes]]:
    """(end of round, group, key) of all matches whose round ends at the clock or before."""
    for key in store.keys(b"p/", b"p/" + sortable(clock_ms + 1)):
        yield _ms(key[2:17]), key[18 : key.index(b"|")], key


def timers(store: Store, clock_ms: int) -> Iterator[tuple[int, bytes]]:
    """(due, group) of all timers due at the clock or before."""
    for key in store.keys(b"t/", b"t/" + sortable(clock_ms + 1)):
        yield _ms(key[2:17]), key[18:]


def take_waiting(store: Store, memos: Memos, keys: list[bytes]) -> list[Match]:
    """The matches under these keys, which are gone then, by (event time, article id)."""
    matches = []
    for key in keys:
        value = store.get(key)
        if value is not None:
            matches.append(memos.matches.read(value))
        store.delete(key)
    return sorted(matches, key=lambda match: (event_ms(match), match.article_id, match.received_at))


def load_alert(store: Store, memos: Memos, group: bytes, alert_id: str) -> Alert | None:
    """The open alert as it was last sent, or None."""
    value = store.get(b"a/%b|%b" % (group, alert_id.encode()))
    return None if value is None else memos.alerts.read(value)


def save_alert(store: Store, memos: Memos, group: bytes, alert: Alert) -> None:
    """Keep it while it fires."""
    key = b"a/%b|%b" % (group, alert.id.encode())
    if alert.state == "firing":
        store.put(key, memos.alerts.write(alert))
    else:
        store.delete(key)


def open_alerts(store: Store, memos: Memos, group: bytes) -> Iterator[Alert]:
    """All alerts of the group that fire."""
    for key in store.keys(b"a/%b|" % group, b"a/%b}" % group):
        alert = load_alert(store, memos, group, key.rpartition(b"|")[2].decode())
        if alert is not None:
            yield alert
