from __future__ import annotations

import pytest

from streams.reading.modality import conditionals, read_modality
from streams.reading.topic_files import words_of

VERBS = {"impose", "imposed", "imposing", "imposes"}
NOUNS = {"imposition", "lifting"}


def modality(text: str) -> str:
    """The modality of the first form of "impose" in a sentence about sanctions."""
    words = words_of(text)
    head = next(i for i, word in enumerate(words) if word in VERBS | NOUNS)
    thing = words.index("sanctions")
    return read_modality(words, head, thing, noun=words[head] in NOUNS, conditional=conditionals(words)[head]).modality


@pytest.mark.parametrize(
    "text",
    [
        "Oslo imposed sanctions on Bern",
        "Oslo has also imposed sanctions on Bern",
        "Sanctions were imposed on Bern by Oslo",
        "Oslo began imposing sanctions on Bern",
        "Oslo not only imposed sanctions on Bern, it froze accounts",
        "The imposition of sanctions hurt Bern",
    ],
)
def test_what_is_done_is_actual(text: str) -> None:
    assert modality(text) == "actual"


@pytest.mark.parametrize(
    "text",
    [
        "Oslo will impose sanctions on Bern",
        "Oslo decided to impose sanctions on Bern",
        "Oslo plans to impose sanctions",
        "Oslo is to impose sanctions",
        "Oslo agreed on the imposition of sanctions",
        "Sanctions will be imposed on Bern in May",
        "Oslo is about to impose sanctions",
    ],
)
def test_what_is_planned_is_intended(text: str) -> None:
    assert modality(text) == "intended"


@pytest.mark.parametrize(
    "text",
    [
        "Oslo called for the imposition of sanctions",
        "Oslo urged the union to impose sanctions",
        "Oslo threatened to impose sanctions on Bern",
        "The union should impose sanctions",
        "Oslo proposed imposing sanctions",
        "Sanctions must be imposed",
        "a demand for the lifting of sanctions",
    ],
)
def test_what_is_asked_for_is_urged(text: str) -> None:
    assert modality(text) == "urged"


@pytest.mark.parametrize(
    "text",
    [
        "Oslo will never impose any sanctions on Bern",
        "Oslo would not impose sanctions",
        "Oslo won't impose sanctions",
        "Oslo refused to impose sanctions",
        "its refusal to impose sanctions",
        "Oslo has no intention of imposing sanctions",
        "Oslo has no plans to impose sanctions",
        "Oslo ruled out imposing sanctions",
        "Oslo decided not to impose sanctions",
        "Oslo imposed no sanctions on Bern",
        "No sanctions will be imposed on Bern",
        "Nobody has imposed sanctions on Bern",
        "Neither Oslo nor Rome will impose sanctions",
        "Oslo denied that it would impose sanctions",
        "Oslo opposes the lifting of sanctions",
        "There will be no lifting of sanctions",
        "Oslo declined to impose sanctions",
        "Oslo is unwilling to impose sanctions",
    ],
)
def test_refused_sanction_is_never_read_as_imposed(text: str) -> None:
    assert modality(text) == "refused"


@pytest.mark.parametrize(
    "text",
    [
        "Oslo may impose sanctions on Bern",
        "Oslo could impose sanctions",
        "Oslo is ready to impose sanctions",
        "Oslo will impose sanctions if Bern attacks",
        "Unless Bern yields, Oslo will impose sanctions",
        "Oslo does not rule out imposing sanctions",
        "Oslo does not rule out that it will impose sanctions",
        "a law that allows Oslo to impose sanctions",
        "the possibility of imposing sanctions",
    ],
)
def test_what_is_only_possible_is_hypothetical(text: str) -> None:
    assert modality(text) == "hypothetical"


def test_a_question_why_not_is_no_refusal() -> None:
    assert modality("Why not impose sanctions now") != "refused"


def test_prices_that_decline_refuse_nothing() -> None:
    assert modality("As prices declined Oslo imposed sanctions") == "actual"


def test_a_condition_holds_to_the_next_semicolon() -> None:
    words = words_of("if Bern yields all is well; Oslo imposed sanctions")
    assert conditionals(words) == [i < words.index(";") + 1 for i in range(len(words))]


def test_even_if_is_no_condition() -> None:
    assert not any(conditionals(words_of("even if it rains Oslo imposes sanctions")))
