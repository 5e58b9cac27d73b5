"""The command line: one file a command group.

Comes in: arguments, files, the environment. Goes out: results on stdout, logs and progress on stderr, an exit code.
"""

from streams.cli.main import main

__all__ = ["main"]
