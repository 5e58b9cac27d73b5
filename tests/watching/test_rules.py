from __future__ import annotations

from pathlib import Path

import pytest

from streams.errors import KnowledgeError
from streams.watching.rules import Count, Each, load_rules
from tests.watching.news import EACH, rules_of

WRITTEN = """\
groups:
  west: [country:US, org:eu]
rules:
  new-sanctions:
    kind: each
    when: {topic: sanctions, modality: [actual, intended], initiator: group:west, target: {not: [country:RS]}}
    group_by: [initiator, target?]
    severity: warning
    labels: {team: belgrade}
    summary: "{{ group.initiator|name }}: sanctions on {{ group.target|name }} ({{ first.source }})"
  pressure:
    kind: count
    when:
      topic: sanctions
    group_by: [target]
    within: 7d
    at_least: 3
    severity: critical
    summary: "{{ stories }} stories"
"""


def complaint(folder: Path, text: str, **vocabulary: object) -> str:
    """What the user reads, without the folder."""
    with pytest.raises(KnowledgeError) as caught:
        rules_of(folder, text, **vocabulary)
    return str(caught.value).removeprefix(f"{folder}/")


def test_a_rules_file_is_read_with_defaults(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, WRITTEN)
    assert list(rules.by_name) == ["new-sanctions", "pressure"]
    each, count = rules.by_name.values()
    assert isinstance(each, Each)
    assert isinstance(count, Count)
    hour = 3_600_000
    assert (each.name, each.hold, each.lateness, each.max_age) == ("new-sanctions", 24 * hour, hour, 7 * 24 * hour)
    assert (count.within, count.at_least, count.distinct) == (7 * 24 * hour, 3, "stories")
    assert each.labels == {"team": "belgrade"}


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("severity: warning", "severty: warning", "8:5: unknown field `severty`, did you mean 'severity'?"),
        ("    severity: warning\n", "", "4:3: `severity` is missing"),
        ("warning", "warn", "8:15: `severity`: expected 'info', 'warning' or 'critical'"),
        ("kind: each", "kind: eech", "4:3: unknown kind 'eech', did you mean 'each'?"),
        ("    kind: count\n", "", "11:3: `kind` is missing: each or count"),
        ("actual", "actaul", "6:41: unknown modality 'actaul', did you mean 'actual'?"),
        ("group:west", "group:wst", "6:71: unknown group 'wst', did you mean 'west'?"),
        ("country:US", "contry:US", "2:10: expected an actor id such as country:RS, a kind such as country:*, or "),
        ("[country:RS]", "[country:RS, RS]", "6:110: expected an actor id"),
        ("{not: [country:RS]}", "{nto: country:RS}", "6:91: expected a value, a list of values, or `not:`"),
        ("{not: [country:RS]}", "[]", "6:91: the list is empty: no value could match"),
        ("modality: [actual, intended]", "direction: 2", "6:41: direction is one of -1, 0, 1, not 2"),
        ("modality: [actual, intended]", "direction: yes", "6:41: direction is one of -1, 0, 1, not 'yes'"),
        ("target?]", "targt?]", "7:27: cannot group by 'targt', did you mean 'target'?"),
        ("target?]", "initiator?]", "7:27: 'initiator' stands in `group_by` twice"),
        ("[initiator, target?]", "initiator", "7:15: expected a list of fields"),
        ("within: 7d", "within: 7", "16:13: expected a duration such as 90s, 30m, 24h, 7d or 1d12h, not 7"),
        ("within: 7d", "within: 0h", "16:13: expected more than nothing"),
        ("within: 7d", "within: 500d", "16:13: longer than 400d"),
        ("    within: 7d\n", "", "11:3: `within` is missing"),
        ("    labels", "    within: 7d\n    labels", "9:5: unknown field `within`; expected one of group_by, hold,"),
        ("at_least: 3", "at_least: 1", "17:15: `at_least`: input should be greater than or equal to 2"),
        ("{team: belgrade}", "{team: 3}", "9:20: `team`: input should be a valid string"),
        ("      topic: sanctions\n", "      stance: {}\n", "13:5: no condition: the rule would want every article"),
        (
            "  topic: sanctions\n",
            "  topic: energy\n      stance: {holder: author}\n",
            "13:5: a rule looks for signals or",
        ),
        ("pressure:", "Press Ure:", "11:3: a rule's name is of a-z, 0-9, - and _"),
        ("pressure:", "new-sanctions:", "11:3: `new-sanctions` stands here twice"),
        ("rules:", "ruls:", "3:1: unknown field `ruls`, did you mean 'rules'?"),
        ("group.target|name", "group.tarjet|name", "10:14: `group` has no 'tarjet': it is not in `group_by`, did you"),
        ("first.source", "frist.source", "10:14: the template names an unknown 'frist', did you mean 'first'?"),
        (
            "first.source",
            "first.sauce",
            "10:14: the template fails: 'schemas.alert.Evidence object' has no attribute 'sauce'",
        ),
        ("first.source", "first.stance.holder", "10:14: the template fails: 'None' has no attribute 'holder'"),
        ("initiator|name", "initiator|nmae", "10:14: the template uses an unknown filter 'nmae', did you mean 'name'?"),
        ("{{ stories }}", "{% for a in stories %}{% endfor %}", "19:14: a template has no for"),
        ("{{ stories }}", "{{ 'a' * 999999999 }}", "19:14: a template has no mul"),
        ("{{ stories }}", "{{ stories.__class__() }}", "19:14: a template has no call"),
        ("{{ stories }}", "{{ stories", "19:14: the template fails: expected token 'end of print statement'"),
        ('"{{ stories }} stories"', '""', "19:14: expected a sentence"),
        ("groups:", "groups: [", "3:1: not valid YAML"),
        (WRITTEN, "- a list", "1:1: expected a mapping with `rules:`"),
        (WRITTEN, "", "1:1: expected a mapping with `rules:`"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_was_expected(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert right in WRITTEN
    assert complaint(tmp_path, WRITTEN.replace(right, wrong, 1)).startswith(f"rules.yaml:{said}")


def test_actors_and_topics_are_checked_against_knowledge_where_it_is_given(tmp_path: Path) -> None:
    names = {"country:US": "United States", "org:eu": "European Union", "country:RS1": "Serbia"}
    assert complaint(tmp_path, WRITTEN, names=names) == (
        "rules.yaml:6:98: unknown actor 'country:RS', did you mean 'country:RS1'?"
    )
    said = complaint(tmp_path, WRITTEN, topics={"sanction": ["impose"]})
    assert said == "rules.yaml:6:19: unknown topic 'sanctions', did you mean 'sanction'?"
    said = complaint(tmp_path, EACH, topics={"sanctions": ["impoze", "lift"]})
    assert said == "rules.yaml:5:38: unknown action 'impose', did you mean 'impoze'?"


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"rules: \x00", b"a: !!python/object/apply:os.system [ls]", b"&a [*a]", b"x" * (1 << 21)]
)
def test_a_file_that_is_no_rules_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes(content)
    with pytest.raises(KnowledgeError):
        load_rules(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"none\.yaml:1:1: cannot be read: No such file"):
        load_rules(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("New sanctions", "Fresh sanctions", True),
        ("severity: warning", "severity: info", True),
        ("severity: warning", "severity: warning\n    labels: {a: b}", True),
        ("action: impose", "action: [impose]", True),
        ("action: impose", "action: lift", False),
        ("action: impose", "action: {not: impose}", False),
        ("[target]", "[target?]", False),
        ("kind: each", "kind: each\n    hold: 24h", True),
        ("kind: each", "kind: each\n    hold: 25h", False),
        ("kind: each", "kind: each\n    lateness: 2h", False),
        ("kind: each", "kind: each\n    max_age: 8d", False),
        ("kind: each", "kind: each\n    unknown: true", False),
    ],
)
def test_only_what_decides_when_it_rings_is_a_rules_logic(tmp_path: Path, before: str, after: str, same: bool) -> None:
    old = rules_of(tmp_path, EACH)
    new = rules_of(tmp_path, EACH.replace(before, after))
    assert (old.by_name["imposed"].logic == new.by_name["imposed"].logic) is same
    assert old.version != new.version
