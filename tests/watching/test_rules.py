from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.errors import KnowledgeError
from streams.watching.rules import Burst, Count, Each, Reversal, Rules, Shift, load_rules
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


ALL = """\
groups:
  west: [country:US, org:eu]
  allies: [group:west, "person:*", country:RS, country:US]
  neighbours: [country:HU, country:HR]
rules:
  reversed:
    kind: reversal
    when:
      topic: [sanctions, energy]
      direction: [-1, 1]
      initiator: {not: [group:allies, {type: person, country: [RS, group:neighbours], known: false}]}
      speaker: {represents: country:RS}
      confidence: {at_least: 0.5, below: 1}
      words: ["gas  Transit", oil]
    group_by: [initiator, topic, source?]
    severity: warning
    labels: {team: balkan, _route: "7"}
    summary: "{{ group.initiator|name }} was {{ first.signal.direction }}, is {{ last.signal.direction }}"
  cooler:
    kind: shift
    when: {stance: {holder: "country:*", target: [group:west]}, language: en, source: {not: wire}}
    group_by: [holder, language]
    within: 1d12h
    by: 0.5
    severity: info
    summary: "{{ expected|round(2) }} to {{ observed|round(2) }}"
  crowded:
    kind: burst
    when: {actor: {type: [org, project], country: {not: RS}}, tone: {above: -0.5, at_most: 0.5}}
    group_by: [actor]
    distinct: sources
    p_below: 0.001
    severity: critical
    unknown: true
    summary: "{{ group.actor|name }}: {{ observed }} for {{ expected|round(1) }} ({{ p_value }})"
"""


def rule_of(kind: str, when: str, more: str = "") -> str:
    return f"rules:\n  r:\n    kind: {kind}\n    when: {when}\n    severity: info\n    summary: x\n{more}"


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
        ("    kind: count\n", "", "11:3: `kind` is missing: each, count, burst, shift or reversal"),
        ("actual", "actaul", "6:41: unknown modality 'actaul', did you mean 'actual'?"),
        ("group:west", "group:wst", "6:71: unknown group 'wst', did you mean 'west'?"),
        ("country:US", "contry:US", "2:10: expected an actor id such as country:RS, a kind such as country:*, or "),
        ("[country:RS]", "[country:RS, RS]", "6:110: expected an actor id"),
        ("{not: [country:RS]}", "{nto: country:RS}", "6:92: unknown field `nto`, did you mean 'not'?"),
        ("{not: [country:RS]}", "[]", "6:91: the list is empty: no value could match"),
        ("modality: [actual, intended]", "direction: 2", "6:41: direction is one of -1, 0, 1, not 2"),
        ("modality: [actual, intended]", "direction: yes", "6:41: direction is one of -1, 0, 1, not 'yes'"),
        ("target?]", "targt?]", "7:27: a rule on signals cannot group by 'targt', did you mean 'target'?"),
        ("target?]", "initiator?]", "7:27: 'initiator' stands in `group_by` twice"),
        ("[initiator, target?]", "initiator", "7:15: expected a list of fields"),
        ("within: 7d", "within: 7", "16:13: expected a duration such as 90s, 30m, 24h, 7d or 1d12h, not 7"),
        ("within: 7d", "within: 0h", "16:13: expected more than nothing"),
        ("within: 7d", "within: 500d", "16:13: longer than 400d"),
        ("    within: 7d\n", "", "11:3: `within` is missing"),
        ("    labels", "    within: 7d\n    labels", "9:5: `within` is of count, shift and reversal, not of each"),
        ("at_least: 3", "at_least: 1", "17:15: `at_least`: expected at least 2"),
        ("{team: belgrade}", "{team: 3}", "9:20: `team`: expected text (in quotes if it looks like a number), not 3"),
        (
            "      topic: sanctions\n",
            "      stance: {}\n",
            "14:15: no condition on the stance: expected holder, target or",
        ),
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


