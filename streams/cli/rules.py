"""`tocsin rules`: rules before they go live."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import SpinnerColumn, TextColumn

from streams.cli.output import Answer, counted, dumped, err, out, progress
from streams.cli.seeds import load_with_rules, report_of
from streams.engine.known_rules import load_rules_for, vocabulary_of
from streams.errors import InputError
from streams.ingest.files import given_lines
from streams.settings import Settings, load

if TYPE_CHECKING:
    from streams.archive.rule_tests import Verdict
    from streams.engine.holdings import Loss
    from streams.watching.changes import Change
    from streams.watching.rules import Rules

RUNNING = "running"
app = typer.Typer(
    help="Check, test and explain rules before they go live. None of these changes anything.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A rules file; by default that of the seeds.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="<path|running>", help="Compare with this file, or with what runs: who would lose what?"),
    ] = None,
    form: Answer = "text",
) -> None:
    """Check a rules file, and what a change would lose.

    It is held against the rule language, and the actors and topics of the seeds. A mistake is said with file, line and
    column, and the exit code is 2. With --against: what differs, rule by rule. A rule whose logic differs drops its
    groups, and its open alerts resolve; severity, labels and summary apply to the next record. Exit code 0 if no rule
    loses anything, 1 if one does.

    Examples:

        tocsin rules check

        tocsin rules check mine.yaml --against seeds/rules.yaml

        tocsin rules check mine.yaml --against running --format json
    """
    from streams.watching.changes import compare

    settings = load()
    reader, rules = load_with_rules(settings, file)
    if against is None:
        _show_rules(rules, form)
    elif against == RUNNING:
        lost = _losses(settings, rules)
        _show_losses(lost, rules, form)
        raise typer.Exit(1 if any(loss.groups for loss in lost) else 0)
    else:
        changes = compare(load_rules_for(reader, Path(against)), rules)
        _show_changes(changes, form)
        raise typer.Exit(1 if any(change.drops for change in changes) else 0)


def _show_rules(rules: Rules, form: Answer) -> None:
    from streams.cli.rule_views import rule_lines

    told = [
        {"name": rule.name, "kind": rule.kind, "severity": rule.severity, "logic": rule.logic}
        for rule in rules.by_name.values()
    ]
    if form == "json":
        print(json.dumps({"ok": True, "version": rules.version, "rules": told}))
        return
    for line in rule_lines(rules):
        out.print(line)
    err.print(f"no mistake; {counted(len(told), 'rule')}", style="green")


def _show_changes(changes: Sequence[Change], form: Answer) -> None:
    from streams.cli.rule_views import change_lines

    if form == "json":
        told = [{**asdict(change), "drops": change.drops} for change in changes]
        print(json.dumps({"ok": not any(change.drops for change in changes), "changes": told}))
        return
    for line in change_lines(changes):
        out.print(line)
    if not changes:
        out.print("every rule is the same")


def _losses(settings: Settings, rules: Rules) -> list[Loss]:
    from streams.broker.connection import client_options
    from streams.engine.holdings import losses, read_holdings

    columns = (SpinnerColumn(), TextColumn("reading what watch holds: {task.completed:,} records"))
    with progress(*columns) as shown:
        task = shown.add_task("", total=None)
        held = asyncio.run(
            read_holdings(settings, client_options(settings), lambda count: shown.update(task, completed=count))
        )
    return losses(held, rules)


def _show_losses(lost: Sequence[Loss], rules: Rules, form: Answer) -> None:
    from streams.cli.rule_views import loss_lines

    if form == "json":
        told = [{**asdict(loss), "removed": loss.rule not in rules.by_name} for loss in lost]
        print(json.dumps({"ok": not any(loss.groups for loss in lost), "rules": told}))
        return
    for line in loss_lines(lost, rules):
        out.print(line)
    if not lost:
        out.print("no groups are held")


@app.command("test")
def run_tests(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Files of rule tests; by default rules_test.yaml of the seeds."),
    ] = None,
    form: Answer = "text",
) -> None:
    """Run rule tests: articles in, expected alerts out.

    What comes in are articles or reports with times. Tests that fail are told last. Exit code 0 if all hold, 1 if one
    does not; a mistake in a file is said with its place, and the exit code is 2.

    Examples:

        tocsin rules test

        tocsin rules test mine_test.yaml --format json
    """
    from streams.archive.rule_test_file import load_rule_tests
    from streams.archive.rule_tests import run_rule_tests

    settings = load()
    seeds = settings.seeds_folder()
    reader, default = load_with_rules(settings, None)
    loaded: dict[Path | None, Rules] = {None: default}

    def rules(path: Path | None) -> Rules:
        if path is not None and path not in loaded:
            loaded[path] = load_rules_for(reader, path)
        return loaded[path]

    held: list[Verdict] = []
    for path in files or [seeds / "rules_test.yaml"]:
        tests = load_rule_tests(path, vocabulary_of(reader))
        for verdict in run_rule_tests(tests, reader, rules, settings.max_text_bytes):
            held.append(verdict)
            if form == "text" and not verdict.differences:
                _print_verdict(verdict)
    failed = [verdict for verdict in held if verdict.differences]
    if form == "json":
        print(json.dumps({"ok": not failed, "tests": [_as_json(verdict) for verdict in held]}))
    else:
        for verdict in failed:
            _print_verdict(verdict)
        summary = f"{len(held) - len(failed)} passed, {len(failed)} failed"
        out.print(summary, style="bold red" if failed else "bold green")
    raise typer.Exit(1 if failed else 0)


def _print_verdict(verdict: Verdict) -> None:
    from streams.cli.rule_views import verdict_lines

    for line in verdict_lines(verdict):
        out.print(line)


def _as_json(verdict: Verdict) -> dict[str, Any]:
    return {"ok": not verdict.differences, **asdict(verdict)}


@app.command("explain")
def explain_rule(
    name: Annotated[str, typer.Argument(metavar="RULE", help="The rule's name.")],
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="JSONL, or one plain text a file; - for stdin.")
    ] = None,
    text: Annotated[str | None, typer.Option("--text", help="Explain this text instead.")] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="A rules file, instead of the seeds'.")] = None,
    form: Answer = "text",
) -> None:
    """Say why a rule wants an article or does not.

    Condition by condition, and for which groups. Articles are read as live; reports (`tocsin read --format jsonl`) are
    taken as read. Exit code 0 if the rule wants one of them, 1 if it wants none.

    Examples:

        tocsin rules explain sanctions-refused article.jsonl

        tocsin rules explain my-rule article.jsonl --rules mine.yaml

        tocsin rules explain my-rule --text "Norway imposed sanctions on Iran."
    """
    lines = given_lines(files, text, "rules explain")
    from streams.cli.rule_views import why_lines
    from streams.watching.vocabulary import suggestion
    from streams.watching.why import explain

    settings = load()
    reader, loaded = load_with_rules(settings, rules)
    rule = loaded.get(name)
    if rule is None:
        raise InputError(f"there is no rule {name!r}{suggestion(name, loaded.by_name.keys())}")
    whys = []
    for line in lines:
        report = report_of(line, reader, settings.max_text_bytes)
        whys.append((report.article_id, explain(rule, report, backfill=False)))
        if form == "text":
            for row in why_lines(whys[-1][1], report.title or (line.where if line.plain else report.article_id)):
                out.print(row)
    wanted = any(why.matches for _, why in whys)
    if form == "json":
        told = [{"article_id": article_id, "matches": why.matches, **asdict(why)} for article_id, why in whys]
        print(json.dumps({"ok": wanted, "articles": told}, default=dumped, ensure_ascii=False))
    raise typer.Exit(0 if wanted else 1)
