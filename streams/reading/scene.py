"""A sentence with who is named in it, and whom its pronouns and "the country" can only mean."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from streams.reading.document import Cast, Mention, Sentence
from streams.reading.morphology import word_set

PREPOSITIONS = word_set("of on in against to with for from at between by over into about toward towards under")
OWN = frozenset(("its", "their", "his", "her"))
SELF = frozenset(("our", "we", "us", "i", "my"))
_IT = frozenset(("it", "they"))
_REACH = 14


@dataclass(frozen=True, slots=True)
class Named:
    """A mention as tokens [start, end) of its sentence."""

    start: int
    end: int
    mention: Mention


@dataclass(frozen=True, slots=True)
class Scene:
    """A sentence with who is named in it.

    `speaker`: whose words the trigger is; `own`: who "we" is; `before`: the state that the sentence before is about;
    `told`: the token where ", X said" begins, else the number of tokens.
    """

    words: Sequence[str]
    named: Sequence[Named]
    cast: Cast
    speaker: str | None
    own: str | None
    before: str | None
    told: int


def named_in(sentence: Sentence, cast: Cast) -> list[Named]:
    """The mentions of a sentence, placed on its tokens."""
    found: list[Named] = []
    at = 0
    tokens = sentence.tokens
    for mention in cast.within(sentence.field, sentence.start, sentence.end):
        while at < len(tokens) and tokens[at].end <= mention.start:
            at += 1
        end = at
        while end < len(tokens) and tokens[end].start < mention.end:
            end += 1
        found.append(Named(at, max(end, at + 1), mention))
    return found


def state_of(actor: str, cast: Cast) -> str:
    """The state or body that a person acts for; everybody else acts for themselves."""
    known = cast.actors.get(actor)
    return known.represents if known is not None and known.type == "person" and known.represents else actor


def ending(end: int, scene: Scene) -> Named | None:
    """The mention that ends before a token."""
    last = bisect_left(scene.named, end, key=lambda n: n.start)
    return next((n for n in reversed(scene.named[max(0, last - 3) : last]) if n.end == end), None)


def after_preposition(start: int, scene: Scene) -> bool:
    for i in range(start - 1, max(-1, start - 4), -1):
        word = scene.words[i]
        if word in PREPOSITIONS:
            # "called on the EU to impose": the EU would do it
            return not (word in ("on", "upon") and scene.words[i - 1].startswith("call"))
        if word not in {"the", "a", "an", "new", "its"}:
            return False
    return False


def meant(i: int, scene: Scene) -> list[str]:
    """The state that a pronoun, or "the country", can only mean."""
    if i >= len(scene.words):
        return []
    word = scene.words[i]
    represented = state_of(scene.speaker, scene.cast) if scene.speaker else None
    if word in SELF:
        return [one for one in (represented or scene.own,) if one]
    if word == "country" and i and scene.words[i - 1] in {"the", "his", "her", "our", "its", "their"}:
        return [one for one in (_state(represented) or scene.before,) if one]
    if word in ("he", "she"):
        return [represented] if represented and represented != scene.speaker else []
    if word in OWN or word in _IT:
        earlier = _earlier(i, scene)
        return [one for one in (earlier or _state(represented) or scene.before,) if one]
    return []


def _state(actor: str | None) -> str | None:
    return actor if actor and actor.startswith(("country:", "org:")) else None


def _earlier(i: int, scene: Scene) -> str | None:
    """The state or body that "it" refers to: the last one before in its clause that follows no preposition."""
    for at in range(i - 1, max(-1, i - 2 * _REACH), -1):
        if scene.words[at] == "country" and scene.words[at - 1] in {"the", "his", "her", "our"}:
            return next(iter(meant(at, scene)), None)
        n = ending(at + 1, scene)
        if n is not None and not after_preposition(n.start, scene) and type_of(n, scene) in ("country", "org"):
            return n.mention.actor if n.mention.form != "demonym" else state_of(n.mention.actor, scene.cast)
    return None


def type_of(named: Named, scene: Scene) -> str:
    return scene.cast.actors[named.mention.actor].type
