"""What a rule can look at: fields of a signal, of a stance, and of the article that they stand in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Literal

from schemas import Actor, Report, Signal, Stance

Subject = Literal["signals", "stances", "articles"]
"""What all conditions of a rule must hold of: one signal, one stance, or the article alone."""
Item = Signal | Stance | None
"""One of them; None stands for the article."""
Value = str | int | float

SIGNAL_FIELDS = ("topic", "action", "modality", "direction", "initiator", "target", "speaker")
STANCE_FIELDS = ("holder", "target", "polarity")
ARTICLE_FIELDS = ("actor", "tone", "source", "language")
"""Of every article, whatever the rule looks at."""
ACTOR_FIELDS = frozenset({"initiator", "target", "speaker", "holder", "actor"})
AUTHOR = "author"
"""Who holds a stance that nobody else is said to hold."""

_ANY_GROUP = ("actor", "source", "language")
GROUP_FIELDS: Mapping[Subject, tuple[str, ...]] = {
    "signals": (*SIGNAL_FIELDS, *_ANY_GROUP),
    "stances": (*STANCE_FIELDS, *_ANY_GROUP),
    "articles": _ANY_GROUP,
}
"""What `group_by` may name."""


def _of_item(name: str) -> Callable[[Report, Any], Sequence[Value]]:
    get = attrgetter(name)

    def values(_: Report, item: Any) -> Sequence[Value]:
        value = get(item)
        if isinstance(value, tuple):
            return value
        return () if value is None else (value,)

    return values


_VALUES: Mapping[str, Callable[[Report, Any], Sequence[Value]]] = {
    **{name: _of_item(name) for name in (*SIGNAL_FIELDS, *STANCE_FIELDS, "confidence")},
    "actor": lambda report, _: [actor.id for actor in report.actors],
    "tone": lambda report, _: (report.tone,),
    "source": lambda report, _: (report.source,) if report.source else (),
    "language": lambda report, _: (report.lang,) if report.lang else (),
    "words": lambda report, item: (report.title,) if item is None else (report.title, item.evidence.text),
}


def items_of(subject: Subject, report: Report) -> Sequence[Item]:
    """All that a rule on this subject looks at in a report, in the order of the text."""
    match subject:
        case "signals":
            return report.signals
        case "stances":
            return report.stances
        case "articles":
            return (None,)


def values_of(name: str, report: Report, item: Item) -> Sequence[Value]:
    """What a field holds: none, one or several values. Of `words`: the texts in which they may stand."""
    return _VALUES[name](report, item)


class Cast:
    """The actors of a report by id."""

    def __init__(self, actors: Sequence[Actor] = ()) -> None:
        self._actors = actors
        self._by_id: dict[str, Actor] | None = None

    def get(self, id_: object) -> Actor | None:
        """The actor, or None. The first call lays them out: of most reports nobody asks."""
        if self._by_id is None:
            self._by_id = {actor.id: actor for actor in self._actors}
        return self._by_id.get(str(id_))

    def knows(self, id_: object) -> bool:
        """Whether knowledge has this actor."""
        actor = self.get(id_)
        return actor is not None and actor.known
