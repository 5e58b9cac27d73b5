"""Whether an action is told as done, planned, asked for, refused or only possible: read from the words that govern it.

From the trigger outwards: its own verb group ("will never impose"), then the word that governs it ("refuses to
impose", "a refusal to", "calls for the lifting of"), then that word's group, three steps at most. Each step looks
back over a few tokens, so a sentence costs time in proportion to its length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas import Modality
from streams.reading.clauses import BE, HAVE, NEGATIONS, STOPS, SUBORDINATORS, group_start
from streams.reading.governors import GOVERNING_NOUNS, GOVERNORS, MODALS, ONLY_BEFORE, ONLY_NEAR, Force
from streams.reading.morphology import word_set

_RANK: dict[str, int] = {"actual": 0, "intended": 1, "urged": 2, "hypothetical": 3}
_STEPS = 3
_REACH = 7
_CONDITIONS = word_set("if unless provided")
_LATER_ONLY = frozenset(("whether", "otherwise"))
_NO_CONDITION = frozenset(("even", "as", "asked"))
_NO_CONDITION_AFTER = word_set("not any only at")
_NO_THAT = word_set(", and or said says told added stated say")
_CLAIMS = word_set(
    "claim claims allegation allegations accusation accusations charge charges suggestion idea notion report "
    "reports view assertion rumour rumours"
)
_LINKS = word_set("to of for on from against at about with in that into")
_NO_SUBJECT = word_set("no nobody none neither nor nothing few")
_ONLY = word_set("only just merely simply necessarily")


@dataclass(frozen=True, slots=True)
class Reading:
    """The modality, and the outermost word that asks, threatens, refuses or denies (its subject is the speaker)."""

    modality: Modality
    governor: int | None = None


def read_modality(
    words: Sequence[str], head: int, thing: int, *, noun: bool, conditional: bool, headline: bool = False
) -> Reading:
    """The modality of the action whose word of tense is token `head` and that is done to token `thing`.

    `words`: the sentence's tokens, lower case, apostrophes straight. `conditional`: a condition holds for the head.
    """
    forces: list[Force] = []
    denials = 0
    governor: int | None = None
    at, nominal = head, noun
    for level in range(_STEPS):
        start, group = (at, ()) if nominal else _group(words, at)
        forces += [MODALS[w] for w in group if w in MODALS]
        denied = _negates(words, start, at, group) or (level == 0 and _denied_thing(words, head, thing))
        if not nominal and _is_to_be(words, start, at):
            forces.append("intended")
        step = _governor(words, start, at, nominal=nominal)
        if step is None:
            denials += denied or (_denied_clause(words, start) if nominal else _no_subject(words, start))
            if nominal or words[at].endswith("ing"):
                forces += _modals_before(words, start)
            elif headline and start and words[start - 1] == "to":
                forces.append("intended")
            break
        denials += denied
        at, force = step
        nominal = words[at] in GOVERNING_NOUNS and words[at - 1] != "to"
        denials += force == "refused"
        forces.append(force)
        governor = at if force != "plain" else governor
    return Reading(_decide(forces, denials, conditional), governor)


def _group(words: Sequence[str], at: int) -> tuple[int, Sequence[str]]:
    """Where the verb group of token `at` starts, and its words before `at`.

    Of joined verbs the second shares those of the first: "will watch and impose", "refused to join or impose".
    """
    start = group_start(words, at)
    if start < at or words[at].endswith(("ed", "s", "ing")) or words[start - 1 : start] not in (["and"], ["or"], [","]):
        return start, words[start:at]
    for i in range(start - 2, max(-1, start - 2 - 2 * _REACH), -1):
        if words[i] in STOPS or words[i] in SUBORDINATORS or words[i] == "that":
            break
        if words[i] == "to":
            return i + 1, ()
        if words[i] in MODALS:
            first = group_start(words, i)
            return first, [*words[first : i + 1], *(w for w in words[i + 1 : i + 2] if w in NEGATIONS)]
    return start, ()


def _modals_before(words: Sequence[str], start: int) -> list[Force]:
    """The auxiliaries of the clause that a noun is part of: "could bring an end to"."""
    for i in range(start - 1, max(-1, start - 1 - 2 * _REACH), -1):
        if words[i] in STOPS or words[i] in SUBORDINATORS or words[i] in ("that", "and"):
            break
        if words[i] in MODALS:
            return [MODALS[words[i]]]
    return []


def _negates(words: Sequence[str], start: int, at: int, group: Sequence[str]) -> bool:
    """Whether the verb group, or what stands right before it, denies: "will never", "not to", "no plan"."""
    negations = [i for i in range(start, min(at, start + len(group))) if words[i] in NEGATIONS]
    if start and words[start - 1] in ("no", "not", "without", "never"):
        negations.append(start - 1)
    elif start > 1 and words[start - 1] == "to" and words[start - 2] in ("not", "never"):
        negations.append(start - 2)
    if "longer" in group and start and words[start - 1] == "no":
        return True
    return any(words[i - 1] != "why" and words[i + 1] not in _ONLY for i in negations)


def _is_to_be(words: Sequence[str], start: int, at: int) -> bool:
    """ "are to be lifted", "is to meet"."""
    return start >= 2 and words[start - 1] == "to" and words[start - 2] in BE and at > start - 1


def _denied_thing(words: Sequence[str], head: int, thing: int) -> bool:
    """ "imposed no sanctions", "no sanctions will be imposed", "none of the sanctions was lifted"."""
    near = words[max(0, thing - 4) : thing] if thing <= head else words[max(head + 1, thing - 3) : thing]
    return any(w in ("no", "none", "neither", "nor") for w in near)


def _no_subject(words: Sequence[str], start: int) -> bool:
    """ "nobody will impose", "neither Oslo nor Bern has joined"."""
    for i in range(start - 1, max(-1, start - 9), -1):
        if words[i] in STOPS or words[i] in SUBORDINATORS or words[i] == "that":
            return False
        if words[i] in _NO_SUBJECT:
            return True
    return False


def _denied_clause(words: Sequence[str], start: int) -> bool:
    """ "this will not mean any delay", "it would not amount to a ban": the noun's clause is denied before it."""
    for i in range(start - 1, max(-1, start - 1 - _REACH), -1):
        if words[i] in STOPS or words[i] in SUBORDINATORS or words[i] in (",", "that", "and"):
            return False
        if words[i] in NEGATIONS:
            return i + 1 < len(words) and words[i + 1] not in _ONLY and (i == 0 or words[i - 1] != "why")
    return False


