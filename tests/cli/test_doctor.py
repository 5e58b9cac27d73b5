from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from streams.cli.doctor import doctor
from streams.settings import Settings

APP = typer.Typer()
APP.command()(doctor)
RUNNER = CliRunner()


def _findings(exit_code: int) -> dict[str, dict[str, object]]:
    result = RUNNER.invoke(APP, ["--format", "json"])
    assert result.exit_code == exit_code, result.output
    answer = json.loads(result.stdout)
    assert answer["ok"] == (exit_code == 0)
    return {finding["name"]: finding for finding in answer["findings"]}


def test_empty_home_without_jars_gets_a_remedy_for_each_and_stays_empty(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("M2_REPO", str(tmp_path / "repository"))
    found = _findings(1)
    assert [name for name, finding in found.items() if finding["ok"]] == ["Python", "JRE", "home"]
    assert "45 of 45" in str(found["jars"]["seen"])
    assert str(tmp_path / "repository" / "org") in str(found["jars"]["remedy"])
    assert "tocsin up" in str(found["broker"]["remedy"])
    assert list(tmp_path.iterdir()) == []


def test_text_for_people_has_the_same_findings(home: Settings) -> None:
    result = RUNNER.invoke(APP, [])
    assert result.exit_code == 1
    assert "missing broker" in result.stdout
    assert "→ `tocsin up`" in result.stdout
    assert "\x1b[" not in result.stdout


def test_home_that_is_a_file_is_found(home: Settings) -> None:
    home.home.touch()
    assert not _findings(1)["home"]["ok"]


def test_other_cluster_needs_neither_java_nor_jars(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_KAFKA", "127.0.0.1:9")
    found = _findings(1)
    assert "not needed" in str(found["jars"]["seen"])
    assert "127.0.0.1:9" in str(found["broker"]["seen"])
    monkeypatch.delenv("TOCSIN_KAFKA")


@pytest.mark.kafka
def test_all_is_well_with_a_broker_and_its_topics(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_HOME", str(settings.home))
    monkeypatch.setenv("TOCSIN_PREFIX", settings.prefix)
    found = _findings(0)
    assert {"broker", "topics"} <= found.keys()
