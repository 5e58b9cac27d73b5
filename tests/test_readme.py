"""What the README shows is run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas import Alert
from streams.broker.connection import bootstrap, client_options
from streams.cli.output import alert_lines
from streams.engine.contract import Record
from streams.engine.oracle import run_log
from streams.engine.steps import BACKFILL
from streams.engine.supervisor import console_script
from streams.engine.wiring import load_seeds
from streams.ingest.files import read_lines, seed_files
from streams.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> Iterator[tuple[list[str], list[str]]]:
    """Each call of tocsin that stands after a $, and the lines that it is said to print."""
    for block in blocks("console"):
        for call, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            name, *arguments = shlex.split(call, comments=True)
            if Path(name).name == "tocsin":
                yield arguments, shown.splitlines()


@pytest.mark.parametrize("told", commands(), ids=lambda told: " ".join(told[0][:2]))
def test_a_command_prints_what_the_readme_says(
    told: tuple[list[str], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, shown = told
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "seeds").symlink_to(Settings().seeds_folder())
    for block in blocks("yaml"):
        (tmp_path / block.partition("\n")[0].removeprefix("# ")).write_text(block, encoding="utf-8")
    files = [sorted(tmp_path.glob(word)) if "*" in word else [word] for word in arguments]
    call = [console_script(), *(str(file) for found in files for file in found)]
    done = subprocess.run(call, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    printed = done.stdout.rstrip("\n").splitlines()
    if "…" in shown:
        cut = shown.index("…")
        assert (printed[:cut], printed[cut + 1 - len(shown) :]) == (shown[:cut], shown[cut + 1 :])
    else:
        assert printed == shown


def test_the_rules_of_the_readme_have_no_mistake(tmp_path: Path) -> None:
    (rules, _) = blocks("yaml")
    (tmp_path / "mine.yaml").write_text(rules, encoding="utf-8")
    call = [console_script(), "rules", "check", str(tmp_path / "mine.yaml")]
    assert subprocess.run(call, capture_output=True, timeout=60).returncode == 0


def test_the_files_that_the_readme_names_are_there() -> None:
    named = {*re.findall(r"`(docs/\w+\.md|[A-Z]+\.md|seeds/\w+\.yaml)`", README)}
    named |= {f"docs/{name}" for name in re.findall(r"^\| `(\w+\.md)` \|", README, re.MULTILINE)}
    assert named >= {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_the_tests_that_watching_md_names_are_there() -> None:
    text = (ROOT / "docs" / "watching.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert named
    for file, test in named:
        assert f"def {test}" in (ROOT / file).read_text(encoding="utf-8")


def test_the_alerts_that_the_readme_shows_are_those_of_the_seeds() -> None:
    seeds = load_seeds(Settings())
    lines = read_lines(seed_files(Settings().seeds_folder()))
    records = [
        Record("articles", 0, n, 1_764_000_000_000 + n, b"", line.raw, ((BACKFILL, b"1"),))
        for n, line in enumerate(lines)
    ]
    latest = {alert.id: alert for alert in run_log(records, seeds.reader, seeds.rules)}
    told = {line.plain for alert in latest.values() for line in alert_lines(alert)}
    (block,) = (block for block in blocks("text") if "sanctions-pressure" in block)
    shown = [line.strip() for line in block.splitlines() if line.startswith(("20", " "))]
    assert len(shown) > 10
    assert [line for line in shown if line not in told] == []


@pytest.mark.kafka
async def test_the_consumer_reads_committed_alerts_and_keeps_the_latest_of_each_id(
    settings: Settings, tmp_path: Path
) -> None:
    from aiokafka import AIOKafkaProducer

    from schemas import encode

    sample = (Path(__file__).parent / "schemas" / "samples" / "v1").glob("alert*.json")
    alert = Alert.model_validate_json(min(sample).read_bytes())
    producer = AIOKafkaProducer(**client_options(settings), transactional_id=settings.prefix)
    await producer.start()

    async def send(*revisions: int) -> None:
        for revision in revisions:
            changed = alert.model_copy(update={"revision": revision, "summary": f"revision {revision}"})
            await producer.send(settings.topic("alerts"), encode(changed), key=alert.id.encode())

    async with producer.transaction():
        await send(1, 2, 2, 1)
    await producer.begin_transaction()
    await send(9)
    await producer.abort_transaction()
    async with producer.transaction():
        await send(3)
    await producer.stop()

    (code,) = blocks("python")
    script = tmp_path / "consumer.py"
    script.write_text(code.replace("tocsin.alerts", settings.topic("alerts")), encoding="utf-8")
    command = [sys.executable, str(script), bootstrap(settings)]
    consumer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220 - as a user would
    assert consumer.stdout
    began = time.monotonic()
    lines = [consumer.stdout.readline() for _ in range(3)]
    consumer.kill()
    consumer.wait()
    assert time.monotonic() - began < 60
    assert [line.rsplit(" ", 2)[1:] for line in lines] == [
        ["revision", "1\n"],
        ["revision", "2\n"],
        ["revision", "3\n"],
    ]
