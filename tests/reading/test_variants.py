"""What the seed article says, said in other words: each construction with each of its wordings, of several states."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from schemas import Report

Read = Callable[..., Report]
# (host's capital, host, host's adjective, its president), (partner's capital, partner)
HOSTS = [
    ("Belgrade", "Serbia", "Serbian", "Aleksandar Vucic", "country:RS"),
    ("Skopje", "North Macedonia", "North Macedonian", "Stevo Pendarovski", "country:MK"),
    ("Ankara", "Turkey", "Turkish", "Recep Tayyip Erdogan", "country:TR"),
]
PARTNERS = [("Moscow", "Russia", "country:RU"), ("Tehran", "Iran", "country:IR"), ("Minsk", "Belarus", "country:BY")]
PAIRS = list(zip(HOSTS, PARTNERS, strict=True))
Row = tuple[str, str, str, tuple[str, ...], tuple[str, ...]]


def rows(report: Report) -> list[Row]:
    return [(s.topic, s.action, s.modality, s.initiator, s.target) for s in report.signals]


NEVER = [
    "would never",
    "will never",
    "would not",
    "will not",
    "does not want to",
    "is not going to",
    "refused to",
    "has refused to",
    "declined to",
    "had no plans to",
    "has no intention to",
    "does not intend to",
    "had no intention of",
    "was not planning to",
]
IMPOSE = ["impose", "introduce", "adopt", "back", "support", "join", "join in", "agree to", "approve", "endorse"]


@pytest.mark.parametrize(("never", "verb"), [*product(NEVER, IMPOSE[:1]), *product(NEVER[:1], IMPOSE)])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0][1])
def test_sanctions_that_are_refused(read: Read, never: str, verb: str, pair: tuple[tuple[str, ...], ...]) -> None:
    (_, host, demonym, president, h), (_, partner, p) = pair
    verb = {"impose": "imposing"}[verb] if never.endswith("of") else verb
    for text in (
        f"{demonym} President {president} said the country {never} {verb} any sanctions on {partner}.",
        f"{demonym} President {president} stated that {host} {never} {verb} sanctions against {partner}.",
        f"{host} {never} {verb} sanctions on {partner}, {demonym} President {president} said.",
    ):
        report = read(text)
        assert rows(report) == [("sanctions", "impose", "refused", (h,), (p,))], text
        assert {(s.holder, s.target, s.polarity) for s in report.stances if s.via is None} == {(h, p, 1)}, text


WORRIES = [
    "is not concerned that",
    "is not worried that",
    "is not afraid that",
    "does not fear that",
    "has no fear that",
]
REFUSALS = ["refusal to impose", "refusal to join", "refusal to back", "unwillingness to impose", "reluctance to adopt"]
DELAYS = [
    "may delay",
    "might slow down",
    "could slow",
    "may hamper",
    "could postpone",
    "may complicate",
    "might hinder",
    "could stall",
    "may hold up",
    "might impede",
    "could jeopardise",
]
JOINS = [
    "its accession to the European Union",
    "its accession to the EU",
    "its EU accession",
    "its entry into the EU",
    "its path to the EU",
    "its membership of the European Union",
]


@pytest.mark.parametrize(
    ("worry", "refusal", "delay", "join"),
    [
        *((worry, REFUSALS[0], DELAYS[0], JOINS[0]) for worry in WORRIES),
        *((WORRIES[0], refusal, DELAYS[0], JOINS[0]) for refusal in REFUSALS),
        *((WORRIES[1], REFUSALS[1], delay, JOINS[1]) for delay in DELAYS),
        *((WORRIES[2], REFUSALS[0], DELAYS[1], join) for join in JOINS),
    ],
)
def test_a_worry_that_is_denied(read: Read, worry: str, refusal: str, delay: str, join: str) -> None:
    for (_, host, demonym, president, h), (_, partner, p) in PAIRS:
        text = (
            f"{demonym} President {president} stated that his country {worry} its {refusal} sanctions "
            f"against {partner} {delay} {join}."
        )
        assert sorted(rows(read(text))) == [
            ("eu_accession", "stall", "hypothetical", (), (h,)),
            ("sanctions", "impose", "refused", (h,), (p,)),
        ], (text, host)


RULES_OUT = [
    "does not rule out the possibility that",
    "does not exclude the possibility that",
    "does not rule out that",
    "does not exclude the future possibility that",
    "is not ruling out that",
    "does not rule out the prospect that",
]
SUPPLIES = [
    "will supply {} with",
    "could supply {} with",
    "will provide {} with",
    "may provide {} with",
    "will in future supply {} with",
]
ENERGY = [
    "reliable alternative energy resources",
    "dependable alternative energy",
    "alternative sources of energy",
    "gas",
    "additional oil",
    "cheaper electricity",
    "secure energy supplies",
]


@pytest.mark.parametrize(
    ("rules_out", "supplies", "energy"),
    [
        *((rules_out, SUPPLIES[0], ENERGY[0]) for rules_out in RULES_OUT),
        *((RULES_OUT[1], supplies, ENERGY[1]) for supplies in SUPPLIES),
        *((RULES_OUT[1], SUPPLIES[0], energy) for energy in ENERGY),
    ],
)
def test_a_supply_that_is_not_ruled_out(read: Read, rules_out: str, supplies: str, energy: str) -> None:
    for (capital, host, _, _, h), (_, partner, p) in PAIRS:
        text = f"{capital} {rules_out} {partner} {supplies.format(host)} {energy}."
        assert rows(read(text)) == [("energy", "supply", "hypothetical", (p,), (h,))], text


@pytest.mark.parametrize(
    "verb",
    [
        "curtail",
        "scrap",
        "abandon",
        "freeze",
        "suspend",
        "cancel",
        "shelve",
        "drop",
        "halt",
        "terminate",
        "stop",
        "mothball",
        "discontinue",
    ],
)
@pytest.mark.parametrize(
    "cause", ["unhelpful stance", "non-constructive actions", "hostile policy", "uncooperative attitude"]
)
def test_a_project_whose_end_the_text_leaves_to_nobody(read: Read, verb: str, cause: str) -> None:
    text = (
        f'"The Serbian leadership responded with understanding to the decision to {verb} the South Stream project, '
        f'whose implementation was impossible because of the {cause} of the European Commission," '
        "Russian Foreign Ministry spokeswoman Maria Zakharova said."
    )
    report = read(text)
    assert rows(report) == [("energy", "halt", "actual", (), ("project:south-stream",))]
    stances = {(s.holder, s.target, s.polarity) for s in report.stances}
    assert {
        ("person:maria-zakharova", "org:european-commission", -1),
        ("country:RU", "org:european-commission", -1),
    } <= stances
    assert ("person:maria-zakharova", "country:RS", -1) not in stances


AIMS = [
    "focus on European Union membership",
    "course towards membership of the European Union",
    "commitment to EU membership",
    "aspiration to membership in the European Union",
    "path towards EU membership",
    "goal of joining the EU",
    "drive for membership of the EU",
    "ambition to join the European Union",
    "desire to join the EU",
    "orientation towards European Union membership",
    "striving for European Union membership",
]


@pytest.mark.parametrize("aim", AIMS)
@pytest.mark.parametrize(
    "clause", ["which is the country's main foreign policy goal", "its key foreign policy priority"]
)
def test_the_goal_of_membership(read: Read, aim: str, clause: str) -> None:
    for (capital, host, _, _, h), (_, partner, _) in PAIRS:
        seen = f'"is not seen in {capital} as an obstacle to ties with {partner}."'
        text = f"He stressed that {host}'s {aim}, {clause}, {seen}"
        ((topic, action, modality, initiator, _),) = rows(read(text))
        assert (topic, action, modality, initiator) == ("eu_accession", "commit", "actual", (h,)), text


@pytest.mark.parametrize(
    "never",
    [
        "has no intention of giving up",
        "does not intend to sacrifice",
        "has no plans to give up",
        "is not going to sacrifice",
        "would not sacrifice",
        "is not ready to give up",
    ],
)
@pytest.mark.parametrize(
    "sake",
    [
        "for the sake of joining the EU",
        "for the sake of entering the European Union",
        "in order to join the European Union",
        "for the sake of EU membership",
        "in exchange for EU membership",
        "for the sake of its accession to the EU",
        "for the sake of becoming a member of the European Union",
    ],
)
def test_ties_that_are_not_given_up_for_membership(read: Read, never: str, sake: str) -> None:
    text = f"Serbian Ambassador to Russia Slavenko Terzic stated that the country {never} its ties with Russia {sake}."
    ((topic, action, modality, _, _),) = rows(read(text))
    assert (topic, action, modality) == ("eu_accession", "mention", "actual")


@pytest.mark.parametrize("pleased", ["welcomes", "appreciates", "welcomed", "praised", "is grateful for"])
def test_interest_that_is_welcome(read: Read, pleased: str) -> None:
    text = f"Maria Zakharova noted that Moscow {pleased} the interest shown by the Serbian side in Russian proposals."
    assert ("country:RU", "country:RS", 1) in {(s.holder, s.target, s.polarity) for s in read(text).stances}
