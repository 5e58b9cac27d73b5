"""Rule tests run: what rings as expected holds, and every other case is told apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Alert, encode
from streams.archive.rule_test_file import ExpectedAlert, load_rule_tests
from streams.archive.rule_tests import Verdict, pair, run_rule_tests, unlikeness
from streams.errors import InputError, KnowledgeError
from streams.reading import Reader
from streams.settings import Settings
from streams.watching.log import run_log
from streams.watching.rules import Rules, load_rules
from streams.watching.vocabulary import Vocabulary
from tests.watching.news import COUNT, EACH, report, rules_of, signal

RULES = EACH + COUNT.replace("rules:\n", "").lstrip("\n")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load(Settings().seeds_folder())


@pytest.fixture
def run(tmp_path: Path, reader: Reader) -> Any:
    names = {actor.id: actor.name for actor in reader.knowledge.actors.values()}
    default = rules_of(tmp_path, RULES, names=names)

    def rules(path: Path | None) -> Rules:
        return load_rules(path) if path else default

    def run(text: str) -> Verdict:
        path = tmp_path / "rules_test.yaml"
        path.write_text(f"tests:\n  - name: a test\n{text}")
        (verdict,) = run_rule_tests(load_rule_tests(path, Vocabulary(names)), reader, rules, 1 << 20)
        return verdict

    return run


RUSSIA = """
    reports:
      - {source: a, signals: [{topic: sanctions, action: impose, initiator: "org:eu", target: "country:RU"}]}
"""


def told(verdict: Verdict) -> list[tuple[str, str, str]]:
    return [(difference.what, difference.rule, difference.at) for difference in verdict.differences]


def test_a_test_holds_where_the_alerts_are_those_expected(run: Any) -> None:
    expect = "    expect:\n      - {rule: imposed, group: {target: 'country:RU'}, stories: 1, sources: [a]}\n"
    assert told(run(RUSSIA + expect)) == []


def test_what_does_not_ring_is_missing_at_its_own_line(run: Any) -> None:
    verdict = run(RUSSIA + "    expect:\n      - rule: imposed\n      - rule: pressure\n")
    (difference,) = verdict.differences
    assert (difference.what, difference.rule, difference.at) == ("missing", "pressure", "end")
    assert difference.where.endswith("rules_test.yaml:8:9")
    assert verdict.where.endswith("rules_test.yaml:2:5")


def test_nothing_may_ring_that_is_not_expected(run: Any) -> None:
    (difference,) = run(RUSSIA + "    expect: []\n").differences
    assert (difference.what, difference.group) == ("unexpected", {"target": "country:RU"})
    assert difference.summary == "New sanctions on Russia"


def test_other_rules_are_left_aside_where_only_some_are_looked_at(run: Any) -> None:
    assert told(run(RUSSIA + "    only: pressure\n    expect: []\n")) == []


def test_fields_that_differ_are_told_with_what_was_found(run: Any) -> None:
    expect = "    expect:\n      - {rule: imposed, severity: info, stories: 2, sources: [b], summary: Other}\n"
    (difference,) = run(RUSSIA + expect).differences
    assert difference.what == "differs"
    assert difference.fields == {
        "severity": ("info", "warning"),
        "stories": (2, 1),
        "sources": (("b",), ("a",)),
        "summary": ("Other", "New sanctions on Russia"),
    }


def test_alerts_are_looked_at_as_they_were_at_each_time(run: Any) -> None:
    expect = """
    until: +3d
    expect:
      +0s: [{rule: imposed, state: firing}]
      +23h: [{rule: imposed, state: firing}]
      +24h: [{rule: imposed, state: resolved}]
      end: [{rule: imposed, state: resolved}]
