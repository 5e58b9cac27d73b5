"""Office phrases in a sentence ("Serbian Ambassador to Russia"): whose office, which one, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

import ahocorasick

from streams.reading.gazetteer import Hit, overlapping
from streams.reading.known import Known, behind, demonym_within
from streams.reading.lexicon import HEADS, MODIFIERS

_ABSTRACT = re.compile(r"[a-z]+(?:tions?|ments?|ships?|ities|ity|ics|ogy|tures?|ries|ources?|vices?|wide)")
_LEADING = re.compile(r"(?:(?:and|of|'s?|&)\s)+", re.IGNORECASE)
_ABOUT_EU = re.compile(r"(?:integration|accession|affairs|relations|enlargement|minister)\b", re.IGNORECASE)
_MINISTRY_OF = re.compile(r"\b(?:ministry|department)\sof\s(?:the\s)?\Z", re.IGNORECASE)
_POSSESSIVE = re.compile(r"'s?\s|\s|-")
_AREA = re.compile(r"\s(?:of|for)\s(?:the\s)?(?=\w)")
_WORD = re.compile(r"[\w'-]+")
_TOWARDS = re.compile(r"\s(?:to|with)\s")
_LINKS = frozenset({"and", "of", "for", "the"})
_OF = re.compile(r"\s(?:of|to|for|in|at|from|with)\s(?:the\s)?")
_ORGAN = re.compile(
    r"(?:\s[A-Z][\w-]*|\s[a-z]+){0,4}?\s(?:ministry|government|parliament|presidency|army|military|delegation|mission|embassy|"
    r"central bank|cabinet|senate|office|party|service|agency)\b",
    re.IGNORECASE,
)
_FORMER = re.compile(r"\b(?:former|ex|late|then|outgoing)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Post:
    """An office phrase at [start, end) of a folded sentence, `[role_start, role_end)` without whose it is.

    `bare`: nothing follows the office's noun ("Prime Minister", not "Minister of Energy").
    `of`: the state or body whose office it is, if the phrase says so; `key`: the office in a comparable form.
    """

    start: int
    end: int
    role_start: int
    role_end: int
    of: str | None
    key: str
    former: bool
    bare: bool


def posts(folded: str, hits: Sequence[Hit], known: Mapping[str, Known]) -> list[Post]:
    """All office phrases of a folded sentence, left to right, none within another."""
    found: list[Post] = []
    heads = [(start, end) for start, end in _heads(folded) if not overlapping(hits, start, start + 1)]
    if not heads:
        return found
    by_start = {hit.start: hit for hit in hits}
    by_end = {hit.end: hit for hit in hits}
    free = 0
    for head, following in zip_longest(heads, heads[1:]):
        # "Deputy Emergency Situations Minister": a head that only modifiers part from the next one is itself one.
        if head[0] < free or (following and _all_modify(folded[head[1] : following[0]])):
            continue
        post = _post(folded, head, by_start, by_end, known, free)
        found.append(post)
        free = post.end
    return found


def _head_automaton() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for head in HEADS:
        automaton.add_word(head, len(head))
    automaton.make_automaton()
    return automaton


_AUTOMATON = _head_automaton()


def _heads(folded: str) -> Iterator[tuple[int, int]]:
    """The nouns of office at word boundaries, the longest of those that overlap."""
    lower = folded.lower()
    if len(lower) != len(folded):
        return
    free = 0
    found = sorted((last + 1 - length, -last - 1) for last, length in _AUTOMATON.iter(lower))
    for start, minus_end in found:
        end = -minus_end
        if start < free or (start and lower[start - 1].isalnum()) or (end < len(lower) and lower[end].isalnum()):
            continue
        free = end
        yield start, end


def _modifies(word: str) -> bool:
    return word in MODIFIERS or _ABSTRACT.fullmatch(word) is not None


def _all_modify(between: str) -> bool:
    if len(between) > 60 or between[:1] not in {" ", "-"}:
        return False
    return all(map(_modifies, re.split(r"[ -]", between.lower().strip()))) if between.strip() else True


def _left(folded: str, start: int, floor: int) -> int:
    """Where the modifiers before an office begin: of "the first Deputy Prime" the place of "first"."""
    while start > floor and folded[start - 1] in " -":
        stop = start - 1
        begin = max(folded.rfind(" ", floor, stop), folded.rfind("-", floor, stop), floor - 1) + 1
        if folded[begin:stop] == "EU" and not _ABOUT_EU.match(folded, start):  # "Finland's EU commissioner"
            break
        if not _modifies(folded[begin:stop].lower().removesuffix("'s").removesuffix("'")):
            break
        start = begin
    ministry = _MINISTRY_OF.search(folded[max(floor, start - 20) : start])
    return _left(folded, start - len(ministry.group()), floor) if ministry else start


def _right(folded: str, end: int) -> int:
    """Where the field of an office ends: of "Minister of Energy and Mining Jane Roe" the place after "Mining"."""
    link = _AREA.match(folded, end)
    at = link.end() if link else end
    while link and (match := _WORD.match(folded, at)):
        word = match.group().lower().removesuffix("'s")
        if word not in _LINKS:
            if not _modifies(word):
                break
            end = match.end()
        at = match.end() + (2 if folded.startswith(", ", match.end()) else 1)
    return end


def _post(
    folded: str,
    head: tuple[int, int],
    by_start: Mapping[int, Hit],
    by_end: Mapping[int, Hit],
    known: Mapping[str, Known],
    free: int,
) -> Post:
    near = next((end for end in range(head[0], head[0] - 60, -1) if end in by_end), 0)
    role_start = _left(folded, head[0], max(free, near, head[0] - 80))
    if leading := _LEADING.match(folded, role_start):
        role_start = leading.end()
    start, of = role_start, None
    owner = by_end.get(near)
    if owner and _POSSESSIVE.fullmatch(folded, owner.end, role_start) and (of := _whose(owner, known)):
        start = owner.start
        if people := demonym_within(owner.text, owner.entries[0].actor, known):
            role_start = start + people + 1  # "Iranian Foreign Ministry spokesman" is a Foreign Ministry spokesman
    end = role_end = _right(folded, head[1])
    for _ in range(2):
        link = _OF.match(folded, end)
        hit = by_start.get(link.end()) if link else None
        if link is None or hit is None:
            break
        end = hit.end
        if organ := _ORGAN.match(folded, end) if hit.ids("demonym") else None:
            end = organ.end()
        if of is None and not _TOWARDS.match(link.group()):
            of = _whose(hit, known)
            if not (of and of.startswith("country:") and hit.ids("name", "acronym")):
                role_end = end
        else:
            role_end = end
    phrase = folded[role_start:role_end]
    former = _FORMER.search(folded[max(0, start - 8) : start] + phrase) is not None
    return Post(start, end, role_start, role_end, of, office_key(phrase, of), former, bare=end == head[1])


def _whose(hit: Hit, known: Mapping[str, Known]) -> str | None:
    """The state or body behind a name: a state's own organs stand for the state."""
    ids = hit.ids("name", "acronym", "demonym", "seat", "short")
    return next((behind(id_, known) for id_ in ids if id_.startswith(("country:", "org:"))), None)


