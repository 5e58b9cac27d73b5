"""Bad input to the read step: read sensibly, or a dead letter with a reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Alert, EventType, Headers, Match, Tick, encode
from schemas.model import from_ms
from streams.engine.contract import Record
from streams.engine.oracle import run_log
from streams.engine.steps import (
    BACKFILL,
    TICK,
    ReadStep,
    Topics,
    Unreadable,
    WatchStep,
    is_backfill,
    is_tick,
    parse_article,
    read_article,
)
from streams.engine.work import dead_letter
from streams.reading import Reader
from streams.settings import Settings
from streams.store import MemoryStore
from streams.watching.rules import Rules
from streams.watching.state import event_ms
from streams.watching.watcher import Watcher
from tests.watching.news import rules_of, signal

NOW_MS = 1_714_560_000_000  # 2024-05-01T10:40Z
GOOD = {"id": "a", "title": "T", "text": "Words.", "published_at": "2024-05-01T00:00:00Z"}


def record(value: bytes | None, *headers: tuple[str, bytes]) -> Record:
    return Record("articles", 0, 7, NOW_MS, b"a", value, headers)


def article(**changes: object) -> bytes:
    return json.dumps({key: value for key, value in {**GOOD, **changes}.items() if value is not ...}).encode()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "null_value"),
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b"[" * 100_000, "invalid_json"),
        (b'"\xff"', "invalid_utf8"),
        (b"[1]", "invalid_field"),
        (b"null", "invalid_field"),
        (article(source="x" * 513), "invalid_field"),
        (article(url="x" * 2049), "invalid_field"),
        (article(id=...), "missing_field"),
        (article(id=""), "invalid_field"),
        (article(id=5), "invalid_field"),
        (article(title=..., text=...), "no_text"),
        (article(title=" ", text="\n"), "no_text"),
        (article(published_at=...), "missing_field"),
        (article(published_at="2024-05-01T00:00:00"), "bad_time"),
        (article(published_at="2024-02-30T00:00:00Z"), "bad_time"),
        (article(published_at=20240501), "bad_time"),
        (article(published_at="20240501"), "bad_time"),
        (article(published_at="soon"), "bad_time"),
        (article(published_at="2024-05-03T00:00:00Z"), "future"),
        (article(published_at="9999-12-31T23:59:59Z"), "future"),
        (article(text="x" * 2001), "text_too_long"),
        (b'{"id":"a","text":"\\ud800","published_at":"2024-05-01T00:00:00Z"}', "invalid_json"),
    ],
)
def test_what_cannot_be_read_has_a_reason_for_machines_and_a_sentence_for_people(
    value: bytes | None, reason: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_article(record(value), 2000)
    assert caught.value.reason == reason
    assert len(caught.value.detail) > 10


@pytest.mark.parametrize(
    "value",
    [
        article(lang="xx-nonsense"),
        article(lang=None),
        article(text="bell\u0007 and \u001b[31mescape"),
        article(text=""),
        article(title=""),
        article(whatever={"deep": [1]}),
        article(published_at="2024-05-01T02:00:00+02:00"),
        article(published_at="1900-01-01T00:00:00Z"),
        article(published_at="2024-05-02T10:00:00Z"),
        article(text="x" * 1999),
    ],
)
def test_what_is_merely_odd_is_read(value: bytes) -> None:
    found = parse_article(record(value), 2000)
    assert found.id == "a"
    assert "\u001b" not in found.text


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_unreadable(value: bytes) -> None:
    try:
        parse_article(record(value), 2000)
    except Unreadable as error:
        assert error.reason


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(list(GOOD)), inner),
    )
)
def test_no_json_raises_anything_but_unreadable(value: object) -> None:
    try:
        parse_article(record(json.dumps(value).encode()), 2000)
    except Unreadable as error:
        assert error.reason


def test_ticks_and_backfill_are_known_by_their_headers() -> None:
    assert is_tick(record(b"", ("ce_type", EventType.TICK.encode())))
    assert not is_tick(record(b""))
    assert is_backfill(record(b"", (BACKFILL, b"1")))
    assert not is_backfill(record(b""))


RULES = """
rules:
  named:
    kind: each
    when: {topic: sanctions}
    group_by: [target]
    severity: info
    summary: "{{ group.target }}"
