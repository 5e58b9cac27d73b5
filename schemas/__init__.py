"""The contract: what travels on the topics.

Comes in: nothing. Goes out: frozen pydantic models and their canonical bytes. May touch: nothing but pydantic.
"""

from schemas.alert import Alert, Evidence, Severity, State, Window
from schemas.article import Article
from schemas.dead_letter import DeadLetter
from schemas.envelope import VERSION, EventType, Headers, encode, headers
from schemas.match import Match
from schemas.report import (
    Action,
    Actor,
    ActorType,
    Figure,
    Modality,
    Period,
    Place,
    Quote,
    Report,
    Signal,
    Span,
    Stance,
    Topic,
    direction,
)
from schemas.tick import Tick

MODELS = (Article, Report, Match, Tick, Alert, DeadLetter)

__all__ = [
    "MODELS",
    "VERSION",
    "Action",
    "Actor",
    "ActorType",
    "Alert",
    "Article",
    "DeadLetter",
    "EventType",
    "Evidence",
    "Figure",
    "Headers",
    "Match",
    "Modality",
    "Period",
    "Place",
    "Quote",
    "Report",
    "Severity",
    "Signal",
    "Span",
    "Stance",
    "State",
    "Tick",
    "Topic",
    "Window",
    "direction",
    "encode",
    "headers",
]