def test_the_kinds_have_their_defaults(tmp_path: Path) -> None:
    reversed_, cooler, crowded = rules_of(tmp_path, ALL).by_name.values()
    hour = 3_600_000
    assert isinstance(reversed_, Reversal)
    assert (reversed_.within, reversed_.at_least, reversed_.distinct) == (30 * 24 * hour, 2, "sources")
    assert reversed_.remember == 400 * 24 * hour
    assert isinstance(cooler, Shift)
    assert (cooler.within, cooler.by, cooler.at_least) == (36 * hour, 0.5, 5)
    assert isinstance(crowded, Burst)
    assert (crowded.at_least, crowded.distinct, crowded.p_below, crowded.refractory) == (3, "sources", 0.001, 24 * hour)
    assert [rule.when.subject for rule in (reversed_, cooler, crowded)] == ["signals", "stances", "articles"]


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("{}", "no condition: the rule would want every article"),
        ("topic", "`when`: expected fields and their values"),
        ("{topic: }", "expected a value, a list of values, or `not:` with one of these"),
        ("{topic: {a: b}}", "expected a value, a list of values, or `not:` with one of these"),
        ("{topic: [[a]]}", "expected a value, a list of values, or `not:` with one of these"),
        ("{topic: 3}", "expected text (in quotes if it looks like a number), not 3"),
        ("{topic: {not: a, or: b}}", "`not` stands alone: what is refused stands under it"),
        ("{topic: {not: []}}", "the list is empty: no value could match"),
        ("{stance: }", "no condition on the stance: expected holder, target or polarity"),
        ("{stance: {polarity: 0}}", "polarity is one of -1, 1, not 0"),
        ("{stance: {topic: a}}", "`topic` stands beside `stance`, under `when`"),
        ("{stance: {polarity: 1}, topic: a}", "a rule looks for signals or for stances, not for both"),
        ("{holder: author}", "`holder` stands under `stance`"),
        ("{group_by: [source]}", "`group_by` stands beside `when`"),
        ("{topik: a}", "unknown field `topik`, did you mean 'topic'?"),
        ("{tone: 0.5}", "expected a range such as {at_least: -0.5}, not 0.5"),
        ("{topic: a, confidence: high}", "expected a range such as {at_least: 0.8}, not 'high'"),
        ("{tone: {}}", "expected a range such as {at_least: -0.5}, not {}"),
        ("{tone: {at_last: 0}}", "unknown limit `at_last`, did you mean 'at_least'?"),
        ("{tone: {above: warm}}", "`above`: expected a number, not 'warm'"),
        ("{tone: {above: true}}", "`above`: expected a number, not true"),
        ("{tone: {above: -2}}", "`above`: tone lies between -1 and 1"),
        ("{topic: a, confidence: {at_least: 80}}", "`at_least`: confidence lies between 0 and 1"),
        ("{tone: {above: 0, at_least: 0}}", "expected `above` or `at_least`, not both"),
        ("{tone: {above: 0.1, below: -0.1}}", "no tone lies in this range"),
        ("{tone: {above: 0, at_most: 0}}", "no tone lies in this range"),
        ("{tone: {above: 1}}", "no tone lies in this range"),
        ("{confidence: {at_least: 0.5}, source: a}", "an article has no confidence: expected a condition on its"),
        ("{language: english}", "expected a language by its code, such as en, not 'english'"),
        ("{source: ''}", "expected text (in quotes if it looks like a number), not ''"),
        ("{words: '!'}", "expected a word or a phrase, not '!'"),
        ("{words: [a, 3]}", "expected a word or a phrase, not 3"),
        (f"{{words: {'a' * 101}}}", "101 characters; expected a phrase of at most 100"),
        (f"{{words: [{', '.join(f'a{n}' for n in range(201))}]}}", "201 words and phrases; expected at most 200"),
        ("{actor: {}}", "nothing is asked of the actor; expected type, country, represents or known"),
        ("{actor: {cuntry: RS}}", "unknown field `cuntry`, did you mean 'country'?"),
        ("{actor: {known: maybe}}", "`known`: expected true or false, not 'maybe'"),
        ("{actor: {type: human}}", "unknown type 'human'; expected one of country, org, person, project"),
        ("{actor: {country: []}}", "the list is empty: no value could match"),
        ("{actor: {country: Serbia}}", "expected an actor id such as country:RS, a kind such as country:*, or group"),
        ("{actor: {country: org:eu}}", "expected a country such as RS or a group of countries; 'org:eu' is none"),
        ('{actor: {country: "country:*"}}', "expected actors by name, not 'country:*'"),
        ("{actor: {not: {not: country:RS}}}", "`not` stands outermost: all that is refused stands under it"),
        ("{actor: [country:RS, [country:HR]]}", "expected an actor id such as country:RS"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_told(tmp_path: Path, when: str, said: str) -> None:
    place, told = complaint(tmp_path, rule_of("each", when)).split(": ", 1)
    assert told.startswith(said)
    assert place.startswith("rules.yaml:4:")


@pytest.mark.parametrize(
    ("kind", "when", "more", "said"),
    [
        (
            "shift",
            "{topic: a}",
            "    within: 7d\n    by: 1\n",
            "4:11: a rule of kind shift looks at stances or articles, not",
        ),
        ("reversal", "{words: a}", "", "4:11: a rule of kind reversal looks at signals or stances, not at articles"),
        ("shift", "{words: a}", "    within: 7d\n", "2:3: `by` is missing"),
        ("shift", "{words: a}", "    within: 7d\n    by: 0\n", "8:9: `by`: expected more than 0"),
        ("shift", "{words: a}", "    within: 7d\n    by: 3\n", "8:9: `by`: expected at most 2"),
        ("shift", "{words: a}", "    within: 7d\n    by: far\n", "8:9: `by`: expected a number"),
        ("burst", "{words: a}", "    within: 7d\n", "7:5: `within` is of count, shift and reversal, not of burst"),
        ("burst", "{words: a}", "    p_below: 0.5\n", "7:14: `p_below`: expected at most 0.1"),
        ("burst", "{words: a}", "    at_least: 2.5\n", "7:15: `at_least`: expected a whole number"),
        ("count", "{words: a}", "    hold: 1h\n", "7:5: `hold` is of each, not of count"),
        ("each", "{words: a}", "    unknown: 1\n", "7:14: `unknown`: expected true or false"),
        ("each", "{words: a}", "    topic: a\n", "7:5: `topic` stands under `when`"),
        ("each", "{words: a}", "    polarity: 1\n", "7:5: `polarity` stands under `stance` in `when`"),
        ("each", "{words: a}", "    group_by: [topic]\n", "7:16: a rule on articles cannot group by 'topic'; expected"),
        ("each", "{stance: {polarity: 1}}", "    group_by: [speaker]\n", "7:16: a rule on stances cannot group by"),
        ("each", "{words: a}", "    group_by: [3]\n", "7:16: expected a field, not 3"),
        ("each", "{words: a}", "    labels: [a]\n", "7:13: expected names and values, such as {team: energy}, not [a]"),
        ("each", "{words: a}", "    labels: {Team: a}\n", "7:14: a label's name is of a-z, 0-9 and _, at most 64"),
        ("each", "{words: a}", f"    labels: {{a: {'b' * 201}}}\n", "7:17: `a`: 201 characters; expected at most 200"),
        (
            "each",
            "{words: a}",
            f"    labels: {{{', '.join(f'a{n}: b' for n in range(21))}}}\n",
            "7:13: 21 labels; expected at most 20",
        ),
    ],
)
def test_a_field_that_does_not_fit_its_kind_is_told(tmp_path: Path, kind: str, when: str, more: str, said: str) -> None:
    assert complaint(tmp_path, rule_of(kind, when, more)).startswith(f"rules.yaml:{said}")


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ("[]", "1:9: expected groups of actors by name, such as `eu: [org:eu,"),
        ("{a: country:RS}", "1:13: expected a list of actors, not 'country:RS'"),
        ("{a: []}", "1:13: expected a list of actors, not []"),
        ("{a b: [country:RS]}", "1:10: a group's name is of a-z"),
        ("{a: [group:b], b: [country:RS]}", "1:14: unknown group 'b'"),
        ("{a: [group:a]}", "1:14: unknown group 'a'"),
        ("{a: [{type: person}]}", "1:14: expected an actor id such as country:RS"),
    ],
)
def test_a_group_names_actors_and_groups_above_it(tmp_path: Path, groups: str, said: str) -> None:
    assert complaint(tmp_path, f"groups: {groups}\n{rule_of('each', '{words: a}')}").startswith(f"rules.yaml:{said}")


