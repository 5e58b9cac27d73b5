"""The words that govern an action, and what they make of it: "refuse to", "plans for", "could"."""

from __future__ import annotations

from typing import Literal

from streams.reading.morphology import noun_forms, verb_forms, word_set

Force = Literal["intended", "urged", "hypothetical", "refused", "plain"]
"""`plain` changes nothing but passes on what governs it in turn ("was ready to begin lifting")."""

_VERBS: dict[Force, str] = {
    "refused": "refuse decline reject oppose deny avoid resist fail veto exclude rebuff dismiss block prevent stop "
    "withhold forbid hesitate spurn scorn thwart preclude",
    "intended": "plan decide agree intend pledge promise vow commit expect undertake order prepare aim schedule "
    "instruct determine resolve",
    "urged": "urge demand propose want ask threaten consider recommend suggest press insist seek appeal advise plead "
    "favour favor request call advocate warn encourage support back need wish hope invite discuss debate push require",
    "hypothetical": "authorise authorize enable allow permit empower risk",
    "plain": "begin start continue proceed move keep go help manage",
}
_NOUNS: dict[Force, str] = {
    "refused": "refusal unwillingness reluctance rejection opposition denial inability objection",
    "intended": "plan intention intent pledge promise agreement commitment vow preparation",
    "urged": "proposal demand threat request recommendation appeal suggestion push pressure wish desire need bid "
    "warning debate talk expectation hope offer bill motion",
    "hypothetical": "possibility prospect readiness chance likelihood option risk ability authority power opportunity",
    "plain": "process step effort way decision",
}
_OTHERS: dict[Force, str] = {
    "refused": "yet unwilling reluctant against unable without instead rule rules ruled ruling short "
    "turn turns turned turning vote votes voted shoot shot brush brushes brushed brushing wave waved waves",
    "intended": "about due set going committed determined",
    "urged": "important necessary ought essential vital",
    "hypothetical": "ready willing able possible prepared inclined likely potential",
    "plain": "better",
}
_MODALS: dict[Force, str] = {
    "intended": "will shall 'll won't would wouldn't 'd",
    "urged": "should must shouldn't mustn't ought",
    "hypothetical": "can could may might cannot can't couldn't",
}


def _by_form() -> dict[str, Force]:
    table: dict[str, Force] = {}
    for force, words in _VERBS.items():
        table |= {form: force for word in words.split() for form in verb_forms(word)}
    for force, words in _NOUNS.items():
        table |= {form: force for word in words.split() for form in noun_forms(word)}
    for force, words in _OTHERS.items():
        table |= dict.fromkeys(words.split(), force)
    return table


GOVERNORS = _by_form()
GOVERNING_NOUNS = frozenset(form for words in _NOUNS.values() for word in words.split() for form in noun_forms(word))
MODALS: dict[str, Force] = {word: force for force, words in _MODALS.items() for word in words.split()}
ONLY_NEAR = frozenset(("against", "without", "instead", "short", "about", "set", "due"))
# These govern only with certain words after them: "declined to", but "prices declined".
_BEFORE_TO = word_set(
    "yet decline declines declined declining fail fails failed failing hesitate set due about going ready willing "
    "able unable likely prepared inclined"
)
ONLY_BEFORE: dict[str, tuple[str, ...]] = (
    dict.fromkeys(_BEFORE_TO, ("to",))
    | dict.fromkeys(word_set("rule rules ruled ruling"), ("out",))
    | dict.fromkeys(word_set("talk talks debate debates"), ("on", "about", "over", "of"))
    | dict.fromkeys(word_set("turn turns turned turning vote votes voted shoot shot"), ("down", "against"))
    | dict.fromkeys(word_set("brush brushes brushed brushing wave waved waves"), ("aside", "off", "away"))
)
