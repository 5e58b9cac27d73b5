"""Apache Kafka's jars: which ones (`jars.lock`), where they lie, and how missing ones are fetched and verified.

They lie in Maven's local repository (`M2_REPO`, else `~/.m2/repository`), so that all homes and other tools share
them. Nothing in there is trusted: a jar counts only if its SHA-256 is the lock's. A fetched jar is verified in a folder
of its own and then renamed into place, so a broken download, a kill or a second Tocsin never leaves half a file behind.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from streams.errors import ServiceError

if TYPE_CHECKING:
    from jgo.maven import MavenContext

THREADS = 6
ATTEMPTS = 3
TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Jar:
    """One line of the lock."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def coordinate(self) -> str:
        """As Maven writes it."""
        return f"{self.group}:{self.artifact}:{self.version}"

    def path(self, repository: Path) -> Path:
        """Its place in a Maven repository."""
        folder = repository.joinpath(*self.group.split("."), self.artifact, self.version)
        return folder / f"{self.artifact}-{self.version}.jar"

    def is_in(self, repository: Path) -> bool:
        """Whether it lies there, unbroken."""
        try:
            with self.path(repository).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256
        except OSError:
            return False


@cache
def locked() -> tuple[Jar, ...]:
    """All jars, in the order of the lock file."""
    lines = resources.files("streams.broker").joinpath("jars.lock").read_text("utf-8").splitlines()
    return tuple(Jar(*re.split("[: ]", line, maxsplit=3)) for line in lines)


@cache
def kafka_version() -> str:
    """Of the Kafka that the lock names."""
    return next(jar.version for jar in locked() if jar.artifact == "kafka_2.13")


def repository() -> Path:
    """Maven's local repository, as Maven's own tools find it."""
    return Path(os.environ.get("M2_REPO") or Path.home() / ".m2" / "repository").absolute()


def missing(folder: Path | None = None) -> list[Jar]:
    """The jars that are absent or broken. 45 MB are hashed: about 0.05 s."""
    return [jar for jar in locked() if not jar.is_in(folder or repository())]


def ensure() -> tuple[list[Path], int]:
    """Have all jars, fetching the missing ones with progress on stderr.

    Returns the class path and how many were fetched. Raises ServiceError naming what is missing and where to put it.
    """
    folder = repository()
    wanted = missing(folder)
    if wanted:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".tocsin-", dir=folder) as staging:
                _fetch_all(wanted, folder, Path(staging))
        except OSError as error:
            raise ServiceError(
                f"cannot write Kafka's jars to {folder}: {error.strerror or error}. "
                "Set M2_REPO to a folder that can be written."
            ) from error
    return [jar.path(folder) for jar in locked()], len(wanted)


def _fetch_all(wanted: Sequence[Jar], folder: Path, staging: Path) -> None:
    from jgo.maven import MavenContext, PythonResolver  # 0.4 s to import: only when something is to be fetched

    with _progress(len(wanted)) as advance, ThreadPoolExecutor(THREADS) as pool:
        context = MavenContext(repo_cache=staging, resolver=PythonResolver(), timeout=TIMEOUT_SECONDS)
        futures = {pool.submit(_fetch, jar, folder, context): jar for jar in wanted}
        try:
            for future in as_completed(futures):
                jar = futures[future]
                try:
                    advance(jar, future.result())
                except Exception as error:  # jgo raises RuntimeError, AssertionError and whatever requests raises
                    raise ServiceError(_offline_message(folder, jar, error)) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)  # also on Ctrl-C: not all 45 first


def _fetch(jar: Jar, folder: Path, context: MavenContext) -> int:
    """Fetch one jar and move it into place; its size in bytes. Raises the last attempt's error."""
    staged = jar.path(context.repo_cache)
    problem: Exception = ValueError("what came has not the SHA-256 of the lock")
    for _ in range(ATTEMPTS):
        staged.unlink(missing_ok=True)
        try:
            context.create_dependency(jar.coordinate).artifact.resolve()
        except (RuntimeError, AssertionError, OSError) as error:  # requests' errors are OSErrors
            problem = error
            continue
        if jar.is_in(context.repo_cache):
            size = staged.stat().st_size
            jar.path(folder).parent.mkdir(parents=True, exist_ok=True)
            staged.replace(jar.path(folder))
            return size
    raise problem


def _offline_message(folder: Path, failed: Jar, error: Exception) -> str:
    others = len(missing(folder)) - 1
    return (
        f"cannot fetch {failed.coordinate} from Maven Central: {_reason(error)}\n"
        f"Missing: {failed.path(folder)}"
        + (f" and {others} more (`tocsin doctor` lists them)" if others else "")
        + "\n"
        "Without a network: copy ~/.m2/repository from a machine where `tocsin broker start` has run, "
        "or put the files there by hand; or use another cluster with TOCSIN_KAFKA=host:port."
    )


def _reason(error: BaseException) -> str:
    """The innermost cause, in one line: requests wraps what happened four times."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:200]


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Jar, int], None]]:
    """A bar on a terminal, a line for every fifteenth jar elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (
        "fetching Kafka",
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[mb]:.1f} MB {task.fields[name]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("", total=total, mb=0.0, name="")
        done, size = 0, 0

        def advance(jar: Jar, got: int) -> None:
            nonlocal done, size
            done, size = done + 1, size + got
            progress.update(task, completed=done, mb=size / 1e6, name=jar.artifact)
            if not console.is_terminal and (done % 15 == 0 or done == total):
                console.print(f"fetched {done} of {total} jars of Kafka, {size / 1e6:.1f} MB", highlight=False)

        yield advance
