from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from streams.errors import KnowledgeError
from streams.watching.kinds import KINDS
from streams.watching.rules import Rules
from streams.watching.rules_schema import rules_schema
from streams.watching.when import StanceWhen, When
from streams.yaml_file import load
from tests.watching.news import rules_of
from tests.watching.test_rules import ALL, WRITTEN, changed, read

SEEDS = Path(__file__).parents[2] / "seeds"
SCHEMA = rules_schema()


def accepted(document: Any) -> bool:
    return bool(Draft202012Validator(SCHEMA).is_valid(document))


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_committed_schema_is_up_to_date() -> None:
    # Else: tocsin schemas export | jq .Rules > seeds/rules.schema.json
    assert json.loads((SEEDS / "rules.schema.json").read_text()) == SCHEMA


def test_the_default_rules_name_it_and_follow_it() -> None:
    path = SEEDS / "rules.yaml"
    assert path.read_text().splitlines()[0] == "# yaml-language-server: $schema=rules.schema.json"
    assert accepted(load(path))


@pytest.mark.parametrize("text", [ALL, WRITTEN])
def test_what_is_right_follows_it(text: str) -> None:
    assert accepted(yaml.load(text, yaml.CSafeLoader))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("rules:", "ruls:"),
        ("kind: shift", "kind: shifted"),
        ("    kind: burst\n", ""),
        ("severity: info", "severity: mild"),
        ("    severity: info\n", ""),
        ("within: 1d12h", "within: 36 hours"),
        ("by: 0.5", "by: 3"),
        ("    by: 0.5\n", "    by: 0.5\n    hold: 1h\n"),
        ("language: en", "language: English"),
        ("direction: [-1, 1]", "direction: [-1, 2]"),
        ("at_least: 0.5", "at_last: 0.5"),
        ("at_least: 0.5", "at_least: 50"),
        ("{at_least: 0.5, below: 1}", "0.5"),
        ("above: -0.5, at_most", "above: -0.5, at_least"),
        ("[project, org]", "[]"),
        ("{type: person,", "{tipe: person,"),
        ("country:US", "contry:US"),
        ("{not: wire}", "{nott: wire}"),
        ("{not: wire}", "{not: wire, or: post}"),
        ("[holder, language]", "holder"),
        ("[holder, language]", "[holders, language]"),
        ("{team: balkan,", "{Team: balkan,"),
        ('_route: "7"', "_route: 7"),
        ("unknown: true", "unknown: maybe"),
        ("p_below: 0.001", "p_below: 0.5"),
        ("cooler:", "Cooler Climate:"),
        ('{holder: "country:*", target: [group:west]}', "{}"),
        ("language: en, source", "language: en, topic: energy, source"),
        ('summary: "{{ expected', 'sumary: "{{ expected'),
    ],
)
def test_what_is_wrong_does_not_follow_it(tmp_path: Path, right: str, wrong: str) -> None:
    text = ALL.replace("[org, project]", "[project, org]").replace(right, wrong, 1)
    assert not accepted(yaml.load(text, yaml.CSafeLoader))
    with pytest.raises(KnowledgeError):
        rules_of(tmp_path, text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rules")


@settings(max_examples=200, deadline=None)
@given(document=changed())
def test_no_rules_that_load_are_wrong_by_it(folder: Path, document: Any) -> None:
    if isinstance(read(folder, yaml.safe_dump(document, allow_unicode=True, sort_keys=False)), Rules):
        assert accepted(load(folder / "rules.yaml"))


def test_every_field_has_a_description_and_every_choice_its_values() -> None:
    definitions = SCHEMA["$defs"]
    models: tuple[type[BaseModel], ...] = (*KINDS, When, StanceWhen)
    for model in models:
        properties = definitions[model.__name__]["properties"]
        assert properties.keys() == model.model_fields.keys() - {"name"}
        assert all(field["description"] for field in properties.values())
    assert definitions["Each"]["properties"]["severity"]["enum"] == ["info", "warning", "critical"]
    assert definitions["Each"]["properties"]["hold"]["default"] == "1d"
    assert definitions["modality"]["anyOf"][0]["enum"] == ["actual", "intended", "urged", "refused", "hypothetical"]


def test_its_examples_are_examples() -> None:
    for name, field in SCHEMA["$defs"]["When"]["properties"].items():
        for example in field.get("examples", ()):
            rule = {**_rule(), "when": {"stance": {"polarity": 1}, name: example}}
            if name not in ("stance", "confidence", "actor", "tone", "source", "language", "words"):
                del rule["when"]["stance"]
            assert accepted({"rules": {"r": rule}}), (name, example)
    (rules,) = SCHEMA["properties"]["rules"]["examples"]
    (groups,) = SCHEMA["properties"]["groups"]["examples"]
    assert accepted({"rules": rules, "groups": groups})


def _rule() -> dict[str, Any]:
    return {"kind": "each", "severity": "info", "summary": "x"}
