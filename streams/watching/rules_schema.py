"""The JSON Schema of a rules file, by which editors complete and check it.

It says less than `load_rules`: not which topics and actors there are, nor what a template may do.
"""

from __future__ import annotations

from typing import Any, get_args

from schemas import Modality
from streams.watching.fields import AUTHOR, GROUP_FIELDS, SIGNAL_FIELDS
from streams.watching.kinds import KINDS, LABEL, MAX_LABEL, MAX_LABELS
from streams.watching.rules import NAME, RulesDocument
from streams.watching.spans import as_written
from streams.watching.summaries import MAX_TEMPLATE
from streams.watching.vocabulary import ACTOR_TYPES
from streams.watching.wanted import BOUNDS, LANGUAGE, LIMITS, MAX_PHRASE, MAX_PHRASES, SIGNS

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "pattern": r"\S"}
_CONDITIONS = {
    "topic": "text",
    "action": "text",
    "source": "text",
    "modality": "modality",
    "direction": "direction",
    "polarity": "polarity",
    "initiator": "actors",
    "target": "actors",
    "speaker": "actors",
    "holder": "actors",
    "actor": "actors",
    "confidence": "confidence",
    "tone": "tone",
    "language": "language",
    "words": "words",
}
"""How the condition on each field is written: a name in `$defs`."""
_EXAMPLES: dict[str, list[Any]] = {
    "topic": ["sanctions", ["energy", "eu_accession"]],
    "action": ["impose", {"not": "mention"}],
    "modality": [["actual", "intended"], {"not": "refused"}],
    "initiator": ["country:RS", "country:*", "group:eu", {"type": "person", "country": ["RS", "HR"]}],
    "actor": [{"not": {"known": False}}],
    "confidence": [{"at_least": 0.8}],
    "tone": [{"below": -0.5}, {"at_least": -0.1, "at_most": 0.1}],
    "source": [["Reuters", "TASS"]],
    "language": ["en"],
    "words": [["gas transit", "pipeline"]],
}
_RULE_EXAMPLE = {
    "kind": "count",
    "when": {"topic": "sanctions", "modality": ["actual", "intended"], "initiator": "group:eu"},
    "group_by": ["target"],
    "within": "7d",
    "at_least": 3,
    "severity": "warning",
    "summary": "Sanctions on {{ group.target|name }}: {{ stories }} stories",
}


def rules_schema() -> Schema:
    """The schema, of draft 2020-12."""
    schema = RulesDocument.model_json_schema()
    definitions: dict[str, Schema] = schema["$defs"]
    for kind in KINDS:
        _finish_rule(definitions[kind.__name__], kind.SUBJECTS)
    for name in ("When", "StanceWhen"):
        _finish_conditions(definitions[name])
    definitions["When"] |= {
        "if": {"required": ["stance"]},
        "then": {"properties": dict.fromkeys(SIGNAL_FIELDS, False)},
    }
    schema["properties"]["rules"] |= {"propertyNames": {"pattern": f"^{NAME}$"}, "examples": [{"name": _RULE_EXAMPLE}]}
    schema["properties"]["groups"] |= {
        "type": "object",
        "propertyNames": {"pattern": f"^{NAME}$"},
        "additionalProperties": {"type": "array", "items": {"$ref": "#/$defs/actor"}, "minItems": 1},
        "examples": [{"eu": ["org:eu", "org:european-commission"]}],
    }
    definitions |= _definitions()
    _untitle(schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rules of Tocsin",
        **schema,
        "$defs": dict(sorted(definitions.items())),
    }


def _finish_rule(rule: Schema, subjects: tuple[str, ...]) -> None:
    properties: dict[str, Schema] = rule["properties"]
    del properties["name"]
    rule["required"].remove("name")
    for written in properties.values():
        if written.get("type") == "string" and isinstance(written.get("default"), int):
            written["default"] = as_written(written["default"])
    properties["group_by"] = {
        "description": properties["group_by"]["description"],
        "type": "array",
        "items": {"enum": [f"{name}{mark}" for name in _groupable() for mark in ("", "?")]},
        "uniqueItems": True,
        "default": [],
        "examples": [["initiator", "target?"]],
    }
    properties["labels"] |= {
        "type": "object",
        "propertyNames": {"pattern": f"^{LABEL}$"},
        "additionalProperties": {"type": "string", "maxLength": MAX_LABEL},
        "maxProperties": MAX_LABELS,
    }
    properties["summary"] |= {**_TEXT, "maxLength": MAX_TEMPLATE, "examples": [_RULE_EXAMPLE["summary"]]}
    if "signals" not in subjects:
        properties["when"]["properties"] = dict.fromkeys(SIGNAL_FIELDS, False)
    if "articles" not in subjects:
        properties["when"]["anyOf"] = [{"required": [name]} for name in (*SIGNAL_FIELDS, "stance")]


