"""`tocsin schemas export`: the contract, and the rules file, as JSON Schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from schemas import MODELS
from streams.cli.output import err

RULES = "Rules"
"""The name of the schema of a rules file, beside those of the models."""

app = typer.Typer(
    help="The contract of the topics, and of the rules file.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def _group() -> None:
    pass


@app.command()
def export(
    to: Annotated[Path | None, typer.Option(help="A folder: one file a model. Without it, all to stdout.")] = None,
) -> None:
    """Write JSON Schemas of all records and of a rules file.

    Editors can check and complete rules with the latter.

    Examples:

        tocsin schemas export | jq .Alert

        tocsin schemas export | jq .Rules > seeds/rules.schema.json

        tocsin schemas export --to contract/
    """
    from streams.watching.rules_schema import rules_schema

    found = {model.__name__: model.model_json_schema(mode="serialization") for model in MODELS}
    found[RULES] = rules_schema()
    if to is None:
        typer.echo(json.dumps(found, indent=2))
        return
    to.mkdir(parents=True, exist_ok=True)
    for name, schema in found.items():
        file = to / f"{name}.json"
        file.write_text(json.dumps(schema, indent=2) + "\n", encoding="utf-8")
        err.print(f"wrote {file}", markup=False)
