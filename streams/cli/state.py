"""`tocsin state`: what watch holds, and how to drop it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import SpinnerColumn, TextColumn

from streams.cli.output import Answer, Format, counted, err, format_option, out, progress, write_line
from streams.errors import InputError
from streams.settings import Settings, load

if TYPE_CHECKING:  # Kafka's clients take a second to import
    from streams.engine.reset import Dropped
    from streams.store import MemoryStore

app = typer.Typer(
    help="What watch holds, group by group, and how to drop it.", no_args_is_help=True, rich_markup_mode=None
)

RuleOption = Annotated[str | None, typer.Option("--rule", metavar="RULE", help="Only groups of this rule.")]
GroupOption = Annotated[
    str | None, typer.Option("--group", metavar="GROUP", help="Only groups of this name, or with this value in it.")
]


@app.command()
def ls(
    rule: RuleOption = None,
    group: GroupOption = None,
    form: Annotated[Format, format_option(Format, "text, or jsonl: one group a line.")] = Format.TEXT,
) -> None:
    """List the groups that watch holds.

    Of each: its stories, open alerts, matches that wait for their round (a second at most), when it is looked at again
    if nothing comes, and whether it goes on under the rules of the seeds or would start empty.

    Examples:

        tocsin state ls --rule sanctions-pressure

        tocsin state ls --group country:RU --format jsonl
    """
    from streams.cli.seeds import load_with_rules
    from streams.cli.state_views import row, table_lines
    from streams.engine.holdings import read_holdings

    settings, choose = load(), _chooser(rule, group)
    _, rules = load_with_rules(settings, None)
    found = [each for each in _read(settings, read_holdings) if choose is None or choose(each.key)]
    if form is Format.JSONL:
        for each in found:
            write_line(json.dumps(row(each, rules), ensure_ascii=False).encode())
        return
    for line in table_lines(found, rules):
        out.print(line)
    err.print(counted(len(found), "group"), style="dim")


@app.command()
def show(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The rule's name.")],
    group: Annotated[str, typer.Argument(metavar="GROUP", help="The group, as `ls` names it.")] = "",
    form: Answer = "text",
) -> None:
    """Show all that is held of a group.

    Counts, episodes, stories, open alerts, and matches that wait. Exit code 0 if watch holds it, 1 if not.

    Examples:

        tocsin state show sanctions-pressure country:RU

        tocsin state show stance-shift country:RU --format json | jq .stories
    """
    from streams.cli.state_views import as_json, group_lines
    from streams.engine.holdings import read_stores
    from streams.watching.held import contents
    from streams.watching.state import check_format

    key = f"{rule}/{group}".rstrip("/").encode(errors="surrogateescape")
    for number, store in enumerate(_read(load(), read_stores)):
        check_format(store)
        found = contents(store, key)
        if found is None:
            continue
        if form == "json":
            print(json.dumps({"partition": number, **as_json(key, found)}, ensure_ascii=False))
        else:
            for line in group_lines(key, number, found):
                out.print(line)
        return
    name = key.decode(errors="backslashreplace")
    err.print(f"watch holds nothing of {name}: `tocsin state ls` lists what it holds", markup=False)
    raise typer.Exit(1)


@app.command()
def reset(
    rule: RuleOption = None,
    group: GroupOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All groups; the only way on where a newer Tocsin has written them.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be dropped.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Drop groups with all that is held of them.

    They start empty, and their open alerts resolve. What a group has seen is not read again: a count begins at 0, and
    copies of a story that is forgotten are news. The clock and all other groups stay. End the workers of watch first;
    while one runs this is refused. Stopped on the way, each group is as it was or gone: call it again.

    Examples:

        tocsin state reset --rule sanctions-pressure --dry-run

        tocsin state reset --rule sanctions-pressure --group country:RU

        tocsin state reset --all --yes
    """
    if everything == bool(rule or group):
        raise InputError("say which: --rule, --group or both, or --all")
    from streams.engine.holdings import read_stores

    settings, choose = load(), _chooser(rule, group)
    groups, alerts = _counts(_read(settings, read_stores), choose)
    told = f"{counted(groups, 'group')} with {counted(alerts, 'open alert')}"
    if dry_run or not (groups or everything):
        print(f"would drop {told}" if groups else "watch holds no such group")
        return
    if not yes:
        if not sys.stdin.isatty():
            raise InputError("nobody to ask whether to drop them: --yes, or first --dry-run")
        typer.confirm(f"Drop {told}?", abort=True, err=True)
    _tell(_reset(settings, choose))


def _reset(settings: Settings, choose: Callable[[bytes], bool] | None) -> Dropped:
    from streams.broker.connection import client_options
    from streams.engine.reset import reset

    columns = (SpinnerColumn(), TextColumn("dropped {task.completed:,} groups"))
    with progress(*columns) as shown:
        task = shown.add_task("", total=None)
        return asyncio.run(
            reset(settings, client_options(settings), choose, lambda count: shown.update(task, completed=count))
        )


def _tell(dropped: Dropped) -> None:
    resolved = f"{counted(dropped.alerts, 'open alert')} resolved"
    print(f"dropped {counted(dropped.groups, 'group')}, {resolved}")
    if dropped.unreadable:
        left = counted(dropped.unreadable, "open alert")
        err.print(f"{left} cannot be read by this Tocsin: in `alerts` they fire for ever", style="yellow")


def _counts(stores: Sequence[MemoryStore], choose: Callable[[bytes], bool] | None) -> tuple[int, int]:
    """How many groups, and open alerts of theirs. By keys alone, so whatever has written them."""
    from streams.watching.held import keys_by_group

    found = [keys for store in stores for key, keys in keys_by_group(store).items() if choose is None or choose(key)]
    return len(found), sum(key[:2] == b"a/" for keys in found for key in keys)


def _chooser(rule: str | None, group: str | None) -> Callable[[bytes], bool] | None:
    """Whether a group is meant, by its key; None: all are."""
    from streams.watching.held import named

    if rule is None and group is None:
        return None

    def choose(key: bytes) -> bool:
        of_rule, of_group, values = named(key)
        return rule in (None, of_rule) and (group in (None, of_group) or group in values)

    return choose


def _read(settings: Settings, read: Callable[..., Any]) -> Any:
    from streams.broker.connection import client_options

    columns = (SpinnerColumn(), TextColumn("reading what watch holds: {task.completed:,} records"))
    with progress(*columns) as shown:
        task = shown.add_task("", total=None)
        return asyncio.run(read(settings, client_options(settings), lambda count: shown.update(task, completed=count)))
