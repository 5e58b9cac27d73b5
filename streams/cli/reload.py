"""While `up` runs: a changed rules file takes over if it is valid, and else the old one goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from streams.cli.output import err
from streams.cli.rule_views import change_line
from streams.engine.wiring import load_seeds
from streams.errors import InputError, TocsinError
from streams.settings import Settings
from streams.watching.changes import compare
from streams.watching.rules import Rules

_POLL_SECONDS = 1.0
_RULES = "rules.yaml"


def hold_rules(settings: Settings) -> Settings:
    """Settings with a folder of seeds in the home: links to those of `settings`, but for a copy of the rules.

    A worker that dies while somebody edits is started with the rules that ran. Raises InputError where the seeds are
    that very folder.
    """
    seeds, held = settings.seeds_folder().resolve(), settings.home.resolve() / "seeds-of-up"
    if seeds == held:
        raise InputError(f"TOCSIN_SEEDS={seeds} is where `tocsin up` keeps what its workers read: name your own folder")
    held.mkdir(parents=True, exist_ok=True)
    for old in held.iterdir():
        old.unlink()
    for path in seeds.iterdir():
        if path.name != _RULES:
            (held / path.name).symlink_to(path)
    put_rules(held, (seeds / _RULES).read_bytes())
    return settings.model_copy(update={"seeds": held})


def put_rules(seeds: Path, content: bytes) -> None:
    """At once: nobody ever reads half a file."""
    fresh = seeds / f"{_RULES}.new"
    fresh.write_bytes(content)
    fresh.replace(seeds / _RULES)


async def follow_rules(settings: Settings, rules: Rules, take_over: Callable[[bytes], Awaitable[None]]) -> None:
    """Watch the rules file without end. `rules`: those that run; `take_over` is given the content of valid others.

    What changes, or what is wrong, is said on stderr, once.
    """
    path = settings.seeds_folder() / _RULES
    met, before = rules.version, b""
    while True:
        await asyncio.sleep(_POLL_SECONDS)
        content = b""
        with suppress(OSError):  # an editor puts another file in its place
            content = path.read_bytes()
        # An editor may still be writing: only what stood there at the last look, too, is looked at.
        content, before, settled = content, content, content == before
        if not settled or (version := sha256(content).hexdigest()[:16]) == met:
            continue
        try:
            found = (await asyncio.to_thread(load_seeds, settings)).rules
        except TocsinError as error:
            err.print(f"{error}\nthe rules that run stay", style="yellow", markup=False)
            met = version
            continue
        if found.version != version:
            continue  # it changed again meanwhile
        met, changes, rules = version, compare(rules, found), found
        for change in changes:
            err.print(change_line(change))
        if changes:
            await take_over(content)
