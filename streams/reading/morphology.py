"""The forms of English words: what `impose` and `sanction` look like in a text. Used once, when knowledge is loaded."""

from __future__ import annotations

_IRREGULAR = {
    "be": "is are am was were been being be",
    "begin": "begins began begun beginning",
    "bring": "brings brought bringing",
    "build": "builds built building",
    "buy": "buys bought buying",
    "choose": "chooses chose chosen choosing",
    "come": "comes came coming",
    "cut": "cuts cutting",
    "deal": "deals dealt dealing",
    "do": "does did done doing",
    "draw": "draws drew drawn drawing",
    "fall": "falls fell fallen falling",
    "feed": "feeds fed feeding",
    "fight": "fights fought fighting",
    "find": "finds found finding",
    "freeze": "freezes froze frozen freezing",
    "get": "gets got gotten getting",
    "give": "gives gave given giving",
    "go": "goes went gone going",
    "hit": "hits hitting",
    "hold": "holds held holding",
    "keep": "keeps kept keeping",
    "lay": "lays laid laying",
    "leave": "leaves left leaving",
    "let": "lets letting",
    "lose": "loses lost losing",
    "make": "makes made making",
    "meet": "meets met meeting",
    "pay": "pays paid paying",
    "put": "puts putting",
    "rise": "rises rose risen rising",
    "run": "runs ran running",
    "say": "says said saying",
    "see": "sees saw seen seeing",
    "seek": "seeks sought seeking",
    "sell": "sells sold selling",
    "send": "sends sent sending",
    "set": "sets setting",
    "shut": "shuts shutting",
    "sign": "signs signed signing",
    "speak": "speaks spoke spoken speaking",
    "stand": "stands stood standing",
    "steal": "steals stole stolen stealing",
    "take": "takes took taken taking",
    "tell": "tells told telling",
    "think": "thinks thought thinking",
    "throw": "throws threw thrown throwing",
    "undergo": "undergoes underwent undergone undergoing",
    "undertake": "undertakes undertook undertaken undertaking",
    "uphold": "upholds upheld upholding",
    "withdraw": "withdraws withdrew withdrawn withdrawing",
    "write": "writes wrote written writing",
}
_PLURAL = {"country": "countries", "man": "men", "half": "halves"}
_VOWELS = "aeiou"
# Verbs of more than one syllable that double their last letter, as those of one syllable do.
_DOUBLING = {"permit", "commit", "admit", "submit", "regret", "refer", "transfer", "occur", "compel", "expel"}


def word_set(words: str) -> frozenset[str]:
    """A set of words written as one text."""
    return frozenset(words.split())


def verb_forms(base: str) -> frozenset[str]:
    """All forms of a verb; further words after it stay ("rule out" gives "ruled out")."""
    verb, _, rest = base.partition(" ")
    forms = {verb, *_IRREGULAR[verb].split()} if verb in _IRREGULAR else {verb, *_regular(verb)}
    return frozenset(f"{form} {rest}" if rest else form for form in forms)


def noun_forms(base: str) -> frozenset[str]:
    """Singular and plural; of several words the last one changes ("travel bans")."""
    head, _, noun = base.rpartition(" ")
    if noun in _PLURAL:
        plural = _PLURAL[noun]
    elif noun.endswith("y") and noun[-2:-1] not in _VOWELS:
        plural = noun[:-1] + "ies"
    elif noun.endswith(("s", "x", "z", "ch", "sh")):
        plural = noun + "es"
    else:
        plural = noun + "s"
    return frozenset({base, f"{head} {plural}" if head else plural})


def _regular(verb: str) -> set[str]:
    if verb.endswith("e"):
        return {verb + "s", verb + "d", (verb if verb.endswith("ee") else verb[:-1]) + "ing"}
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return {verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"}
    third = verb + ("es" if verb.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")
    doubled, plain = verb + verb[-1], verb
    # British spelling doubles an unstressed l as well: cancelled, fuelling.
    stems = {doubled} if _doubles(verb) else {plain, doubled} if verb.endswith("el") else {plain}
    return {third, *(stem + ending for stem in stems for ending in ("ed", "ing"))}


def _doubles(verb: str) -> bool:
    if verb in _DOUBLING:
        return True
    one_syllable = sum(a in _VOWELS and b not in _VOWELS for a, b in zip(verb, verb[1:] + "x", strict=True)) == 1
    ends = len(verb) >= 3 and verb[-1] not in _VOWELS + "wxy" and verb[-2] in _VOWELS and verb[-3] not in _VOWELS
    return one_syllable and ends