"""
    assert told(run(RUSSIA + expect)) == []


def test_what_is_received_later_has_not_rung_yet(run: Any) -> None:
    late = RUSSIA.replace("source: a", "at: +2h")
    assert told(run(late + "    expect:\n      +1h: []\n      +2h: [rule: imposed]\n")) == []
    assert told(run(late + "    expect:\n      +1h: [rule: imposed]\n")) == [("missing", "imposed", "+1h")]


def test_articles_are_read_and_the_direction_of_a_signal_follows_from_its_action(run: Any) -> None:
    articles = "    articles:\n      - text: Norway imposed sanctions on Iran.\n"
    assert told(run(articles + "    expect: [{rule: imposed, summary: New sanctions on Iran}]\n")) == []


def test_reports_of_one_text_are_copies_and_without_a_text_stories_of_their_own(run: Any) -> None:
    signals = 'signals: [{topic: sanctions, action: impose, target: "country:RU"}]'
    copies = f"    reports:\n{f'      - {{text: One wire for all., {signals}}}{chr(10)}' * 3}"
    assert told(run(copies + "    expect: [{rule: imposed, stories: 1}]\n")) == []
    stories = f"    reports:\n{f'      - {{{signals}}}{chr(10)}' * 3}"
    assert told(run(stories + "    only: pressure\n    expect: [{rule: pressure, stories: 3}]\n")) == []


def test_an_article_that_a_worker_would_refuse_is_told_with_its_place(run: Any) -> None:
    for refused in ("published: +2d, text: x", f"text: x, source: {'y' * 600}"):
        with pytest.raises(InputError, match=r"rules_test.yaml:4:9: "):
            run(f"    articles:\n      - {{{refused}}}\n    expect: []\n")


def test_an_article_that_is_too_old_when_received_does_not_ring(run: Any) -> None:
    assert told(run(RUSSIA.replace("source: a", "published: -8d") + "    expect: []\n")) == []


def test_nobody_unknown_makes_a_group(run: Any) -> None:
    assert told(run(RUSSIA.replace("country:RU", "unknown:person:a-singer") + "    expect: []\n")) == []


def test_a_log_can_stand_in_a_file_of_articles_and_reports_beside_the_test(run: Any, tmp_path: Path) -> None:
    article = b'{"id": "n", "text": "Norway imposed sanctions on Iran.", "published_at": "2024-03-01T10:00:00Z"}'
    (tmp_path / "log.jsonl").write_bytes(article + b"\n\n" + encode(report("a", 0)) + b"\n")
    expect = "    expect: [{rule: imposed, group: {target: 'country:IR'}}, {rule: imposed}]\n"
    assert told(run("    from: log.jsonl\n" + expect)) == []
    (tmp_path / "log.jsonl").write_bytes(b"{\n")
    with pytest.raises(InputError, match=r"log.jsonl:1"):
        run("    from: log.jsonl\n" + expect)
    with pytest.raises(KnowledgeError, match=r"rules_test.yaml:3:5: .*none.jsonl cannot be read"):
        run("    from: none.jsonl\n" + expect)


def test_a_test_can_bring_rules_of_its_own(run: Any, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(EACH.replace("imposed:", "other:"))
    assert told(run(RUSSIA + "    rules: other.yaml\n    expect: [rule: other]\n")) == []


def test_a_rule_that_is_not_there_is_a_mistake_with_its_place(run: Any) -> None:
    with pytest.raises(
        KnowledgeError, match=r"rules_test.yaml:6:14: there is no rule 'impose', did you mean 'imposed'"
    ):
        run(RUSSIA + "    expect: [rule: impose]\n")
    with pytest.raises(KnowledgeError, match="there is no rule 'x'"):
        run(RUSSIA + "    only: [x]\n    expect: []\n")


def alerts(folder: Path) -> list[Alert]:
    groups = ["country:RU", "country:IR", "country:BY"]
    log = [(report(f"a{n}", n, signals=(signal(target=(group,)),)), False) for n, group in enumerate(groups * 2)]
    return run_log(log, rules_of(folder, EACH))


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_whatever_is_left_unsaid_expectations_of_all_alerts_find_theirs(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    rung = alerts(tmp_path_factory.mktemp("rules"))
    expected = [
        ExpectedAlert(
            rule=alert.rule,
            group=alert.group if data.draw(st.booleans()) else {},
            state=data.draw(st.sampled_from([None, alert.state])),
            summary=data.draw(st.sampled_from([None, alert.summary])),
        )
        for alert in data.draw(st.permutations(rung))
    ]
    pairs = pair(expected, rung)
    assert len(pairs) == len(rung)
    for one, alert in pairs:
        assert one is not None
        assert alert is not None
        assert unlikeness(expected[one], alert) == {}


def test_an_expectation_that_fits_none_goes_with_the_alert_that_differs_least(tmp_path: Path) -> None:
    rung = alerts(tmp_path)[:3]
    expected = [ExpectedAlert(rule="imposed", group={"target": "country:BY"}, stories=9), ExpectedAlert(rule="other")]
    told = [(one, alert and alert.group["target"]) for one, alert in pair(expected, rung)]
    assert told[:2] == [(0, "country:BY"), (1, None)]
    assert [target for one, target in told[2:] if one is None] == ["country:RU", "country:IR"]