"""
TOPICS = Topics("reports", "matches", "alerts", 1)
DAY_MS = 86_400_000
SANCTIONS = "Norway imposed sanctions on Iran on Monday."


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> ReadStep:
    rules = rules_of(tmp_path_factory.mktemp("rules"), RULES)
    return ReadStep(Reader.load(Settings().seeds_folder()), rules, TOPICS, 2000)


def received(value: bytes, at_ms: int, *headers: tuple[str, bytes], offset: int = 0) -> Record:
    return Record("articles", 0, offset, at_ms, b"a", value, headers)


def died(record: Record, **changes: object) -> Headers:
    return dead_letter(record, "read", "text_too_long", "…").model_copy(update=changes).headers(record.headers)


def test_a_retried_article_has_its_age_of_when_it_was_first_received(step: ReadStep) -> None:
    young = article(text=SANCTIONS)
    first = received(young, NOW_MS)
    late = NOW_MS + 20 * DAY_MS
    again = received(young, late, *died(first))
    twice = received(young, late + DAY_MS, *died(again))
    for record, matches, too_old in ((first, 1, 0), (again, 1, 0), (twice, 1, 0), (received(young, late), 0, 1)):
        effects = step([record], MemoryStore())
        found = [Match.model_validate_json(o.value or b"") for o in effects.outputs if o.topic == "matches"]
        assert [match.received_at for match in found] == [from_ms(record.timestamp_ms)] * matches
        assert all(match.published_at == from_ms(NOW_MS - 38_400_000) for match in found)
        assert effects.counts["too_old", ("named",)] == too_old


def test_what_came_too_late_at_first_is_not_made_younger_by_a_retry(step: ReadStep) -> None:
    old = article(text=SANCTIONS, published_at="2024-04-01T00:00:00Z")
    again = received(old, NOW_MS + 1, *died(received(old, NOW_MS)))
    assert step([again], MemoryStore()).counts["too_old", ("named",)] == 1


def test_a_retried_article_keeps_its_event_time_also_if_it_was_dated_after_its_receipt(step: ReadStep) -> None:
    ahead = article(text=SANCTIONS, published_at="2024-05-02T00:00:00Z")
    again = received(ahead, NOW_MS + 9 * DAY_MS, *died(received(ahead, NOW_MS)))
    (match,) = read_article(again, step.reader, step.rules, 2000).matched.matches
    assert event_ms(match) == NOW_MS
    (match,) = read_article(received(ahead, NOW_MS), step.reader, step.rules, 2000).matched.matches
    assert event_ms(match) == NOW_MS


@pytest.mark.parametrize("stamp", [b"", b"soon", b"-1", b"-99999999999999999", b"9" * 30, b"9" * 5000, b"\xff", b"1e3"])
def test_no_stamp_in_a_header_disturbs_the_reading(step: ReadStep, stamp: bytes) -> None:
    value = article(text=SANCTIONS)
    headers = died(received(value, NOW_MS))
    forged = tuple((name, stamp if name == "dead-letter-timestamp-ms" else told) for name, told in headers)
    found = read_article(received(value, NOW_MS + 5, *forged), step.reader, step.rules, 2000)
    assert found.report.received_at == from_ms(NOW_MS + 5)
    assert found.report.published_at <= from_ms(NOW_MS)


def log_with_retries() -> list[Record]:
    """Articles of two days with ticks; every third died on the first day and was retried on the second."""
    log: list[Record] = []
    for number, name in enumerate(("Iran", "Cuba", "Syria", "Iran", "Belarus", "Russia", "Cuba", "Syria")):
        value = article(id=f"a{number}", text=f"Norway imposed sanctions on {name}. It is number {number} of many.")
        first = received(value, NOW_MS + 700 * number, offset=len(log))
        log.append(first._replace(value=b"{") if number % 3 == 0 else first)
        log.append(received(b"", NOW_MS + 700 * number + 300, TICK, offset=len(log)))
    for number in (0, 3, 6):
        unlike = "".join(f" Item-{number}-{word}." for word in range(12))
        value = article(id=f"a{number}", text=SANCTIONS + unlike, published_at="2024-05-02T06:00:00Z")
        again = received(value, NOW_MS + 8 * DAY_MS + number * 900, *died(log[2 * number]), offset=len(log))
        log.append(again)
    log.append(received(b"", NOW_MS + 8 * DAY_MS + 9000, TICK, offset=len(log)))
    return log


def test_the_oracle_reads_a_retried_article_as_the_workers_do(step: ReadStep) -> None:
    log = log_with_retries()
    watch = WatchStep(Watcher(step.rules), TOPICS)
    sent = step(log[:5], MemoryStore()).outputs + step(log[5:], MemoryStore()).outputs
    # Of one batch only the last tick goes on: enough, since a round is cut by time.
    matches = [
        Record("matches", 0, n, 0, o.key, o.value, o.headers) for n, o in enumerate(sent) if o.topic == "matches"
    ]
    alerts = [output.value for output in watch(matches, MemoryStore()).outputs]
    oracle = run_log(log, step.reader, step.rules, 2000)
    assert alerts == [encode(alert) for alert in oracle]
    assert {e.article_id for alert in oracle for e in alert.evidence} >= {"a0", "a3", "a6"}


def watched(rules: Rules, records: Sequence[Record], cuts: Sequence[int]) -> tuple[list[bytes | None], int]:
    """The alerts that these records of `matches` give, and how many were late, in batches that end at the cuts."""
    store, alerts, late = MemoryStore(), list[bytes | None](), 0
    step = WatchStep(Watcher(rules), TOPICS)
    for start, end in pairwise([0, *sorted(cuts), len(records)]):
        effects = step(records[start:end], store)
        alerts += [output.value for output in effects.outputs]
        late += effects.counts["late_matches", ()]
    return alerts, late


@given(st.lists(st.integers(0, 4), max_size=3))
def test_a_retried_match_joins_the_next_round_wherever_batches_end_and_is_not_counted_as_late(
    step: ReadStep, cuts: list[int]
) -> None:
    at = from_ms(NOW_MS)
    match = Match(rule="named", group={"target": "country:IR"}, article_id="a", published_at=at, received_at=at)
    match = match.model_copy(update={"signals": (signal(target=("country:IR",)),)})
    first = Record("matches", 0, 0, 0, b"named/country:IR", encode(match), ())
    again = first._replace(offset=2, headers=dead_letter(first, "watch", "step_failed", "…").headers(()))

    def tick(ms: int) -> Record:
        return Record("matches", 0, 0, 0, None, encode(Tick(partition=0, partitions=1, time_ms=ms)), (TICK,))

    hour = NOW_MS + 3_600_000
    records = [tick(NOW_MS), tick(hour + 300), again, tick(hour + 900), tick(hour + 1000)]
    alerts, late = watched(step.rules, records, cuts)
    (alert,) = [Alert.model_validate_json(value or b"") for value in alerts]
    assert alert.opened_at == from_ms(hour + 1000)
    assert alert.window.from_ == at  # its event time
    assert late == 0
    assert watched(step.rules, [record._replace(headers=record.headers[:1]) for record in records], cuts)[1] == 1
