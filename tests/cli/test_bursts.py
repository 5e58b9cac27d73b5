from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from streams.cli.bursts import bursts
from streams.errors import InputError

APP = typer.Typer(rich_markup_mode=None)
APP.command()(bursts)
START = datetime(2024, 1, 1)  # noqa: DTZ001 - as files have them
QUIET, BURST = [3, 1, 0, 2, 4, 2] * 80, [60, 70, 80, 60]
COUNTS = QUIET + BURST + QUIET[:48]


def csv(counts: list[int], step: timedelta = timedelta(hours=1)) -> str:
    return "timestamp,count\n" + "".join(f"{START + at * step},{count}\n" for at, count in enumerate(counts))


def run(text: str | bytes, *arguments: str) -> Result:
    return CliRunner().invoke(APP, [*arguments, "-"], input=text)


def refused(text: str | bytes, *arguments: str) -> str:
    """What a user is told."""
    result = run(text, *arguments)
    assert isinstance(result.exception, InputError), result.output
    return str(result.exception)


def lines(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_jsonl_has_one_object_a_row_with_its_timestamp_as_it_stood() -> None:
    found = lines(run(csv(COUNTS), "--format", "jsonl"))
    assert [row["timestamp"] for row in found] == [str(START + timedelta(hours=at)) for at in range(len(COUNTS))]
    assert [row["count"] for row in found] == COUNTS
    assert {tuple(row) for row in found} == {
        ("timestamp", "count", "expected", "p_value", "score", "firing", "episode")
    }
    assert found[0]["expected"] is found[0]["p_value"] is None
    firing = [at for at, row in enumerate(found) if row["firing"]]
    assert firing[0] in range(len(QUIET), len(QUIET) + 2)
    assert firing == list(range(firing[0], firing[-1] + 1))
    assert {found[at]["episode"] for at in firing} == {1}
    assert {row["episode"] for row in found if not row["firing"]} == {None}
    best = max(range(len(found)), key=lambda at: float(str(found[at]["score"])))
    assert len(QUIET) <= best <= len(QUIET) + len(BURST) + 1


def test_text_is_a_table_of_episodes() -> None:
    told = run(csv(COUNTS)).stdout.splitlines()
    assert told[0].split() == ["opened", "lasted", "count", "expected", "within", "p"]
    assert len(told) == 2
    assert told[1].split()[:2] == ["1", "2024-01-21"]
    assert "e-" in told[1]


def test_an_episode_without_an_end_goes_on() -> None:
    assert "goes on" in run(csv(QUIET + BURST)).stdout


def test_no_episode_is_said() -> None:
    assert run(csv(QUIET)).stdout == "no episode\n"


def test_plot_marks_where_episodes_open_and_fits_the_width() -> None:
    told = run(csv(COUNTS), "--format", "plot").stdout
    assert told.count("▲") == 1
    assert "█" in told
    assert "80 at most" in told
    assert max(map(len, told.splitlines())) <= 160
    assert "\x1b" not in told


def test_a_plot_of_few_or_empty_rows_is_no_error() -> None:
    assert run(csv([0, 0, 0]), "--format", "plot").exit_code == 0


def test_a_file_is_read_as_standard_input_is(tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    file.write_text(csv(COUNTS))
    assert CliRunner().invoke(APP, [str(file)]).stdout == run(csv(COUNTS)).stdout


def test_the_step_may_be_a_day_and_times_may_have_zones_fractions_and_other_columns() -> None:
    text = "id,count,timestamp\n" + "".join(
        f"x,{count}.0,{(START + timedelta(days=at)).isoformat()}+02:00\n" for at, count in enumerate(COUNTS)
    )
    found = lines(run("\ufeff" + text, "--format", "jsonl"))
    assert [row["count"] for row in found] == COUNTS
    assert found[0]["timestamp"] == "2024-01-01T00:00:00+02:00"
    assert any(row["firing"] for row in found[len(QUIET) :])


def test_missing_rows_count_as_zero_and_are_said() -> None:
    sparse = [0, 0, 0, 1, 0, 0] * 100 + [9, 9, 9, 0, 0, 1]
    full = csv(sparse).splitlines(keepends=True)
    without = "".join(line for at, line in enumerate(full) if at < 3 or not line.endswith(",0\n"))
    result = run(without, "--format", "jsonl")
    assert "missing rows counted as zero" in result.stderr
    assert [row for row in lines(run("".join(full), "--format", "jsonl")) if row["count"]] == [
        row for row in lines(result) if row["count"]
    ]


def test_where_the_first_two_rows_are_far_apart_the_step_can_be_named() -> None:
    text = "timestamp,count\n2024-01-01 00:00:00,1\n2024-01-01 03:00:00,1\n2024-01-01 04:00:00,1\n"
    assert "<stdin>:4" in refused(text)
    assert "--step" in refused(text)
    assert len(lines(run(text, "--format", "jsonl", "--step", "1h"))) == 3


def test_too_short_a_series_is_said() -> None:
    assert "too little to judge" in run(csv([1, 2, 3])).stderr


def test_knobs_change_what_rings() -> None:
    assert run(csv(COUNTS), "--at-least", "5000").stdout == "no episode\n"
    assert run(csv(COUNTS), "--p-below", "1e-250").stdout == "no episode\n"
    twice = csv(QUIET + BURST + [2] * 30 + BURST + QUIET)
    assert len(run(twice, "--refractory", "1h").stdout.splitlines()) > len(run(twice).stdout.splitlines())


@pytest.mark.parametrize("count", ["-1", "nan", "inf", "x", "", "1.5", "1_0", "1e13", "1" * 5000, "=1+1"])
def test_a_count_that_is_none_is_an_error_with_its_line(count: str) -> None:
    told = refused(f"timestamp,count\n2024-01-01,1\n2024-01-02,{count}\n")
    assert told.startswith("<stdin>:3: count")
    assert len(told) < 200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "<stdin>:1: expected a header with the columns timestamp and count"),
        ("time,value\n2024-01-01,1\n", "<stdin>:1: expected a header"),
        ("timestamp,count,count\n2024-01-01,1,1\n", "once each"),
        ("timestamp,count\n", "<stdin>: no row below the header"),
        ("timestamp,count\n2024-01-01,1\n", "<stdin>:2: one row does not tell the step"),
        ("timestamp,count\nsoon,1\n", "<stdin>:2: timestamp 'soon'"),
        ("timestamp,count\n2024-01-01,1\n2024-01-01,1\n", "<stdin>:3: 2024-01-01 is not after the row before"),
        ("timestamp,count\n2024-01-02,1\n2024-01-01,1\n", "<stdin>:3: 2024-01-01 is not after the row before"),
        ("timestamp,count\n2024-01-01,1\n2024-01-02,1\n2024-01-02 07:00,1\n", "<stdin>:4: 2024-01-02 07:00 is 7:00:00"),
        ("timestamp,count\n2024-01-01,1\n2024-01-02T00:00Z,1\n", "<stdin>:3: 2024-01-02T00:00Z and the row before"),
        ("timestamp,count\n2024-01-01 00:00:00,1\n2024-01-01 00:00:00.5,1\n", "<stdin>:3: a step of 0.5 s"),
        ("timestamp,count\n2024-01-01\n", "<stdin>:2: 1 columns"),
        ('timestamp,count\n"2024-01-01,1\n', "no CSV"),
        (b"timestamp,count\n\xff\xfe,1\n", "not UTF-8"),
    ],
)
def test_a_file_that_is_no_series_is_an_error_with_its_place(text: str | bytes, said: str) -> None:
    assert said in refused(text)


def test_options_that_are_none_say_what_to_write() -> None:
    assert "--refractory: expected a duration" in refused(csv(COUNTS), "--refractory", "soon")
    assert "--step: expected" in refused(csv(COUNTS), "--step", "0s")
    assert run(csv(COUNTS), "--p-below", "2").exit_code == 2


def test_a_file_that_is_not_there_is_an_error() -> None:
    result = CliRunner().invoke(APP, ["nowhere.csv"])
    assert "nowhere.csv: No such file" in str(result.exception)


def test_rows_before_a_mistake_have_been_judged() -> None:
    result = run(csv(COUNTS) + "never,1\n", "--format", "jsonl")
    assert len(result.stdout.splitlines()) == len(COUNTS)
    assert isinstance(result.exception, InputError)