def _governor(words: Sequence[str], start: int, at: int, *, nominal: bool) -> tuple[int, Force] | None:
    """The word that governs what begins at `start`, and what it makes of it."""
    before = words[start - 1] if start else ""
    if nominal:
        return _nearest(words, start) or _over_that(words, start)
    if before not in _LINKS and not words[at].endswith(("ing", "ed", "s") if start == at else "ing"):
        return _over_that(words, start)
    return _nearest(words, start)


def _nearest(words: Sequence[str], start: int) -> tuple[int, Force] | None:
    """The nearest governor before `start` in its clause."""
    for i in range(start - 1, max(-1, start - 1 - _REACH), -1):
        word = words[i]
        if word in STOPS or word in SUBORDINATORS or word == "," or word == "that":
            return None
        force = GOVERNORS.get(word)
        near = word not in ONLY_NEAR or start - i <= 3
        if force is not None and near and words[i + 1] in ONLY_BEFORE.get(word, (words[i + 1],)):
            return i, force
        if word in HAVE or word in MODALS:
            return None
    return None


def _over_that(words: Sequence[str], start: int) -> tuple[int, Force] | None:
    """A clause of its own is governed only by what stands before "that": "denied that Oslo would lift"."""
    for i in range(start - 1, max(0, start - 1 - 2 * _REACH), -1):
        if words[i] in STOPS or words[i] == ",":
            return None
        if words[i] == "that":
            return _before_that(words, i)
    return None


def _before_that(words: Sequence[str], that: int) -> tuple[int, Force] | None:
    """The governor of a clause with "that": "rule out that", "demanded for months that", "denied the claim that"."""
    for i in range(that - 1, max(-1, that - 5), -1):
        if words[i] in STOPS or words[i] in _NO_THAT or words[i] in SUBORDINATORS:
            return None
        force = GOVERNORS.get(words[i])
        if force is not None and words[i] not in _CLAIMS:
            return i, force
        if words[i] in MODALS or words[i] in BE or words[i] in HAVE:
            return None
    return None


def _decide(forces: Sequence[Force], denials: int, conditional: bool) -> Modality:
    if denials % 2:
        return "refused"
    if denials or conditional:
        # Two denials leave a possibility: "does not rule out imposing".
        return "hypothetical"
    modality: Modality = "actual"
    for force in forces:
        if force != "plain" and force != "refused" and _RANK[force] > _RANK[modality]:
            modality = force
    return modality


def conditionals(words: Sequence[str]) -> list[bool]:
    """For each token whether a condition ("if", "unless") stands in its part of the sentence, between semicolons."""
    marks: list[bool] = []
    begin = 0
    for i in range(len(words) + 1):
        if i == len(words) or words[i] == ";":
            part = range(begin, min(i + 1, len(words)))
            holds = any(
                words[k] in _CONDITIONS
                and not (k and words[k - 1] in _NO_CONDITION)
                and not (k + 1 < len(words) and words[k + 1] in _NO_CONDITION_AFTER)
                for k in part
            )
            later = next((k for k in part if words[k] in _LATER_ONLY), len(words))
            marks.extend(holds or k > later for k in part)
            begin = i + 1
    return marks
