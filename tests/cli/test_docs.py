"""What docs/commands.md shows of the commands is what they print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.test_read import run

DOCS = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
WEEK = """\
{"id": "1", "text": "Norway imposed sanctions on Belarus on Monday, the foreign ministry in Oslo said.", \
"published_at": "2024-03-01T08:00:00Z", "source": "Fjord Post"}
{"id": "2", "text": "Ukraine urged Canada to impose sanctions on Belarus after the vote.", \
"published_at": "2024-03-03T09:00:00Z", "source": "Dnieper Daily"}
{"id": "3", "text": "Japan will impose sanctions on Belarus and freeze the assets of nine officials.", \
"published_at": "2024-03-05T10:00:00Z", "source": "Lake Wire"}
"""


@pytest.mark.parametrize("block", re.findall(r"```console\n(.*?)```", DOCS, re.DOTALL))
def test_a_command_prints_what_the_page_says(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "week.jsonl").write_text(WEEK, encoding="utf-8")
    command, _, shown = block.partition("\n")
    prompt, name, *arguments = shlex.split(command)
    assert (prompt, name) == ("$", "tocsin")
    assert run(*arguments, cwd=tmp_path).stdout.decode() == shown


def test_the_rule_test_of_the_page_holds(tmp_path: Path) -> None:
    (test,) = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)
    (tmp_path / "page_test.yaml").write_text(test, encoding="utf-8")
    done = run("rules", "test", "page_test.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
