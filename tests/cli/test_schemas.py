from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from schemas import MODELS
from streams.cli.main import app
from streams.watching.rules_schema import rules_schema


def test_all_models_and_the_rules_file_are_exported() -> None:
    result = CliRunner().invoke(app, ["schemas", "export"])
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found.keys() == {model.__name__ for model in MODELS} | {"Rules"}
    assert found["Rules"] == rules_schema()
    assert found["Match"]["properties"]["tone"]["maximum"] == 1


def test_each_has_a_file_of_its_own_in_a_folder(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["schemas", "export", "--to", str(tmp_path / "contract")])
    assert result.exit_code == 0
    assert result.stdout == ""
    names = {path.stem for path in (tmp_path / "contract").glob("*.json")}
    assert names == {model.__name__ for model in MODELS} | {"Rules"}
    assert json.loads((tmp_path / "contract" / "Rules.json").read_text()) == rules_schema()
