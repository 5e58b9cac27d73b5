"""`tocsin dead-letters`: what stands there is told whatever it is, and nothing is done that was not asked for."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Callable, Sequence

import pytest

from schemas import DeadLetter
from streams.settings import Settings
from tests.cli import here
from tests.engine.test_letters import NOW_MS, Sent, dead, death, hostile, write
from tests.product import environment_of, everything

Tocsin = Callable[..., subprocess.CompletedProcess[bytes]]
ESCAPES = "\x1b[31m\x07\x7f\x9b2J\u202e\u2028\ud800[bold]\r\n"
"""Colour, bell, delete, a C1 control, a turn of direction, a line break, a lone surrogate, rich's markup."""


@pytest.fixture
def tocsin(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Tocsin:
    """The command, against this test's topics."""
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        done = here.run("dead-letters", *arguments)
        assert not set(control(done.stdout + done.stderr)), (arguments, done.stdout)
        return done

    return run


def control(written: bytes) -> str:
    """What a terminal may obey."""
    return "".join(c for c in written.decode() if not c.isprintable() and c != "\n")


def escaping(settings: Settings) -> Sent:
    raw = ESCAPES.encode("utf-8", "surrogatepass")
    value = json.dumps({"source": ESCAPES}).encode() + b"\x1b[2J"
    told = [(name, raw) for name in ("dead-letter-reason", "dead-letter-detail", "dead-letter-step")]
    told += [("dead-letter-topic", raw), ("dead-letter-partition", b"1"), ("dead-letter-offset", b"2")]
    headers = [("own" + ESCAPES[:6], raw), ("no-value", None), *told, ("dead-letter-timestamp-ms", b"9" * 18)]
    return 1, raw, value, tuple(headers)


def run_all(settings: Settings, tocsin: Tocsin, letters: Sequence[Sent]) -> None:
    """Every way of looking at each of them, and of trying to put it back."""
    places = asyncio.run(write(settings, letters))
    for form in ("text", "jsonl"):
        assert tocsin("ls", "--handled", "--format", form).returncode == 0
        assert tocsin("retry", "--all", "--dry-run", "--format", form).returncode == 1
    for partition, offset in places:
        assert tocsin("show", f"{partition}/{offset}").returncode == 0


@pytest.mark.kafka
def test_hostile_letters_are_told_without_a_crash_or_a_control_character(settings: Settings, tocsin: Tocsin) -> None:
    huge = (1, b"k" * 100_000, b"\x1b" * (8 << 20), death(settings, detail="d" * 100_000).headers(()))
    letters = [escaping(settings), huge, *hostile(settings).values()]
    run_all(settings, tocsin, letters)
    rows = [json.loads(line) for line in tocsin("ls", "--format", "jsonl").stdout.splitlines()]
    assert len(rows) == len(letters)
    assert max(len(json.dumps(row)) for row in rows) < 10_000
    assert tocsin("retry", "--all").returncode == 1
    for topic in ("articles", "matches", "watch-state"):
        assert not asyncio.run(everything(settings, topic))


@pytest.mark.kafka
def test_show_tells_all_deaths_oldest_first_and_gives_the_bytes_alone_for_a_file(
    settings: Settings, tocsin: Tocsin
) -> None:
    earlier = death(settings, reason="first_reason", timestamp_ms=NOW_MS - 1000).headers((("own", b"\xff"),))
    letter = (2, b"key", b"\x00\xff{", death(settings, reason="second_reason").headers(earlier))
    asyncio.run(write(settings, [letter]))
    shown = tocsin("show", "2/0").stdout.decode()
    assert shown.index("first_reason") < shown.index("second_reason")
    assert "2024-05-01 10:39:59Z" in shown
    assert r"own=\xff" in shown
    assert r"\x00\xff{" in shown
    assert here.run("dead-letters", "show", "2/0", "--raw").stdout == b"\x00\xff{"
    (row,) = [json.loads(line) for line in tocsin("ls", "--format", "jsonl").stdout.splitlines()]
    assert (row["at"], row["deaths"], row["reason"]) == ("2/0", 2, "second_reason")
    assert DeadLetter.model_validate(row) == death(settings, reason="second_reason")


@pytest.mark.kafka
def test_what_is_retried_or_dropped_is_counted_and_listed_no_more(settings: Settings, tocsin: Tocsin) -> None:
    letters = [
        dead(settings, b'{"source": "Wire"}'),
        dead(settings, b'{"source": "Wire"}', reason="no_text"),
        dead(settings, b'{"source": "Post"}', reason="no_text", timestamp_ms=NOW_MS + 60_000),
        dead(settings, topic="elsewhere"),
    ]
    asyncio.run(write(settings, letters))
    planned = tocsin("retry", "--reason", "no_text", "--dry-run")
    assert planned.stdout == b"would be retried: 2 letters\n        2  read: no_text\n"
    assert not asyncio.run(everything(settings, "articles"))
    assert tocsin("retry", "--source", "Wire", "--reason", "no_text").stdout.startswith(b"retried: 1 letter\n")
    dropped = tocsin("drop", "--since", "2024-05-01T10:41:00Z", "--format", "jsonl")
    assert json.loads(dropped.stdout) == {"outcome": "dropped", "step": "read", "reason": "no_text", "count": 1}
    done = tocsin("retry", "--all")
    assert done.returncode == 1
    assert done.stdout.startswith(b"retried: 1 letter\n")
    assert b"left 0/3: it says it came from elsewhere" in done.stderr
    assert [record.value for record in asyncio.run(everything(settings, "articles"))] == [b'{"source": "Wire"}'] * 2
    rows = [json.loads(line) for line in tocsin("ls", "--handled", "--format", "jsonl").stdout.splitlines()]
    handled = {row["at"]: row["handled"] for row in rows}
    assert handled == {"0/0": "retried", "0/1": "retried", "0/2": "dropped", "0/3": None}
    assert [line.split()[0] for line in tocsin("ls").stdout.splitlines()] == [b"at", b"0/3"]
    again = tocsin("retry", "0/0")
    assert again.returncode == 1
    assert b"left 0/0: it was retried before" in again.stderr


@pytest.mark.parametrize("command", ["retry", "drop"])
def test_nothing_is_done_to_all_of_them_unless_that_is_said(command: str) -> None:
    done = here.run("dead-letters", command)
    assert done.returncode == 2
    assert b"--all" in done.stderr
    assert here.run("dead-letters", command, "--all", "--reason", "no_text").returncode == 2


@pytest.mark.parametrize("place", ["17", "0/", "a/b", "-1/2", "0/1/2", "0/1\n", "٣/٤", "1" * 40 + "/1"])
def test_what_is_no_place_is_refused(place: str) -> None:
    for command in ("ls", "show", "retry", "drop"):
        done = here.run("dead-letters", command, "--", place)
        assert done.returncode == 2
        assert b"0/17" in done.stderr


def test_what_is_no_time_is_refused() -> None:
    done = here.run("dead-letters", "drop", "--until", "soon")
    assert done.returncode == 2
    assert b"2024-05-01" in done.stderr
