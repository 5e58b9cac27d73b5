"""What a file of rule tests may say, and how a mistake in it is told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams.archive.rule_test_file import END, RuleTests, load_rule_tests
from streams.archive.rule_test_terms import Moment
from streams.errors import KnowledgeError
from streams.watching.vocabulary import Vocabulary

WORDS = Vocabulary(
    names={"country:RU": "Russia", "country:RS": "Serbia", "org:eu": "European Union"},
    topics={"sanctions": {"impose", "lift"}},
)
GOOD = """
tests:
  - name: one
    reports:
      - {at: +2h, signals: [{topic: sanctions, action: impose, initiator: "org:eu", target: "country:RU"}]}
    expect:
      - rule: imposed
"""


def read(folder: Path, text: str) -> RuleTests:
    path = folder / "rules_test.yaml"
    path.write_text(text)
    return load_rule_tests(path, WORDS)


def test_one_may_stand_for_a_list_of_one(tmp_path: Path) -> None:
    (test,) = read(tmp_path, GOOD).tests
    (signal,) = test.reports[0].signals
    assert (signal.initiator, signal.target, signal.modality) == (("org:eu",), ("country:RU",), "actual")
    assert list(test.expect) == [END]


def test_a_place_is_that_of_what_is_meant_or_of_what_holds_it(tmp_path: Path) -> None:
    tests = read(tmp_path, GOOD)
    assert tests.place("tests", 0).endswith("rules_test.yaml:3:5")
    assert tests.place("tests", 0, "expect", END, 0).endswith("rules_test.yaml:7:9")
    assert tests.place("tests", 0, "expect", END, 0, "group").endswith("rules_test.yaml:7:9")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("+2h", datetime(2024, 3, 1, 2, tzinfo=UTC)),
        ("+1d12h", datetime(2024, 3, 2, 12, tzinfo=UTC)),
        ("-90s", datetime(2024, 2, 29, 23, 58, 30, tzinfo=UTC)),
        ("2014-12-05T09:30:00Z", datetime(2014, 12, 5, 9, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_absolute_or_counted_from_the_start(written: str, expected: datetime) -> None:
    assert Moment.read(written).resolve(datetime(2024, 3, 1, tzinfo=UTC)) == expected


@pytest.mark.parametrize(
    ("was", "becomes", "line", "problem"),
    [
        ("action: impose", "action: impos", 5, "sanctions has no action 'impos', did you mean 'impose'?"),
        ("topic: sanctions", "topic: sanction", 5, "unknown topic 'sanction', did you mean 'sanctions'?"),
        ("country:RU", "country:RX", 5, "unknown actor 'country:RX', did you mean 'country:R"),
        ("country:RU", "Russia", 5, "expected an actor id such as country:RS, not 'Russia'"),
        ("initiator:", "initiater:", 5, "unknown field `initiater`, did you mean 'initiator'?"),
        ("reports:", "report:", 4, "unknown field `report`, did you mean 'reports'?"),
        ("- rule: imposed", "- rules: imposed", 7, "unknown field `rules`, did you mean 'rule'?"),
        ("at: +2h", "at: 2h", 5, "expected a time such as +2h or 2024-03-01T12:00:00Z, not '2h'"),
        ("at: +2h", "at: +999999d", 5, "more than a hundred years from the start"),
        ("name: one", "start: +2h\n    name: one", 3, "expected a time such as 2024-03-01T12:00:00Z"),
        ("name: one", "start: 9999-01-01T00:00:00Z\n    name: one", 3, "of the years 1900 to 2999"),
        ("name: one", "until: later\n    name: one", 3, "expected a time such as +2h"),
        ("- rule: imposed", "soon: []", 6, "expected a time such as +2h or 2024-03-01T12:00:00Z, not 'soon'"),
        ("- rule: imposed", "- {rule: imposed, state: open}", 7, "`state`: expected 'firing' or 'resolved'"),
        ("- rule: imposed", "- {rule: imposed, stories: many}", 7, "`stories`: "),
        ("expect:\n      - rule: imposed", "until: +1h", 3, "`expect` is missing"),
        ("action: impose,", "", 5, "`action` is missing"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_was_probably_meant(
    tmp_path: Path, was: str, becomes: str, line: int, problem: str
) -> None:
    assert was in GOOD
    with pytest.raises(KnowledgeError) as raised:
        read(tmp_path, GOOD.replace(was, becomes, 1))
    assert f"rules_test.yaml:{line}:" in raised.value.where
    assert problem in raised.value.problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "expected a mapping"),
        ("tests: []\nrule: x", "unknown field `rule`, did you mean 'rules'?"),
        ("tests:\n  - {name: x, expect: []}", "nothing is received"),
        ("tests:\n  - {name: x, expect: {}, from: a.jsonl}", "expected a list of alerts"),
        ("tests:\n  - {name: x, expect: [], articles: [{source: a}]}", "needs a `title` or a `text`"),
        ("tests: 7", "expected a list"),
        ("tests:\n  - 7", "expected a mapping"),
        ("tests:\n  - {name: x, expect: 7, from: a.jsonl}", "expected a mapping"),
    ],
)
def test_what_says_nothing_is_a_mistake(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(KnowledgeError) as raised:
        read(tmp_path, text)
    assert problem in raised.value.problem


def test_an_actor_that_nobody_knows_has_to_be_written_as_unknown(tmp_path: Path) -> None:
    (test,) = read(tmp_path, GOOD.replace("country:RU", "unknown:person:a-singer")).tests
    assert test.reports[0].signals[0].target == ("unknown:person:a-singer",)
