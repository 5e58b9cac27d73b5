"""Persons in the sentences: by known name, by form (office, title or speech beside a name), by family name after."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from streams.reading.gazetteer import Hit, family_name
from streams.reading.lexicon import AFTER_NAMES, GIVEN, GIVEN_WORDS, NOT_NAMES, PARTICLES, SURNAMES, WORDY
from streams.reading.offices import Post

_WORD = re.compile(
    r"(?<![\w'-])(?:(?:[Aa]l|[Ee]l|[Aa]d|[Aa]s|[Aa]n|[Aa]sh|[Uu]l)-)?"
    r"(?:[A-Z]['][A-Z]?[a-z]+|[A-Z](?:[a-z]+(?:[A-Z][a-z]+)?|\.(?!\w)))(?:-[A-Za-z][a-z]+)*(?![\w])(?!-\w)"
)
_GAP = re.compile(
    r"\s(?:(?:van|von|de|da|di|do|dos|du|bin|ibn|der|den|la|le|ben|abu|ter|zu|del|della|af|av|al|el|e|y|'t)\s){0,3}"
)
_PARTICLES_BEFORE = re.compile(r"(?:\b[Vv][ao]n (?:de[rn]? )?|\b[Dd]e la )\Z")
_COURTESY = re.compile(
    r"\b(?:Mr|Mrs|Ms|Mx|Dr|Sir|Dame|Lord|Lady|Gen|Col|Lt|Maj|Capt|Adm|Sgt|Sen|Rep|Gov|Prof|Professor|Madam|Madame|"
    r"Herr|Frau|Monsieur|Father|Archbishop|Cardinal|Bishop|Sheikh|Shaikh|Ayatollah|Imam)\.?\s\Z"
)
_VERBS = (
    r"said|says|told|tells|stated|states|noted|notes|added|adds|stressed|stresses|underlined|underscored|emphasi[sz]ed|"
    r"pointed out|remarked|commented|explained|declared|warned|warns|argued|argues|claimed|claims|insisted|"
    r"confirmed|denied|reiterated|recalled|observed|concluded|replied|responded|answered|asked|wrote|tweeted|posted|"
    r"testified|admitted|acknowledged|suggested|promised|pledged|vowed|urged|demanded|called for|called on|predicted|"
    r"continued|went on|believes|thinks|hopes|highlighted|assured|voiced|expressed"
)
_SPEAKS = re.compile(rf"(?:,|\s\([^()]{{1,40}}\))?\s(?:also\s|then\s|has\s|had\s|\w+ly\s|later\s){{0,2}}(?:{_VERBS})\b")
_IN_PLACE = re.compile(r"\b(?:in|at|near|from)\s\Z")
_REPORTS = re.compile(r"\s(?:announced|reported|expects|reports|announces|visited|met|arrived|will)\b")
_DOES = re.compile(
    r"'s\s|,\s|\s(?:\w+ed|also|then|has|had|was|is|will|would|did|does|who|won|lost|told|met|left|said|says|went|took)\b"
)
_MEETS = re.compile(r"'s\s(?:meeting|talks|visit|trip|conversation|negotiations)\s(?:with|to)\b")
_SPOKEN = re.compile(
    r"\b(?:said|says|added|noted|stressed|explained|stated|warned|argued|according\sto|insisted|concluded|continued|"
    r"recalled|remarked|commented)\s\Z"
)
_APPOSED = re.compile(
    r"(?:,\s|\s\()(?:who\s(?:is|was)\s|now\s|currently\s)?(?:the\s|a\s|an\s|his\s|her\s|its\s|their\s)?"
)


_ABSTRACT = re.compile(r"\w+(?:tions?|ments|ness|bility|ities|isms?|ships?|ally|ously|ively|ency)|\w{4,}(?:ment|ity)")


@lru_cache(maxsize=4096)
def names_nobody(word: str) -> bool:
    """Whether a capitalised word is no part of a person's name."""
    return word.lower() in NOT_NAMES or _ABSTRACT.fullmatch(word) is not None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A name at [start, end) of a folded sentence (counted by `at` through the article).

    `words`: the name; `post`: the office beside it; `known`: ids that bear the full name. `evidence` that it is a
    person's: 0 none, 1 only where the name returns, 2 enough.
    """

    at: int
    start: int
    end: int
    words: tuple[str, ...]
    post: Post | None
    evidence: int
    known: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        return family_name(self.words[-1])


def sightings(
    at: int,
    folded: str,
    hits: Sequence[Hit],
    posts: Sequence[Post],
    claimed: Sequence[tuple[int, int]],
    *,
    headline: bool = False,
) -> Iterator[Sighting]:
    """The capitalised names of a sentence that nothing else claims, with what beside them tells of a person.

    `claimed`: the places of actors found already. In a `headline` that capitalises its verbs a name seems to go on.
    """
    by_start = {post.start: post for post in posts}
    by_end = {post.end: post for post in posts}
    for start, end, known in _names(folded, hits, posts, claimed):
        words = tuple(folded[start:end].split())
        while len(words) > 1 and words[0].lower() in PARTICLES:  # "Von der Leyen said"
            words = words[1:]
        if len(words) == 1 and (particles := _PARTICLES_BEFORE.search(folded[max(0, start - 12) : start])):
            start -= len(particles.group())
        if sum(word[0].isupper() for word in words) > 6 or (not known and not headline and goes_on(folded, end)):
            continue
        post, evidence = _evidence(folded, start, end, by_start, by_end, single=len(words) == 1)
        if start == 0 and evidence == 0 and " ".join(words).lower() in WORDY and not _DOES.match(folded, end):
            continue  # "Ban on oil", "Power prices"
        yield Sighting(at, start, end, words, post, evidence, known)


_NEXT_WORD = re.compile(r"\s([A-Z]\w+)")


def goes_on(folded: str, end: int) -> bool:
    """Whether the name is only the beginning of another one: "the McHugh Fairness Act"."""
    following = _NEXT_WORD.match(folded, end)
    if following is None or not names_nobody(following.group(1)):
        return False
    return following.group(1).lower() not in AFTER_NAMES


_BEFORE = re.compile(r"\b([A-Z][a-z]+)\s\Z")


def part_of_name(folded: str, hit: Hit) -> bool:
    """Whether a state's or capital's name is a given name or family here: "Michael Jordan", "Sofia Popova"."""
    if hit.text not in GIVEN:
        return False
    before = _BEFORE.search(folded[max(0, hit.start - 24) : hit.start])
    after = _NEXT_WORD.match(folded, hit.end)
    return any(m and not names_nobody(m.group(1)) for m in (before, after))


def _names(
    folded: str, hits: Sequence[Hit], posts: Sequence[Post], claimed: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Runs of capitalised words between the known names and offices; then the known persons."""
    taken = [
        (hit.start, hit.end, _person_ids(hit)) for hit in hits if not (hit.ids("family") or part_of_name(folded, hit))
    ]
    blocked = sorted([*(t[:2] for t in taken), *((post.role_start, post.end) for post in posts), *claimed])
    offices_end = {post.end for post in posts}
    position = 0
    start = end = -1
    for word in _WORD.finditer(folded):
        w_start, w_end = word.span()
        while position < len(blocked) and blocked[position][1] <= w_start:
            position += 1
        covered = position < len(blocked) and blocked[position][0] < w_end
        joined = end >= 0 and _GAP.fullmatch(folded, end, w_start) is not None
        nobody = covered or (
            names_nobody(word.group())
            and not (word.group().lower() in SURNAMES and (joined or _titled(folded, word, offices_end)))
            and not (word.group().lower() in GIVEN_WORDS and _opens_a_name(folded, word, offices_end))
        )
        if end >= 0 and (nobody or not joined):
            yield start, end, ()
            start = end = -1
        if not nobody:
            start = w_start if end < 0 else start
            end = w_end
    if end >= 0:
        yield start, end, ()
    for hit_start, hit_end, ids in taken:
        if ids:
            yield hit_start, hit_end, ids


