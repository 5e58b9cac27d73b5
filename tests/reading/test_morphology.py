from __future__ import annotations

import pytest

from streams.reading.morphology import noun_forms, verb_forms


@pytest.mark.parametrize(
    ("base", "forms"),
    [
        ("impose", {"impose", "imposes", "imposed", "imposing"}),
        ("stop", {"stop", "stops", "stopped", "stopping"}),
        ("veto", {"veto", "vetoes", "vetoed", "vetoing"}),
        ("deny", {"deny", "denies", "denied", "denying"}),
        ("agree", {"agree", "agrees", "agreed", "agreeing"}),
        ("freeze", {"freeze", "freezes", "froze", "frozen", "freezing"}),
        ("cancel", {"cancel", "cancels", "canceled", "cancelled", "canceling", "cancelling"}),
        ("cut", {"cut", "cuts", "cutting"}),
        ("supply", {"supply", "supplies", "supplied", "supplying"}),
        ("renew", {"renew", "renews", "renewed", "renewing"}),
        ("permit", {"permit", "permits", "permitted", "permitting"}),
    ],
)
def test_a_verb_has_all_its_forms(base: str, forms: set[str]) -> None:
    assert verb_forms(base) == forms


def test_words_after_a_verb_stay() -> None:
    assert verb_forms("rule out") == {"rule out", "rules out", "ruled out", "ruling out"}


@pytest.mark.parametrize(
    ("base", "plural"),
    [
        ("embargo", "embargos"),
        ("travel ban", "travel bans"),
        ("candidate country", "candidate countries"),
        ("bus", "buses"),
    ],
)
def test_a_noun_has_a_plural_and_only_its_last_word_changes(base: str, plural: str) -> None:
    assert noun_forms(base) == {base, plural}
