"""seeds/rules.yaml, on signals as reading gives them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from streams.watching.log import run_log
from streams.watching.rules import Rules, load_rules
from streams.yaml_file import load
from tests.watching.news import DAY, report, signal, stance

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """Actor names straight from the knowledge files; watching itself never reads them."""
    names = {f"country:{code}": told["name"] for code, told in load(SEEDS / "actors/countries.yaml").items()}
    return names | {told["id"]: told["name"] for told in load(SEEDS / "actors/orgs.yaml")}


@pytest.fixture(scope="module")
def rules(names: dict[str, str]) -> Rules:
    return load_rules(SEEDS / "rules.yaml", names=names)


def test_the_default_rules_never_ring_for_a_mention(rules: Rules) -> None:
    for rule in rules.by_name.values():
        conditions = dict(rule.when.conditions)
        if "action" in conditions:
            assert not conditions["action"].holds(["mention"])
        elif not rule.when.stance:
            assert not conditions["direction"].holds([0])


RS, RU, EU = ("country:RS",), ("country:RU",), ("org:eu",)
ENERGY = {"topic": "energy", "initiator": (), "direction": -1}
JOINING = {"topic": "eu_accession", "initiator": (), "target": RS}


@pytest.mark.parametrize(
    ("told", "severity", "summary"),
    [
        ({}, "warning", "European Union imposes sanctions on Russia"),
        ({"modality": "intended"}, "warning", "European Union is about to impose sanctions on Russia"),
        ({"action": "extend"}, "info", "European Union keeps up sanctions on Russia"),
        (
            {"modality": "refused", "initiator": RS, "direction": -1},
            "warning",
            "Serbia refuses to impose sanctions on Russia",
        ),
        ({"modality": "refused", "initiator": RS, "target": ()}, "warning", "Serbia refuses to impose sanctions"),
        ({"action": "lift", "direction": -1}, "warning", "European Union eases sanctions on Russia"),
        (
            {"action": "circumvent", "initiator": ("country:TR",)},
            "info",
            "Evasion of sanctions on Russia in view: Turkey",
        ),
        (ENERGY | {"action": "halt", "target": ("project:south-stream",)}, "warning", "South Stream is halted"),
        (
            ENERGY | {"action": "cut", "initiator": RU, "target": RS},
            "warning",
            "Energy supply of Serbia is cut, attacked or at risk (Russia)",
        ),
        (
            ENERGY | {"action": "supply", "modality": "hypothetical", "initiator": RU, "target": RS},
            "info",
            "Serbia: energy supply or a project is possible (Russia)",
        ),
        (JOINING | {"action": "advance"}, "warning", "EU accession of Serbia moves forward"),
        (
            JOINING | {"action": "advance", "initiator": RS, "target": EU},
            "warning",
            "Serbia takes a step towards EU membership",
        ),
        (
            JOINING | {"action": "stall", "modality": "hypothetical"},
            "warning",
            "EU accession of Serbia may be delayed",
        ),
        (
            JOINING | {"action": "stall", "initiator": ("country:BG",)},
            "warning",
            "EU accession of Serbia is held up by Bulgaria",
        ),
        (
            JOINING | {"action": "oppose", "initiator": ("country:FR",)},
            "info",
            "France argues against EU membership of Serbia",
        ),
        (
            JOINING | {"action": "condition", "direction": 0},
            "info",
            "What Serbia has to do before it can join the EU",
        ),
    ],
)
def test_a_single_story_rings_with_a_sentence_for_people(
    rules: Rules, told: dict[str, Any], severity: str, summary: str
) -> None:
    (alert,) = run_log([(report("a", 0, signals=(signal(**told),)), False)], rules)
    assert (alert.summary, alert.severity) == (summary, severity)


@pytest.mark.parametrize(
    "told",
    [
        {"action": "mention"},
        {"action": "lift", "modality": "urged"},
        ENERGY | {"action": "halt", "modality": "urged", "target": RS},
        JOINING | {"action": "stall", "modality": "refused"},
        JOINING | {"action": "commit"},
    ],
)
def test_talk_does_not_ring(rules: Rules, told: dict[str, Any]) -> None:
    assert run_log([(report("a", 0, signals=(signal(**told),)), False)], rules) == []


def test_several_stories_of_pressure_are_one_critical_alert(rules: Rules) -> None:
    log = [
        (report(f"a{day}", day * DAY, source=f"s{day}", signals=(signal(modality="urged"),)), False)
        for day in (0, 2, 5)
    ]
    (alert,) = run_log(log, rules)
    assert alert.severity == "critical"
    assert alert.summary == "Sanctions pressure on Russia is mounting: 3 stories from 3 sources"


def test_a_quarrel_is_told_by_stances(rules: Rules) -> None:
    against = (stance("country:RU", "org:european-commission", -1), stance("country:RU", "org:eu", -1))
    log = [(report(f"a{day}", day * DAY, signals=(), stances=against), False) for day in range(3)]
    (alert,) = run_log(log, rules)
    assert alert.summary == "Russia speaks against the EU: 3 stories within days"
