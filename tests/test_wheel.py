"""The wheel alone, in an empty environment, outside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.kafka, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[1]
UV = str(Path(sys.executable).with_name("uv"))


def test_it_runs_the_monitor_in_a_folder_that_holds_somebody_elses_schemas_py(tmp_path: Path) -> None:
    def run(*command: str, **environment: str) -> str:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "PYTHON"))}
        done = subprocess.run(
            command, cwd=tmp_path, env={**kept, **environment}, capture_output=True, text=True, timeout=240
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = (tmp_path / "dist").glob("tocsin-*.whl")
    run(UV, "venv", "--python", sys.executable, "alone")
    python = str(tmp_path / "alone" / "bin" / "python")
    run(UV, "pip", "install", "--python", python, "--require-hashes", "-r", str(ROOT / "requirements.lock"))
    run(UV, "pip", "install", "--python", python, "--no-deps", str(wheel))
    for name in ("schemas.py", "streams.py", "yaml.py"):
        (tmp_path / name).write_text("raise RuntimeError('not ours')\n")
    tocsin = str(tmp_path / "alone" / "bin" / "tocsin")
    told = run(tocsin, "read", "--text", "Norway will not impose sanctions on Iran, Norway's foreign minister said.")
    assert "impose, refused" in told
    home = str(tmp_path / "home")
    alerts = run(tocsin, "up", "--seed", "--until-idle", "--format", "jsonl", TOCSIN_HOME=home, TOCSIN_KAFKA="")
    assert len(alerts.splitlines()) > 5