@pytest.mark.parametrize("name", ["stance", "when", "each", "rules"])
def test_a_rule_may_be_called_like_a_field(tmp_path: Path, name: str) -> None:
    text = rule_of("each", "{words: a}", "    within: 1h\n").replace("  r:", f"  {name}:")
    assert complaint(tmp_path, text) == "rules.yaml:7:5: `within` is of count, shift and reversal, not of each"


def test_actors_and_topics_are_checked_against_knowledge_where_it_is_given(tmp_path: Path) -> None:
    names = {"country:US": "United States", "org:eu": "European Union", "country:RS1": "Serbia"}
    assert complaint(tmp_path, WRITTEN, names=names) == (
        "rules.yaml:6:98: unknown actor 'country:RS', did you mean 'country:RS1'?"
    )
    said = complaint(tmp_path, WRITTEN, topics={"sanction": ["impose"]})
    assert said == "rules.yaml:6:19: unknown topic 'sanctions', did you mean 'sanction'?"
    said = complaint(tmp_path, EACH, topics={"sanctions": ["impoze", "lift"], "energy": ["impose"]})
    assert said == "rules.yaml:5:38: no action 'impose' in sanctions, did you mean 'impoze'?"
    said = complaint(tmp_path, EACH.replace("topic: sanctions, ", ""), topics={"a": ["b"]})
    assert said == "rules.yaml:5:20: unknown action 'impose'; expected one of b"
    rules_of(
        tmp_path, EACH.replace("sanctions,", "{not: energy},"), topics={"energy": ["cut"], "sanctions": ["impose"]}
    )


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


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[sanctions, energy]", "[energy, sanctions]"),
        ("[-1, 1]", "[1, -1]"),
        ("group:allies", "org:eu, country:US, country:RS, {type: person}"),
        ("[RS, group:neighbours]", "[country:HR, HU, country:RS]"),
        ("{represents: country:RS}", "[{represents: [country:RS]}]"),
        ("{at_least: 0.5, below: 1}", "{below: 1.0, at_least: 0.50}"),
        ('["gas  Transit", oil]', "[OIL, Gas transit]"),
        ("[initiator, topic, source?]", "[source?, topic, initiator]"),
        ("kind: reversal", "kind: reversal\n    within: 29d24h\n    distinct: sources"),
    ],
)
def test_the_same_rule_written_otherwise_has_the_same_logic(tmp_path: Path, before: str, after: str) -> None:
    assert ALL.count(before) == 1
    old = rules_of(tmp_path, ALL)
    new = rules_of(tmp_path, ALL.replace(before, after))
    assert [rule.logic for rule in old.by_name.values()] == [rule.logic for rule in new.by_name.values()]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("known: false", "known: true"),
        (", known: false", ""),
        ("{type: person,", "{type: org,"),
        ("{not: [group:allies", "[[group:allies"[1:]),
        ("at_least: 0.5, below", "above: 0.5, below"),
        ("below: 1}", "at_most: 1}"),
        ("oil]", "oils]"),
        ("reversal", "count\n    within: 7d\n    at_least: 2"),
        ("{represents", "{country"),
        ("confidence: {at_least: 0.5, below: 1}", "tone: {at_least: 0.5, below: 1}"),
    ],
)
def test_another_condition_is_another_logic(tmp_path: Path, before: str, after: str) -> None:
    old = rules_of(tmp_path, ALL).by_name["reversed"]
    text = ALL.replace(before, after, 1)
    if before.startswith("{not"):
        text = text.replace("known: false}]}", "known: false}]", 1)
    assert text != ALL
    assert rules_of(tmp_path, text).by_name["reversed"].logic != old.logic


