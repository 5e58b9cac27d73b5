"""The one tree of errors that reach a user. Each says what was wrong, where, and what to do.

The exit codes are part of the command line's contract (see docs/commands.md).
"""

from __future__ import annotations


class TocsinError(Exception):
    """Something a user can act on. `exit_code`: what a command ends with when it meets this."""

    exit_code = 2


class InputError(TocsinError):
    """A call, a file or a setting is wrong. Exit code 2."""


class KnowledgeError(InputError):
    """A file under `seeds/` has a mistake.

    `where` is `file:line:column` (1-based), so that an editor can jump to it.
    """

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


class ServiceError(TocsinError):
    """Kafka or another service cannot be had. Exit code 3."""

    exit_code = 3


class PoisonError(TocsinError):
    """Most of what comes in cannot be processed; the supervisor leaves the worker stopped. Exit code 4."""

    exit_code = 4


class StalledError(TocsinError):
    """No progress while there is lag; the supervisor starts the worker again. Exit code 5."""

    exit_code = 5
