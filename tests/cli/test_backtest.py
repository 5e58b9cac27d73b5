"""`tocsin backtest` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas import encode
from streams.engine.wiring import load_seeds
from streams.ingest.files import read_lines, seed_files
from streams.settings import Settings
from streams.watching.log import run_log
from tests.cli import test_read
from tests.cli.here import run

SEEDS = [str(path) for path in seed_files(Settings().seeds_folder())]


def test_every_alert_record_is_given_byte_for_byte_as_the_oracle_gives_it() -> None:
    seeds = load_seeds(Settings())
    articles = [line.article() for line in read_lines(seed_files(Settings().seeds_folder()))]
    reports = [(seeds.reader.read(article, article.published_at), False) for article in articles]
    done = run("backtest", "--format", "jsonl", *SEEDS)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [encode(alert) for alert in run_log(reports, seeds.rules)]
    assert done.stderr == b""


def test_reports_give_the_same_as_their_articles() -> None:
    reports = run("read", "--format", "jsonl", *SEEDS).stdout
    assert (
        run("backtest", "--format", "jsonl", "-", stdin=reports).stdout
        == run("backtest", "--format", "jsonl", *SEEDS).stdout
    )


def test_people_see_when_which_rule_rang_then_the_alerts_then_totals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = test_read.run("backtest", *SEEDS)
    told = done.stdout.decode()
    head, *_ = told.splitlines()
    assert head.split() == ["2014-12-05", "2025-11-04", "matches", "alerts"]
    assert "▲" in told
    assert told.index("▲") < told.index("Serbia refuses to impose sanctions on Russia") < told.index("64 reports, ")
    assert "\x1b" not in told


def test_a_stretch_is_tried_as_if_nothing_were_before_and_nothing_after() -> None:
    done = run("backtest", "--format", "jsonl", "--from", "2022-02-22", "--to", "2022-03-01", *SEEDS)
    alerts = [json.loads(line) for line in done.stdout.splitlines()]
    assert {alert["evidence"][0]["published_at"][:7] for alert in alerts} == {"2022-02"}
    assert max(alert["updated_at"] for alert in alerts) <= "2022-03-01T00:00:00Z"
    assert any(alert["state"] == "resolved" for alert in alerts)  # the clock goes on to the end


def test_other_rules_can_be_tried(tmp_path: Path) -> None:
    rules = tmp_path / "mine.yaml"
    rules.write_text(
        'rules:\n  mine:\n    kind: each\n    when: {topic: energy}\n    severity: info\n    summary: "x"\n'
    )
    done = run("backtest", "--format", "jsonl", "--rules", str(rules), *SEEDS)
    assert {json.loads(line)["rule"] for line in done.stdout.splitlines()} == {"mine"}
    rules.write_text(rules.read_text().replace("energy", "energie"))
    wrong = run("backtest", "--rules", str(rules), *SEEDS)
    assert wrong.returncode == 2
    assert b"mine.yaml:4:19: unknown topic 'energie', did you mean 'energy'?" in wrong.stderr


def test_a_line_that_is_neither_article_nor_report_is_said_and_left_out(tmp_path: Path) -> None:
    good = {"id": "1", "text": "Norway imposed sanctions on Iran.", "published_at": "2024-01-01T00:00:00Z"}
    lines = [json.dumps(good), "{", json.dumps({**good, "id": "2", "received_at": "later"})]
    done = run("backtest", "--format", "jsonl", "-", stdin="\n".join(lines).encode())
    assert done.returncode == 1
    assert [json.loads(line)["state"] for line in done.stdout.splitlines()] == ["firing"]
    assert b"<stdin>:2" in done.stderr
    assert b"<stdin>:3: received_at" in done.stderr
    plain = tmp_path / "story.txt"
    plain.write_text("A story.")
    assert b"story.txt:1: no JSON line" in run("backtest", str(plain)).stderr


def test_what_is_too_old_when_received_is_told(tmp_path: Path) -> None:
    old = {"id": "1", "text": "Norway imposed sanctions on Iran.", "published_at": "2024-01-01T00:00:00Z"}
    done = run("backtest", "-", stdin=json.dumps({**old, "received_at": "2024-06-01T00:00:00Z"}).encode())
    assert done.returncode == 0
    assert b"1 report, 0 matches, 0 alerts, 0 records" in done.stdout
    assert b"sanctions-imposed: 1 article too old when received" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("backtest",), b"Missing argument"),
        (("backtest", "nowhere.jsonl"), b"No such file"),
        (("backtest", "-", "--format", "csv"), b"'--format': 'csv' is not one of text, jsonl"),
        (("backtest", "-", "--from", "2024-02-01", "--to", "2024-01-01"), b"is not before"),
        (("backtest", "-", "--rules", "nowhere.yaml"), b"nowhere.yaml:1:1: cannot be read"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_to_do(arguments: tuple[str, ...], said: bytes) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_no_articles_are_no_alerts() -> None:
    done = run("backtest", "-")
    assert done.returncode == 0
    assert b"0 reports, 0 matches, 0 alerts" in done.stdout


@pytest.mark.shared
def test_three_hundred_real_articles_can_be_tried() -> None:
    sample = Path(__file__).parents[3] / "shared" / "data" / "articles_sample.jsonl"
    if not sample.exists():
        pytest.skip("../shared is not here")
    done = run("backtest", str(sample))
    assert done.returncode == 0, done.stderr
    assert b"294 reports, " in done.stdout
