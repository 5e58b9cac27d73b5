"""`tocsin rules` as an analyst runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streams.settings import Settings
from tests.cli.here import run

RULES = Settings().seeds_folder() / "rules.yaml"
MINE = """
rules:
  mine:
    kind: count
    when: {topic: sanctions, action: impose}
    group_by: [target]
    within: 7d
    at_least: 3
    severity: info
    summary: "Sanctions on {{ group.target|name }}"
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE)
    return path


def changed(mine: Path, was: str, becomes: str) -> str:
    assert was in MINE
    path = mine.with_name("changed.yaml")
    path.write_text(MINE.replace(was, becomes))
    return str(path)


def test_the_default_rules_are_right_and_listed() -> None:
    done = run("rules", "check")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    assert "sanctions-pressure      count     critical" in lines
    assert lines == [line.rstrip() for line in lines]
    assert done.stderr.decode() == f"no mistake; {len(lines)} rules\n"
    told = json.loads(run("rules", "check", str(RULES), "--format", "json").stdout)
    assert told["ok"]
    assert {"name": "sanctions-refused", "kind": "each", "severity": "warning"}.items() <= told["rules"][2].items()


def test_a_mistake_is_said_with_its_place_and_a_suggestion(mine: Path) -> None:
    mine.write_text(MINE.replace("action: impose", "action: impos"))
    done = run("rules", "check", str(mine))
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"mine.yaml:5:38: unknown action 'impos', did you mean 'impose'?" in done.stderr


def test_another_logic_starts_groups_empty(mine: Path) -> None:
    done = run("rules", "check", changed(mine, "at_least: 3", "at_least: 4"), "--against", str(mine))
    assert done.returncode == 1
    assert done.stdout.decode().startswith("mine  decides otherwise: its groups start empty")
    assert b"(at_least)" in done.stdout


def test_another_severity_loses_nothing(mine: Path) -> None:
    new = changed(mine, "severity: info", "severity: critical")
    done = run("rules", "check", new, "--against", str(mine))
    assert done.returncode == 0
    assert b"looks different from the next record on (severity)" in done.stdout
    told = json.loads(run("rules", "check", new, "--against", str(mine), "--format", "json").stdout)
    change = {"rule": "mine", "what": "shown", "fields": ["severity"], "drops": False}
    assert told == {"ok": True, "changes": [change]}


def test_what_differs_is_told_in_columns(mine: Path) -> None:
    lines = run("rules", "check", str(mine), "--against", str(RULES)).stdout.decode().splitlines()
    longest = max(len(line.split()[0]) for line in lines)
    assert len(lines) > 10
    assert {line[longest:].split()[0] for line in lines} == {"new:", "gone:"}
    assert {line[longest : longest + 3] for line in lines} == {"  n", "  g"}


def test_the_same_rules_are_the_same(mine: Path) -> None:
    done = run("rules", "check", str(mine), "--against", str(mine))
    assert (done.returncode, done.stdout) == (0, b"every rule is the same\n")


def test_what_runs_cannot_be_compared_with_where_nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOCSIN_KAFKA", raising=False)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))
    done = run("rules", "check", "--against", "running")
    assert done.returncode == 3
    assert b"tocsin up" in done.stderr


TEST = """
rules: mine.yaml
tests:
  - name: three stories ring
    reports:
      - {signals: [{topic: sanctions, action: impose, target: "country:RU"}]}
      - {at: +1d, signals: [{topic: sanctions, action: impose, target: "country:RU"}]}
      - {at: +2d, signals: [{topic: sanctions, action: impose, target: "country:RU"}]}
    expect:
      +1d: []
      end: [{rule: mine, stories: 3, summary: Sanctions on Russia}]
"""


def test_rule_tests_that_hold_end_with_0(mine: Path) -> None:
    test = mine.with_name("mine_test.yaml")
    test.write_text(TEST)
    done = run("rules", "test", str(test))
    assert done.returncode == 0, done.stderr
    assert done.stdout == b"ok      three stories ring\n1 passed, 0 failed\n"


def test_a_rule_test_that_fails_says_what_is_otherwise_and_where(mine: Path) -> None:
    test = mine.with_name("mine_test.yaml")
    test.write_text(TEST.replace("stories: 3", "stories: 4").replace("+1d: []", "+1d: [rule: mine]"))
    done = run("rules", "test", str(test))
    assert done.returncode == 1
    told = done.stdout.decode()
    assert f"FAILED  three stories ring  {test}:4:5" in told
    assert f"- mine {{}}  expected, did not ring at +1d  {test}:10:13" in told
    assert "~ mine {target: country:RU}  rang otherwise at end" in told
    assert "stories: expected 4, found 3" in told
    assert told.endswith("0 passed, 1 failed\n")
    (verdict,) = json.loads(run("rules", "test", str(test), "--format", "json").stdout)["tests"]
    assert [difference["what"] for difference in verdict["differences"]] == ["missing", "differs"]
    assert verdict["differences"][1]["fields"] == {"stories": [4, 3]}


