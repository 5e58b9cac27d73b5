"""Records stored once must be read for ever: the files under samples/ are only added to, never changed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from schemas import MODELS, VERSION, Alert, Article, DeadLetter, Headers, Match, Period, Report, Span, Tick, encode

SAMPLES = Path(__file__).parent / "samples"
BY_NAME: dict[str, type[BaseModel]] = {
    "alert": Alert,
    "article": Article,
    "dead_letter": DeadLetter,
    "match": Match,
    "report": Report,
    "tick": Tick,
}
STORED = sorted(SAMPLES.glob("v*/*.json"))
RECORDS = [path for path in STORED if not path.stem.startswith("dead_letter")]
LETTERS = [path for path in STORED if path.stem.startswith("dead_letter")]


def label(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def model(path: Path) -> type[BaseModel]:
    return BY_NAME[path.stem.partition("-")[0]]


def headers_of(path: Path) -> Headers:
    return tuple((name, value.encode()) for name, value in json.loads(path.read_bytes()))


def holds(new: object, old: object) -> bool:
    """Whether all that `old` says still stands in `new`, which may say more."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(name in new and holds(new[name], value) for name, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(holds, new, old))
    return new == old


def test_every_model_has_samples_of_the_present_version() -> None:
    assert {model(path) for path in SAMPLES.glob(f"v{VERSION}/*.json")} == set(MODELS)


@pytest.mark.parametrize("path", RECORDS, ids=label)
def test_a_stored_record_still_parses_and_keeps_its_values(path: Path) -> None:
    stored = path.read_bytes()
    record = model(path).model_validate_json(stored)
    assert holds(json.loads(encode(record)), json.loads(stored))


@pytest.mark.parametrize("path", [path for path in RECORDS if path.parent.name == f"v{VERSION}"], ids=label)
def test_a_record_of_the_present_version_is_written_with_the_same_bytes(path: Path) -> None:
    stored = path.read_bytes()
    assert encode(model(path).model_validate_json(stored)) == stored


@pytest.mark.parametrize("path", LETTERS, ids=label)
def test_stored_dead_letter_headers_still_parse_and_keep_their_values(path: Path) -> None:
    stored = headers_of(path)
    letter = DeadLetter.from_headers(stored)
    latest = {name: value for name, value in stored if name.startswith("dead-letter-")}
    assert set(latest.items()) <= set(letter.headers(()))


def test_a_stored_sample_was_never_edited() -> None:
    # A new version adds a line here; a line that is there stays.
    digests = {
        "v1": "75f02d8211cf6f60460afa6606cd604a8de643c5299ef92d4bd43252aad19932",
        "v2": "b8171f75a08ae895d4cba6b7ae7d06825767d8ea0114e69c52e531000bcc9bce",
    }
    for version, digest in digests.items():
        names = "".join(
            f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.name}\n"
            for path in sorted((SAMPLES / version).glob("*.json"))
        )
        assert hashlib.sha256(names.encode()).hexdigest() == digest
    assert {path.name for path in SAMPLES.iterdir()} == set(digests)


def test_the_values_of_a_stored_report_are_where_they_belong() -> None:
    report = Report.model_validate_json((SAMPLES / "v1" / "report.json").read_bytes())
    assert [actor.id for actor in report.actors] == ["country:HU", "person:peter-szijjarto", "org:eu"]
    assert (report.signals[0].action, report.signals[0].modality, report.signals[0].direction) == (
        "impose",
        "refused",
        -1,
    )
    assert report.stances[1].via == "person:peter-szijjarto"
    assert report.figures[0].value == 65.0
    assert str(report.dates[0].from_) == "2022-05-04"


def test_spans_of_the_stored_report_lie_in_the_stored_article() -> None:
    article = Article.model_validate_json((SAMPLES / "v1" / "article.json").read_bytes())
    report = Report.model_validate_json((SAMPLES / "v1" / "report.json").read_bytes())
    spans: list[Span | Period] = [mention for actor in report.actors for mention in actor.mentions]
    spans += [signal.evidence for signal in report.signals] + [*report.figures, *report.dates]
    assert len(spans) > 5
    for span in spans:
        field = article.title if span.in_ == "title" else article.text
        assert field[span.start : span.end] == span.text
