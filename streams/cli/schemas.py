"""`tocsin schemas export`: the contract as JSON Schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from schemas import MODELS
from streams.cli.output import err

app = typer.Typer(help="The contract of the topics.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    pass


@app.command()
def export(
    to: Annotated[Path | None, typer.Option(help="A folder: one file a model. Without it, all to stdout.")] = None,
) -> None:
    """Write the JSON Schema of every model that travels on the topics.

    Examples:

        tocsin schemas export | jq '.Alert'

        tocsin schemas export --to contract/
    """
    found = {model.__name__: model.model_json_schema(mode="serialization") for model in MODELS}
    if to is None:
        typer.echo(json.dumps(found, indent=2))
        return
    to.mkdir(parents=True, exist_ok=True)
    for name, schema in found.items():
        file = to / f"{name}.json"
        file.write_text(json.dumps(schema, indent=2) + "\n", encoding="utf-8")
        err.print(f"wrote {file}", markup=False)
