"""What `--help` shows fits a terminal of 80 columns."""

from __future__ import annotations

import re

import pytest

from tests.cli.here import run

MADE_TO_FIT = (
    *("explain", "backtest", "stories", "bursts", "read", "up", "publish", "alerts", "replay"),
    *("rules check", "rules test", "rules explain", "schemas export", "state ls", "state show", "state reset"),
)


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("command", MADE_TO_FIT)
def test_an_example_stands_on_one_line_so_that_it_can_be_pasted(command: str) -> None:
    told = run(*command.split(), "--help").stdout.decode()
    paragraphs = told.split("Examples:")[1].split("\n\n")
    examples = [paragraph for paragraph in paragraphs if paragraph.startswith("      ")]
    assert len(examples) >= 2
    assert all(re.fullmatch(r" {6}(?:\S.* \| )?tocsin \S.*", example) for example in examples)


@pytest.mark.parametrize("group", ["", "rules", "schemas", "broker", "topics", "dead-letters", "state", "worker"])
def test_a_list_of_commands_says_each_in_a_whole_sentence(group: str) -> None:
    listed = run(*group.split(), "--help").stdout.decode().split("Commands:\n")[1].splitlines()
    assert listed
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)
