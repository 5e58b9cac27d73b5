"""The default rules' own tests hold, and show of every rule when it rings and when it does not."""

from __future__ import annotations

import pytest

from streams.archive.rule_test_file import RuleTests, load_rule_tests
from streams.archive.rule_tests import run_rule_tests
from streams.engine.known_rules import vocabulary_of
from streams.engine.wiring import Seeds, load_seeds
from streams.settings import Settings


@pytest.fixture(scope="module")
def seeds() -> Seeds:
    return load_seeds(Settings())


@pytest.fixture(scope="module")
def held(seeds: Seeds) -> RuleTests:
    return load_rule_tests(Settings().seeds_folder() / "rules_test.yaml", vocabulary_of(seeds.reader))


def test_they_hold(seeds: Seeds, held: RuleTests) -> None:
    run = run_rule_tests(held, seeds.reader, lambda _: seeds.rules, 1 << 20)
    assert [verdict for verdict in run if verdict.differences] == []


def test_every_rule_has_a_case_in_which_it_rings_and_one_in_which_it_does_not(seeds: Seeds, held: RuleTests) -> None:
    ringing = {alert.rule for test in held.tests for alerts in test.expect.values() for alert in alerts}
    silent = {rule for test in held.tests for rule in test.only if not any(test.expect.values())}
    assert ringing == silent == set(seeds.rules.by_name)
