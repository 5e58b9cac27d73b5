from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from streams.errors import KnowledgeError
from streams.reading.knowledge import Knowledge

FILES = {
    "actors/countries.yaml": "NO:\n  name: Norway\n  capital: [Oslo]\nRS:\n  name: Serbia\n",
    "actors/orgs.yaml": "- id: org:rs-roads\n  name: Roads of Serbia\n  part_of: country:RS\n  country: RS\n",
    "actors/projects.yaml": "- {id: project:blue-line, name: Blue Line, countries: [RS, NO]}\n",
    "actors/persons.yaml": (
        "- id: person:ann-roe\n  name: Ann Roe\n  country: RS\n  offices:\n"
        "    - {role: Director, of: org:rs-roads, from: 2014-01-01, to: 2015-01-02}\n"
        '    - {role: Foreign Minister, of: "country:RS", from: 2015-01-02}\n'
    ),
    "sources.yaml": "Roads News: org:rs-roads\n",
}


def write(folder: Path, **changes: str) -> Path:
    (folder / "actors").mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(changes.get(Path(name).stem, text), encoding="utf-8")
    return folder


def test_actors_of_all_files_are_known_with_their_states(tmp_path: Path) -> None:
    knowledge = Knowledge.load(write(tmp_path / "s"))
    assert knowledge.actors["country:NO"].capital == ("Oslo",)
    assert knowledge.actors["org:rs-roads"].country == "country:RS"
    assert knowledge.actors["project:blue-line"].countries == ("country:RS", "country:NO")
    assert knowledge.sources == {"Roads News": "org:rs-roads"}


def test_a_state_that_the_file_lacks_has_its_english_name(tmp_path: Path) -> None:
    knowledge = Knowledge.load(write(tmp_path / "s"))
    assert knowledge.actors["country:PT"].name == "Portugal"
    assert knowledge.actors["country:XK"].name == "Kosovo"


def test_an_office_is_held_on_its_days_and_a_states_organ_stands_for_the_state(tmp_path: Path) -> None:
    knowledge = Knowledge.load(write(tmp_path / "s"))
    assert knowledge.holders("foreign minister", "country:RS", date(2016, 1, 1)) == ("person:ann-roe",)
    assert knowledge.holders("foreign minister", "country:RS", date(2014, 6, 1)) == ()
    assert [office.role for office in knowledge.offices_at("person:ann-roe", date(2015, 1, 1))] == ["Director"]
    handover = knowledge.offices_at("person:ann-roe", date(2015, 1, 2))
    assert [office.role for office in handover] == ["Foreign Minister"], "the new one holds it from its first day"
    assert knowledge.represents("person:ann-roe", date(2014, 6, 1)) == "country:RS"
    assert knowledge.represents("person:ann-roe", date(2013, 6, 1)) is None


def test_the_version_changes_with_any_byte_and_with_nothing_else(tmp_path: Path) -> None:
    one = Knowledge.load(write(tmp_path / "a")).version
    assert Knowledge.load(write(tmp_path / "b")).version == one
    assert Knowledge.load(write(tmp_path / "c", sources="Roads News: org:rs-roads #\n")).version != one


@pytest.mark.parametrize(
    ("file", "text", "line", "column", "problem"),
    [
        ("countries", "RS:\n  name: Serbia\n  colour: red\n", 3, 3, "unknown key colour"),
        ("countries", "RS:\n  name: Serbia\nRS:\n  name: Serbia\n", 3, 1, "twice"),
        ("countries", "ZZ:\n  name: Nowhere\n", 1, 1, "no ISO 3166-1 code"),
        ("countries", "RS: Serbia\n", 1, 5, "expected a mapping"),
        ("countries", "RS:\n  name: Serbia\n  aka: Srbija\n", 3, 8, "expected a list"),
        ("countries", "RS: [\n", 2, 1, "not valid YAML"),
        ("orgs", "- id: org:x\n", 1, 7, "expected a name"),
        ("orgs", "- name: X\n", 1, 3, "expected an id"),
        ("orgs", "- {id: project:x, name: X}\n", 1, 8, "no id here"),
        ("orgs", "- {id: org:x, name: X}\n- {id: org:x, name: Y}\n", 2, 8, "twice"),
        ("orgs", "- {id: org:x, name: X, country: QQ}\n", 1, 33, "no ISO 3166-1 code"),
        ("orgs", "- {id: org:x, name: X, part_of: org:y}\n", 1, 33, "org:y is not known"),
        ("orgs", "- {id: org:x, name: }\n", 1, 21, "expected a text"),
        ("persons", '- {id: person:x, name: X, offices: [{role: K, of: "country:RS", from: 2014}]}\n', 1, 71, "a day"),
        ("persons", "- {id: person:x, name: X Y, offices: [{role: King}]}\n", 1, 39, "role and of"),
        ("sources", "News: country:QQ\n", 1, 7, "not known"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_and_column(
    tmp_path: Path, file: str, text: str, line: int, column: int, problem: str
) -> None:
    with pytest.raises(KnowledgeError) as caught:
        Knowledge.load(write(tmp_path / "s", **{file: text}))
    name = next(name for name in FILES if Path(name).stem == file)
    assert caught.value.where == f"{tmp_path / 's' / name}:{line}:{column}"
    assert problem in caught.value.problem


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "s")
    (folder / "actors" / "orgs.yaml").unlink()
    with pytest.raises(KnowledgeError, match=r"orgs\.yaml:1:1: expected this file"):
        Knowledge.load(folder)


def test_bytes_that_are_no_utf_8_are_a_mistake(tmp_path: Path) -> None:
    folder = write(tmp_path / "s")
    (folder / "sources.yaml").write_bytes(b"News: \xff\n")
    with pytest.raises(KnowledgeError, match=r"sources\.yaml:1:1"):
        Knowledge.load(folder)


def test_the_seeds_load() -> None:
    knowledge = Knowledge.load(Path(__file__).parents[2] / "seeds")
    assert knowledge.actors["org:eu"].name == "European Union"