def pieces_of_the_manual() -> list[str]:
    """All examples of docs/rules.md: whole files, and conditions divided by `---`."""
    text = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()
    return [piece for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) for piece in block.split("---\n")]


@pytest.mark.parametrize("piece", pieces_of_the_manual())
def test_the_examples_of_the_manual_are_rules(tmp_path: Path, piece: str) -> None:
    if piece.startswith("when:"):
        when = piece.removeprefix("when:").strip()
        piece = f"groups: {{eu: [org:eu]}}\n{rule_of('each', when)}"
    assert rules_of(tmp_path, piece).by_name


def read(folder: Path, text: str) -> Rules | KnowledgeError:
    """What a file gives: rules, or a mistake with its place. Anything else is raised."""
    try:
        return rules_of(folder, text)
    except KnowledgeError as error:
        assert error.where.startswith(f"{folder}/rules.yaml:")
        assert error.problem
        return error


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rules")


MARKS = "[]{}'\"#|*~\n\t\x85\u2028é🜁"
WORDS = "not group: country:* author -1 1e999 99999999 null true kind shift when stance {{ }} %} |round(9) &a !!int ? -"
PIECES = st.sampled_from([*MARKS, *WORDS.split(), "  ", ": ", "- ", "{not: ", ">-\n", "{% if x"])


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_file_edited_at_random_gives_rules_or_a_mistake(folder: Path, data: st.DataObject) -> None:
    text = ALL
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        end = at + data.draw(st.integers(0, 30))
        text = text[:at] + data.draw(PIECES | st.text(st.characters(codec="utf-8"), max_size=5)) + text[end:]
    assert isinstance(read(folder, text), Rules | KnowledgeError)


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.characters(codec="utf-8")))
def test_any_text_gives_rules_or_a_mistake(folder: Path, text: str) -> None:
    assert isinstance(read(folder, text), Rules | KnowledgeError)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(["not", "group:west", "group:allies", "country:*", "author", "7d", "{{ stories }}", "each", "RS"])
    | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["not", "type", "country", "known", "above", "at_most", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


def parts(node: Any) -> list[tuple[Any, Any]]:
    """(mapping or list, key or index) of all that stands in a document."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [found for key in keys for found in ((node, key), *parts(node[key]))]


@st.composite
def changed(draw: st.DrawFn) -> Any:
    """ALL, with another value or none in one or two places."""
    document = yaml.load(ALL, yaml.CSafeLoader)
    for _ in range(draw(st.integers(1, 2))):
        found = parts(document)
        if found:
            node, key = draw(st.sampled_from(found))
            if draw(st.booleans()):
                node[key] = draw(VALUES)
            else:
                del node[key]
    return document


@settings(max_examples=300, deadline=None)
@given(document=changed())
def test_any_value_anywhere_gives_rules_or_a_mistake(folder: Path, document: Any) -> None:
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    assert isinstance(read(folder, text), Rules | KnowledgeError)