def _groupable() -> list[str]:
    return list(dict.fromkeys(name for fields in GROUP_FIELDS.values() for name in fields))


def _finish_conditions(part: Schema) -> None:
    part["minProperties"] = 1
    for name, field in part["properties"].items():
        field.pop("default", None)
        if name in _CONDITIONS:
            field["$ref"] = f"#/$defs/{_CONDITIONS[name]}"
        if name in _EXAMPLES:
            field["examples"] = _EXAMPLES[name]
    if "stance" in part["properties"]:
        part["properties"]["stance"] = {
            "$ref": "#/$defs/StanceWhen",
            "description": part["properties"]["stance"]["description"],
            "examples": [{"holder": "country:*", "target": "group:eu", "polarity": -1}],
        }


def _definitions() -> dict[str, Schema]:
    types = "|".join(ACTOR_TYPES)
    one_actor = {
        "type": "string",
        "pattern": rf"^({AUTHOR}|({types}|group):.+)$",
        "description": "An actor's id, a kind of actors, or a group defined under `groups`.",
        "examples": ["country:RS", "country:*", "group:eu"],
    }
    country = {"type": "string", "pattern": r"^((country:)?[A-Z]{2}|country:.+|group:.+)$"}
    who = {
        "type": "object",
        "description": "An actor of whom all of this holds.",
        "properties": {
            "type": _asked({"enum": list(ACTOR_TYPES)}) | {"description": "What it is."},
            "country": _asked(country) | {"description": "Where it belongs."},
            "represents": _asked({"$ref": "#/$defs/actor"}) | {"description": "Whose office it holds here."},
            "known": {"type": "boolean", "description": "Whether knowledge (seeds/actors/) has it."},
        },
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {
        "actor": one_actor,
        "who": who,
        "actors": _asked({"anyOf": [{"$ref": "#/$defs/actor"}, {"$ref": "#/$defs/who"}]}),
        "text": _asked(_TEXT),
        "modality": _asked({"enum": list(get_args(Modality))}),
        "language": _asked({"type": "string", "pattern": f"^{LANGUAGE}$"}),
        "words": _asked({"type": "string", "pattern": r"\S", "maxLength": MAX_PHRASE}, most=MAX_PHRASES),
        **{name: _asked({"enum": list(signs)}) for name, signs in SIGNS.items()},
        **{name: _range(low, high) for name, (low, high) in BOUNDS.items()},
    }


def _asked(item: Schema, most: int | None = None) -> Schema:
    """One, a list of them, or `not:` with one of these."""
    several: Schema = {"type": "array", "items": item, "minItems": 1, **({} if most is None else {"maxItems": most})}
    refused = {
        "type": "object",
        "properties": {"not": {"anyOf": [item, several]}},
        "required": ["not"],
        "additionalProperties": False,
    }
    return {"anyOf": [item, several, refused]}


def _range(low: float, high: float) -> Schema:
    limit = {"type": "number", "minimum": low, "maximum": high}
    return {
        "type": "object",
        "properties": dict.fromkeys(LIMITS, limit),
        "additionalProperties": False,
        "minProperties": 1,
        "not": {"anyOf": [{"required": list(LIMITS[:2])}, {"required": list(LIMITS[2:])}]},
    }


def _untitle(schema: object) -> None:
    """Without the titles that pydantic makes of names: an editor would show them instead of the description."""
    if isinstance(schema, dict):
        if isinstance(schema.get("title"), str):
            del schema["title"]
        for part in schema.values():
            _untitle(part)
    elif isinstance(schema, list):
        for part in schema:
            _untitle(part)
