from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams.reading.actors import find_actors
from streams.reading.document import Cast
from streams.reading.headlines import capitalised
from streams.reading.knowledge import Knowledge
from streams.reading.text import split


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge.load(Path(__file__).parents[2] / "seeds")


def read(knowledge: Knowledge, title: str, text: str = "", year: int = 2022) -> Cast:
    return find_actors(split(title, text), knowledge, published_at=datetime(year, 3, 3, tzinfo=UTC), source="")


def words(cast: Cast, actor: str) -> list[str]:
    return [m.text for m in cast.actors[actor].mentions] if actor in cast.actors else []


@pytest.mark.parametrize(
    ("title", "is_one"),
    [
        ("Moscow and Ankara Sign a Pipeline Deal", True),
        ("Roe Accuses Brussels", True),
        ("Roe accuses Brussels of haste", False),
        ("Prime Minister Jane Roe visited the new gas terminal", False),
        ("Gas Deal", False),
    ],
)
def test_a_headline_that_capitalises_its_words_is_told_from_a_sentence(title: str, is_one: bool) -> None:
    assert capitalised(split(title, "")[0]) is is_one


@pytest.mark.parametrize(
    "title",
    ["Moscow and Ankara Sign Pipeline Deal", "Gas Firm Starts Black Sea Pipeline Project", "Riga Halts Gas Project"],
)
def test_capital_letters_of_a_headline_make_no_project(knowledge: Knowledge, title: str) -> None:
    assert not [id_ for id_ in read(knowledge, title).actors if id_.startswith("project:")]


def test_a_project_of_the_text_is_found_in_the_headline(knowledge: Knowledge) -> None:
    cast = read(knowledge, "Oslo Drops Turan-Caspian Pipeline", "The Turan-Caspian oil pipeline is late.")
    assert words(cast, "project:turan-caspian-oil-pipeline") == ["Turan-Caspian", "Turan-Caspian oil pipeline"]
    assert "project:caspian-pipeline" not in cast.actors


@pytest.mark.parametrize(
    ("title", "text", "actor", "mentions"),
    [
        (
            "Kovarik Accuses Brussels",
            "Foreign Minister Petr Kovařík left.",
            "petr-kovarik",
            ["Kovarik", "Petr Kovařík"],
        ),
        ("Ally of Kovarik Quits", "Foreign Minister Petr Kovarik left.", "petr-kovarik", ["Kovarik", "Petr Kovarik"]),
        ("Jane Roe Meets John Doe", "Envoy Jane Roe left.", "jane-roe", ["Jane Roe", "Jane Roe"]),
        ("Szijjarto Accuses Brussels", "Hungary objects.", "peter-szijjarto", ["Szijjarto"]),
        ("Foreign Minister Kovarik Rejects Plan", "", "kovarik", ["Kovarik"]),
    ],
)
def test_a_name_among_the_words_of_a_headline_is_found(
    knowledge: Knowledge, title: str, text: str, actor: str, mentions: list[str]
) -> None:
    assert words(read(knowledge, title, text), f"person:{actor}") == mentions


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("Moscow Warns Chisinau Over Transit", True),
        ("Moscow Will Not Bow to Demands", True),
        ("Ministers Gather in Moscow for Talks", False),
        ("Moscow Metro Opens Longest Line", False),
    ],
)
def test_a_capital_acts_in_a_headline_where_its_verb_has_a_capital(
    knowledge: Knowledge, title: str, wanted: bool
) -> None:
    assert ("country:RU" in read(knowledge, title).actors) is wanted


def test_a_transcript_names_its_speakers_in_capitals(knowledge: Knowledge) -> None:
    lines = ["MS. O'DOE: We agree.", "SECRETARY KERRY (via a link): Thanks.", "MR. MCROE: No. McRoe left."]
    cast = read(knowledge, "", "\n".join([*lines, "QUESTION: Why?", "JANE ROE: So."]), 2015)
    people = {id_: words(cast, id_) for id_ in cast.actors if id_.startswith("person:")}
    assert people == {
        "person:odoe": ["O'DOE"],
        "person:john-kerry": ["KERRY"],
        "person:mcroe": ["MCROE", "McRoe"],
    }
    assert cast.actors["person:odoe"].name == "O'Doe"
