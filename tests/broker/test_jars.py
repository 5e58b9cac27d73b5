from __future__ import annotations

import shutil
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from streams.broker import jars
from streams.errors import ServiceError

SMALL = next(jar for jar in jars.locked() if jar.artifact == "log4j-slf4j-impl")


@pytest.fixture
def complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Maven repository that holds all jars, as links to the machine's."""
    jars.ensure()
    folder = tmp_path / "repository"
    for jar in jars.locked():
        jar.path(folder).parent.mkdir(parents=True)
        jar.path(folder).symlink_to(jar.path(jars.repository()))
    monkeypatch.setenv("M2_REPO", str(folder))
    return folder


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request goes to a proxy that nobody runs."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_lock_names_45_different_jars_with_whole_hashes() -> None:
    assert len({jar.coordinate for jar in jars.locked()}) == 45
    assert all(len(jar.sha256) == 64 and int(jar.sha256, 16) for jar in jars.locked())
    assert jars.kafka_version().count(".") == 2


@pytest.mark.usefixtures("offline")
def test_complete_repository_needs_no_network(complete: Path) -> None:
    class_path, fetched = jars.ensure()
    assert fetched == 0
    assert len(class_path) == 45
    assert all(path.is_relative_to(complete) for path in class_path)


@pytest.mark.kafka
def test_broken_and_missing_jars_are_fetched_anew_and_nothing_else(complete: Path) -> None:
    other = next(jar for jar in jars.locked() if jar.artifact == "argparse4j")
    SMALL.path(complete).unlink()
    SMALL.path(complete).write_bytes(b"half a jar")
    other.path(complete).unlink()
    assert jars.missing() == [jar for jar in jars.locked() if jar in (SMALL, other)]

    assert jars.ensure()[1] == 2
    assert jars.missing() == []
    assert [entry.name for entry in complete.iterdir() if entry.name.startswith(".tocsin")] == []


@pytest.mark.kafka
def test_fetched_jar_with_another_hash_is_refused_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forged = replace(SMALL, sha256="0" * 64)
    monkeypatch.setattr(jars, "locked", lambda: (forged,))
    monkeypatch.setenv("M2_REPO", str(tmp_path))
    with pytest.raises(ServiceError, match="SHA-256"):
        jars.ensure()
    assert list(tmp_path.rglob("*.jar")) == []


@pytest.mark.usefixtures("offline")
def test_without_a_network_the_missing_file_and_its_place_are_named(complete: Path) -> None:
    SMALL.path(complete).unlink()
    with pytest.raises(ServiceError) as caught:
        jars.ensure()
    assert SMALL.coordinate in str(caught.value)
    assert str(SMALL.path(complete)) in str(caught.value)
    assert "more" not in str(caught.value)


@pytest.mark.usefixtures("offline")
def test_broken_jar_is_not_used_when_no_other_can_be_had(complete: Path) -> None:
    SMALL.path(complete).unlink()
    SMALL.path(complete).write_bytes(b"half a jar")
    with pytest.raises(ServiceError):
        jars.ensure()
    assert SMALL.path(complete).read_bytes() == b"half a jar"


def test_repository_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("M2_REPO", str(tmp_path / "file"))
    with pytest.raises(ServiceError, match="M2_REPO"):
        jars.ensure()


def test_jar_moved_elsewhere_by_hand_counts(complete: Path, tmp_path: Path) -> None:
    shutil.move(complete, tmp_path / "moved")
    assert jars.missing(tmp_path / "moved") == []
