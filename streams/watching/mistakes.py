"""What to say of a mistake in a rules file."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic_core import ErrorDetails

from streams.watching.kinds import KINDS
from streams.watching.rules_file import Location, plain_explanation
from streams.watching.vocabulary import listed, shown, suggestion
from streams.watching.when import StanceWhen, When

_FILE = ("groups", "rules")
_KINDS = {kind.__name__.lower(): kind.model_fields.keys() - {"name"} for kind in KINDS}
_OF_ALL = frozenset.intersection(*map(frozenset, _KINDS.values()))
_TYPES = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "model_type": "fields and their values",
    "model_attributes_type": "fields and their values",
}
_LIMITS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
}
_WHEN, _STANCE = When.model_fields.keys(), StanceWhen.model_fields.keys()


def explanation(error: ErrorDetails, location: Location) -> str:
    """One sentence. `location`: the keys and indices that lead to the mistake."""
    name = str(location[-1]) if location else ""
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return _unknown_field(name, location[:-1])
        case "union_tag_not_found":
            return f"`kind` is missing: {listed(tuple(_KINDS), 'or')}"
        case "union_tag_invalid":
            return f"unknown kind {shown(context['tag'])}{suggestion(context['tag'], _KINDS)}"
        case type_ if type_ in _TYPES:
            return f"`{name}`: expected {_TYPES[type_]}"
        case type_ if type_ in _LIMITS:
            limit, key = _LIMITS[type_]
            return f"`{name}`: expected {limit} {context[key]:g}"
        case _:
            return plain_explanation(error, name)


def _unknown_field(name: str, within: Location) -> str:
    """A key that is not allowed where it stands: it belongs elsewhere, or was misspelt.

    `within` is (), or (`rules`, the rule's name, its kind), with (`when`) or (`when`, `stance`) after these.
    """
    if not within:
        return _misplaced(name, _FILE, {})
    match within[3:]:
        case [_, *stance] if stance:
            return _misplaced(name, _STANCE, {"beside `stance`, under `when`": _WHEN})
        case [_]:
            return _misplaced(name, _WHEN, {"under `stance`": _STANCE, "beside `when`": _OF_ALL})
    kind = str(within[2])
    having = [other for other, fields in _KINDS.items() if name in fields]
    if having:
        return f"`{name}` is of {listed(having)}, not of {kind}"
    return _misplaced(name, _KINDS[kind], {"under `when`": _WHEN, "under `stance` in `when`": _STANCE})


def _misplaced(name: str, allowed: Collection[str], elsewhere: Mapping[str, Collection[str]]) -> str:
    for place, fields in elsewhere.items():
        if name in fields:
            return f"`{name}` stands {place}"
    return f"unknown field `{name}`{suggestion(name, allowed)}"