def test_those_that_fail_are_told_last(mine: Path) -> None:
    test = mine.with_name("mine_test.yaml")
    holds = TEST.partition("tests:\n")[2]
    test.write_text(TEST.replace("stories: 3", "stories: 4").replace("three", "four") + holds)
    lines = run("rules", "test", str(test)).stdout.decode().splitlines()
    assert lines[0] == "ok      three stories ring"
    assert lines[1].startswith("FAILED  four stories ring")
    assert lines[-1] == "1 passed, 1 failed"


def test_a_mistake_in_a_test_ends_with_2(mine: Path) -> None:
    test = mine.with_name("mine_test.yaml")
    test.write_text(TEST.replace("action: impose", "action: impos", 1))
    done = run("rules", "test", str(test))
    assert done.returncode == 2
    assert b"mine_test.yaml:6:" in done.stderr
    assert b"did you mean 'impose'?" in done.stderr


def test_the_default_tests_are_those_of_the_seeds() -> None:
    done = run("rules", "test", "--format", "json")
    assert done.returncode == 0, done.stdout
    assert len(json.loads(done.stdout)["tests"]) > 30


def test_a_rule_that_wants_an_article_says_why_and_for_which_groups() -> None:
    done = run("rules", "explain", "sanctions-imposed", "--text", "Norway imposed sanctions on Iran.")
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.decode().splitlines()]
    assert lines[0][:3] == ["✓", "sanctions-imposed", "wants"]
    assert ["✓", "action", "impose"] in lines
    assert lines[-1] == ["→", "{initiator:", "country:NO,", "target:", "country:IR}"]
    assert b"\x1b" not in done.stdout


def test_a_rule_that_does_not_want_an_article_says_what_it_wanted_and_what_was_found() -> None:
    text = "Norway will not impose sanctions on Iran, its government said."
    done = run("rules", "explain", "sanctions-imposed", "--text", text)
    assert done.returncode == 1
    told = done.stdout.decode()
    assert told.startswith("✗ sanctions-imposed does not want ")
    assert "✗ modality   refused  wanted [actual, intended]" in told
    assert "→" not in told
    why = json.loads(run("rules", "explain", "sanctions-imposed", "--text", text, "--format", "json").stdout)
    assert not why["ok"]
    (looked,) = why["articles"][0]["looked"]
    assert looked["item"]["modality"] == "refused"
    assert [asked["field"] for asked in looked["conditions"] if not asked["holds"]] == ["modality"]


def test_where_nothing_was_read_that_is_said() -> None:
    done = run("rules", "explain", "sanctions-imposed", "--text", "A choir sang in Vienna.")
    assert done.returncode == 1
    assert b"no signal was read in it" in done.stdout


def test_of_several_articles_each_is_explained_and_one_that_is_wanted_is_enough() -> None:
    good = {
        "id": "1",
        "title": "First",
        "text": "Norway imposed sanctions on Iran.",
        "published_at": "2024-01-01T00:00:00Z",
    }
    lines = [json.dumps(good), json.dumps({**good, "id": "2", "title": "Second", "text": "A choir sang."})]
    done = run("rules", "explain", "sanctions-imposed", "-", stdin="\n".join(lines).encode())
    assert done.returncode == 0
    verdicts = [line for line in done.stdout.decode().splitlines() if "want" in line and not line.startswith(" ")]
    assert verdicts == ["✓ sanctions-imposed wants First", "✗ sanctions-imposed does not want Second"]


def test_an_article_received_too_late_is_explained() -> None:
    late = {"id": "1", "text": "Norway imposed sanctions on Iran.", "published_at": "2024-01-01T00:00:00Z"}
    line = json.dumps({**late, "received_at": "2024-02-01T00:00:00Z"}).encode()
    done = run("rules", "explain", "sanctions-imposed", "-", stdin=line)
    assert done.returncode == 1
    assert b"received 31.0 days after publishing, max_age is 7.0 days" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain", "sanctions-impose", "--text", "x"), b"did you mean 'sanctions-imposed'?"),
        (("explain", "sanctions-imposed"), b"--text"),
        (("explain", "sanctions-imposed", "nowhere.jsonl"), b"No such file"),
        (("test", "nowhere.yaml"), b"nowhere.yaml:1:1: cannot be read"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_to_do(arguments: tuple[str, ...], said: bytes) -> None:
    done = run("rules", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