def _titled(folded: str, word: re.Match[str], offices_end: Container[int]) -> bool:
    """Whether a word that is rarely a name has an office, a courtesy or speech beside it."""
    start, end = word.span()
    return (
        start - 1 in offices_end
        or _COURTESY.search(folded[max(0, start - 16) : start]) is not None
        or _SPEAKS.match(folded, end) is not None
    )


def _opens_a_name(folded: str, word: re.Match[str], offices_end: Container[int]) -> bool:
    """Whether a small word with a capital is a given name: "spokesman Will Roe", "said Per Roe"."""
    start, end = word.span()
    following = _NEXT_WORD.match(folded, end)
    if following is None or names_nobody(following.group(1)):
        return False
    return start - 1 in offices_end or (start > 1 and folded[start - 2].islower() and folded[start - 1] == " ")


def without_employer(
    sighting: Sighting, folded: str, full: Container[tuple[str, ...]], given: Container[str]
) -> Sighting:
    """The sighting without a firm's name before it: of "the owner of Acme Jane Roe" "Jane Roe".

    `full`: the article's full names; `given`: given names that knowledge has.
    """
    words = sighting.words
    if sighting.known or len(words) < 3 or words[0].endswith(".") or words[0] in given:
        return sighting
    signs = (words[1] in given, words[1:] in full, _employed(folded, sighting.start))
    if sum(signs) < 2 or not folded.startswith(f"{words[0]} ", sighting.start):
        return sighting
    return replace(sighting, start=sighting.start + len(words[0]) + 1, words=words[1:])


_EMPLOYED = re.compile(r"\b(?:of|at|company|firm|giant|group)\s\Z")


def _employed(folded: str, start: int) -> bool:
    return _EMPLOYED.search(folded[max(0, start - 12) : start]) is not None


def _person_ids(hit: Hit) -> tuple[str, ...]:
    return tuple(id_ for id_ in hit.ids("name") if id_.startswith("person:"))


def _evidence(
    folded: str, start: int, end: int, by_start: Mapping[int, Post], by_end: Mapping[int, Post], *, single: bool
) -> tuple[Post | None, int]:
    for gap in (1, 2):
        post = by_end.get(start - gap)
        if post and folded[post.end : start] in {" ", ", "}:
            # After "chairman of the board" a single word may as well go on with the office.
            return post, 2 if not single or (gap == 1 and post.bare) else 0
    before = folded[max(0, start - 24) : start]
    if _COURTESY.search(before):
        return None, 2
    if _IN_PLACE.search(before):
        return None, 0
    apposed = _APPOSED.match(folded, end)
    post = by_start.get(apposed.end()) if apposed else None
    # "Jane Roe, Foreign Minister John Doe": the office is the next one's.
    if post and not (post.bare and _NEXT_WORD.match(folded, post.end)):
        return post, 2
    if single:
        return None, 0
    if _SPEAKS.match(folded, end) or _SPOKEN.search(before) or _MEETS.match(folded, end):
        return None, 2
    if _REPORTS.match(folded, end) or (folded.startswith(":", end) and start == 0):
        return None, 1
    return None, 0