_SAME = (
    (re.compile(r"\b(?:acting|interim|caretaker|then|new|newly|elected|appointed|the)\s"), ""),
    (re.compile(r"-"), " "),
    (re.compile(r"^secretary of (?:the )?(\w+)$"), r"\1 secretary"),
    (re.compile(r"^minister (?:of|for) (?:the )?(.+)$"), r"\1 minister"),
    (re.compile(r"^(?:foreign|external) (?:affairs|relations) minister"), "foreign minister"),
    (re.compile(r"^defence"), "defense"),
    (re.compile(r"spokes(?:man|woman)"), "spokesperson"),
    (re.compile(r"^(?:premier|pm|taoiseach|head of (?:the )?government)$"), "prime minister"),
    (re.compile(r"^(?:ceo|chief executive)$"), "chief executive officer"),
    (re.compile(r"^(?:minister of|ministry of) "), ""),
)


_OF_BODY = re.compile(r"(.+?) (?:of|at) (?:the )?(.+)")
# What the head of government and the foreign minister are called in some states.
_CALLED = {
    ("chancellor", "country:DE"): "prime minister",
    ("chancellor", "country:AT"): "prime minister",
    ("federal chancellor", "country:DE"): "prime minister",
    ("federal chancellor", "country:AT"): "prime minister",
    ("foreign secretary", "country:GB"): "foreign minister",
}


@lru_cache(maxsize=4096)
def office_key(role: str, of: str | None = None) -> str:
    """An office in a form that can be compared: "Minister of Foreign Affairs" and "foreign minister" are one.

    Whose it is (`of`) can make two the same: the head of a firm is its chief executive.
    """
    key = " ".join(role.lower().split())
    for pattern, new in _SAME:
        key = pattern.sub(new, key)
    if of and of.startswith("org:"):
        if (own := _OF_BODY.fullmatch(key)) and own[2].replace(" ", "-") == of.removeprefix("org:"):
            key = own[1]
        key = "chief executive officer" if key in {"head", "chief", "boss", "ceo", "chief executive"} else key
    return _CALLED.get((key, of or ""), key)
