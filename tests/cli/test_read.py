"""`tocsin read` and what surrounds all commands."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from schemas import Report
from streams.engine.supervisor import console_script


def run(*arguments: str, stdin: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([console_script(), *arguments], input=stdin, capture_output=True, cwd=cwd, timeout=60)


def test_a_text_is_read_and_told_without_colours_in_a_pipe() -> None:
    done = run("read", "--text", "Norway will not impose sanctions on Iran, Prime Minister Jonas Gahr Store said.")
    assert done.returncode == 0, done.stderr
    told = done.stdout.decode()
    assert "sanctions: impose, refused (-1)" in told
    assert "Norway → Iran" in told
    assert "\x1b" not in told


def test_jsonl_gives_one_report_a_line_and_bad_lines_are_said_with_their_place() -> None:
    article = {"id": "1", "text": "Norway lifted its sanctions on Iran.", "published_at": "2024-01-01T00:00:00Z"}
    lines = [json.dumps(article), "{", json.dumps({**article, "id": "2"}), json.dumps({"id": "3"})]
    done = run("read", "--format", "jsonl", "-", stdin="\n".join(lines).encode())
    assert done.returncode == 1
    assert [Report.model_validate_json(line).article_id for line in done.stdout.splitlines()] == ["1", "2"]
    assert b"<stdin>:2" in done.stderr
    assert b"<stdin>:4" in done.stderr


def test_a_plain_text_has_its_hash_as_id_and_its_dates_are_resolved_only_with_a_date(tmp_path: Path) -> None:
    file = tmp_path / "story.txt"
    file.write_text("Norway lifted its sanctions on Iran on March 3.", encoding="utf-8")
    undated = Report.model_validate_json(run("read", "--format", "jsonl", str(file)).stdout)
    dated = Report.model_validate_json(run("read", "--format", "jsonl", "--date", "2024-03-05", str(file)).stdout)
    assert undated.article_id == dated.article_id
    assert [period.from_ for period in undated.dates] == [None]
    assert [str(period.from_) for period in dated.dates] == ["2024-03-03"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("read",), 2, b"--text"),
        (("read", "nowhere.jsonl"), 2, b"No such file"),
        (("read", "--date", "soon", "--text", "x"), 2, b"2024-05-01"),
        (("alerts", "--state", "open"), 2, b"firing or resolved"),
        (("nonsense",), 2, b"No such command"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_to_do(arguments: tuple[str, ...], code: int, said: bytes) -> None:
    done = run(*arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert b"Traceback" not in done.stderr


def test_commands_without_a_broker_end_with_3_and_say_how_to_start_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TOCSIN_KAFKA", raising=False)
    for command in (("alerts",), ("dead-letters", "ls"), ("worker", "read")):
        done = run(*command)
        assert done.returncode == 3, done.stderr
        assert b"tocsin up" in done.stderr


def test_somebody_elses_schemas_py_in_the_current_folder_does_not_win(tmp_path: Path) -> None:
    (tmp_path / "schemas.py").write_text("raise RuntimeError('not ours')")
    (tmp_path / "streams.py").write_text("raise RuntimeError('not ours')")
    assert run("read", "--text", "Norway lifted its sanctions on Iran.", cwd=tmp_path).returncode == 0


def test_a_rules_file_with_a_mistake_refuses_to_start_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    from streams.settings import Settings

    seeds = tmp_path / "seeds"
    shutil.copytree(Settings().seeds_folder(), seeds)
    rules = seeds / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("kind: each", "kind: eech", 1), encoding="utf-8")
    monkeypatch.setenv("TOCSIN_SEEDS", str(seeds))
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))
    done = run("up")
    assert done.returncode == 2
    assert b"rules.yaml:" in done.stderr
    assert b"eech" in done.stderr


def test_the_schemas_of_all_models_and_of_the_rules_are_exported(tmp_path: Path) -> None:
    told = json.loads(run("schemas", "export").stdout)
    assert set(told) == {"Article", "Report", "Match", "Tick", "Alert", "DeadLetter", "Rules"}
    run("schemas", "export", "--to", str(tmp_path / "out"))
    assert json.loads((tmp_path / "out" / "Alert.json").read_text(encoding="utf-8")) == told["Alert"]
