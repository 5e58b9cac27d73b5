"""Who thinks well or ill of whom: attitude verbs and nouns with a holder and a target, and the tone of the article."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas import Stance, direction
from streams.reading.clauses import (
    BE,
    NEGATIONS,
    STOPS,
    SUBORDINATORS,
    bare_words,
    group_start,
    is_participle,
    straight,
)
from streams.reading.document import Cast, Sentence
from streams.reading.morphology import verb_forms, word_set
from streams.reading.quotes import Spoken
from streams.reading.roles import subjects
from streams.reading.scene import Named, Scene, named_in, state_of
from streams.reading.signals import Found, evidence

AUTHOR = "author"
_REACH = 10
_FIRM, _LOOSE = 0.7, 0.55


def _forms(verbs: str, sign: int) -> dict[str, int]:
    return {form: sign for verb in verbs.split() for form in verb_forms(verb)}


_VERBS: dict[str, int] = _forms(
    "welcome praise commend applaud thank congratulate admire salute hail appreciate trust endorse laud "
    "honour honor", 1
) | _forms(
    "condemn criticise criticize denounce blame accuse deplore lambast slam blast reject distrust threaten "
    "rebuke regret"
    "castigate decry reproach berate insult mock", -1
)  # fmt: skip
_VERBS |= {"grateful": 1, "thankful": 1}
# "reacted with understanding": the words after "with" tell.
_WITH: dict[str, int] = dict.fromkeys(
    word_set("understanding satisfaction gratitude respect joy approval sympathy"), 1
) | dict.fromkeys(word_set("anger outrage dismay fury indignation contempt suspicion hostility disappointment"), -1)
_REACT = frozenset(
    form for verb in ["react", "respond", "meet", "greet", "treat", "regard", "view"] for form in verb_forms(verb)
)
# Said of what somebody does or is: "the reckless conduct of …", "Belgrade's constructive role".
_ADJECTIVES: dict[str, int] = dict.fromkeys(
    word_set(
        "constructive reliable friendly balanced responsible positive close valuable important trusted wise "
        "courageous fruitful"
    ),
    1,
) | dict.fromkeys(
    word_set(
        "destructive unconstructive unhelpful reckless irresponsible aggressive illegal unlawful hostile "
        "unacceptable provocative harmful brutal unjustified unfair shameful dangerous malign unfriendly "
        "hypocritical illegitimate biased obstructive uncooperative counterproductive unreasonable arrogant divisive"
    ),
    -1,
)
_CONDUCT = word_set(
    "action actions conduct behaviour behavior policy policies position positions stance approach role "
    "attitude steps step decision decisions line invasion aggression war measures move moves interference "
    "cooperation partner partners ally relations dialogue work contribution leadership pressure"
)
_TRIGGERS = frozenset((*_VERBS, *_ADJECTIVES, *_REACT))
_MOST = 12
_ENDS = frozenset((",", "that", "against"))


def find_stances(
    sentences: Sequence[Sentence], cast: Cast, spoken: Spoken, found: Sequence[Found], own: str | None
) -> tuple[Stance, ...]:
    """The stances of an article in order, those passed on by a speaker's office behind the speaker's own."""
    signals: dict[int, list[Found]] = {}
    for one in found:
        signals.setdefault(one.sentence.number, []).append(one)
    stances: list[Stance] = []
    for sentence in sentences:
        here = signals.get(sentence.number, ())
        if not here and _TRIGGERS.isdisjoint(bare_words(sentence.text)):
            continue
        named = named_in(sentence, cast)
        if not named:
            continue
        rows: dict[tuple[str, str], tuple[int, float]] = {}
        for holder, target, polarity, sureness in _rows(sentence, named, cast, spoken, own):
            rows.setdefault((holder, target), (polarity, sureness))
        for holder, target, polarity in _of_signals(here, cast):
            rows[holder, target] = (polarity, _FIRM)
        for (holder, target), (polarity, sureness) in rows.items():
            stances += _told(holder, target, polarity, sureness, sentence, cast)
    return tuple(stances)


def tone(stances: Sequence[Stance]) -> float:
    """The mean polarity of the stances without `via`, weighted by confidence; 0 if there is none; three decimals."""
    own = [stance for stance in stances if stance.via is None]
    weight = sum(stance.confidence for stance in own)
    return round(sum(s.polarity * s.confidence for s in own) / weight, 3) + 0.0 if weight else 0.0


def _told(holder: str, target: str, polarity: int, sureness: float, sentence: Sentence, cast: Cast) -> Iterator[Stance]:
    def stance(of: str, via: str | None) -> Stance:
        return Stance.model_validate(
            {
                "holder": of,
                "target": target,
                "polarity": polarity,
                "via": via,
                "evidence": evidence(sentence),
                "confidence": sureness,
            }
        )

    yield stance(holder, None)
    represents = cast.actors[holder].represents if holder in cast.actors else None
    if represents is not None and represents != target:
        yield stance(represents, holder)


def _of_signals(found: Sequence[Found], cast: Cast) -> Iterator[tuple[str, str, int]]:
    """ "would never impose sanctions on X": pressure, or its refusal, is an attitude where both sides are named."""
    for one in found:
        sign = one.candidate.topic.attitude * direction(one.candidate.action.sign, one.modality)
        if sign:
            for holder in one.parties.initiator:
                for target in one.parties.target:
                    if holder != target and holder in cast.actors:
                        yield holder, target, sign


def _rows(
    sentence: Sentence, named: Sequence[Named], cast: Cast, spoken: Spoken, own: str | None
) -> Iterator[tuple[str, str, int, float]]:
    words = [straight(token.lower) for token in sentence.tokens]
    triggers = [i for i, word in enumerate(words) if word in _TRIGGERS][:_MOST]
    for i in triggers:
        token = sentence.tokens[i]
        speaker = spoken.speaker(sentence, token.start, token.end)
        scene = Scene(words, named, cast, speaker, own, None, len(words))
        if words[i] in _VERBS:
            yield from _by_verb(i, _VERBS[words[i]], scene)
        elif words[i] in _ADJECTIVES:
            yield from _by_adjective(i, scene)
        else:
            yield from _by_reaction(i, scene)


def _by_verb(i: int, sign: int, scene: Scene) -> Iterator[tuple[str, str, int, float]]:
    begin = group_start(scene.words, i)
    if is_participle(scene.words[i]) and any(word in BE for word in scene.words[begin:i]):
        return  # "is accused of": who does it stands elsewhere
    if any(word in NEGATIONS for word in scene.words[begin:i]):
        sign = -sign
    holders = _holders(i, scene)
    target = _next_named(i + 1, scene)
    for holder in holders:
        if target is not None and target != holder:
            yield holder, target, sign, _FIRM


def _by_adjective(i: int, scene: Scene) -> Iterator[tuple[str, str, int, float]]:
    """ "the reckless policy of X", "X's reckless policy", "close cooperation with X"."""
    words = scene.words
    noun = next((k for k in range(i + 1, min(i + 4, len(words))) if words[k] in _CONDUCT), None)
    if noun is None:
        noun = next((k for k in range(i + 1, min(i + 4, len(words))) if words[k] in {"and", ","}), None)
        noun = next((k for k in range(i + 1, min(i + 5, len(words))) if words[k] in _CONDUCT), None) if noun else None
    if noun is None:
        return
    sign = _ADJECTIVES[words[i]]
    if i and (
        words[i - 1] in {"not", "no", "non", "un", "hardly", "less"} or (words[i - 1] == "-" and words[i - 2] == "non")
    ):
        sign = -sign
    target: str | None = None
    if noun + 1 < len(words) and words[noun + 1] in {"of", "by", "with", "from", "towards", "toward"}:
        target = _next_named(noun + 2, scene)
    if target is None:
        target = next((n.mention.actor for n in scene.named if n.end <= i and 0 <= i - n.end <= 1), None)
    holder = scene.speaker or AUTHOR
    if target is not None and target not in (holder, state_of(holder, scene.cast)):
        yield holder, target, sign, _LOOSE


def _by_reaction(i: int, scene: Scene) -> Iterator[tuple[str, str, int, float]]:
    """ "reacted with understanding": towards what it reacts to; and it pleases whoever tells it."""
    words = scene.words
    word = next((k for k in range(i + 1, min(i + 5, len(words))) if words[k] in _WITH), None)
    if word is None or "with" not in words[i + 1 : word]:
        return
    sign = _WITH[words[word]]
    teller = scene.speaker
    for holder in subjects(i, scene):
        target = _next_named(word + 1, scene)
        if target is not None and target != holder and scene.cast.actors[target].type != "project":
            yield holder, target, sign, _LOOSE
        if teller is not None and sign > 0 and holder not in (teller, state_of(teller, scene.cast)):
            yield teller, holder, sign, _LOOSE


def _holders(i: int, scene: Scene) -> list[str]:
    return [state_of(actor, scene.cast) for actor in subjects(i, scene)] or [scene.speaker or AUTHOR]


def _next_named(begin: int, scene: Scene) -> str | None:
    """The first actor named after a word in its clause, within reach."""
    for k in range(begin, min(begin + _REACH, len(scene.words))):
        if scene.words[k] in STOPS or scene.words[k] in SUBORDINATORS or scene.words[k] in _ENDS:
            return None
        for n in scene.named:
            if n.start == k:
                return n.mention.actor
    return None
