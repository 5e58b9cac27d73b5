from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from schemas import VERSION, Alert, EventType, Span, Tick, Window, encode, headers

AT = datetime(2022, 5, 4, 14, 41, 8, tzinfo=UTC)


def alert(**fields: object) -> Alert:
    return Alert.model_validate(
        {
            "id": "a1",
            "rule": "sanctions-refused",
            "severity": "warning",
            "state": "firing",
            "revision": 1,
            "group": {"target": "country:RU", "initiator": "country:HU"},
            "summary": "Ungarn sagt „Nein“ – Szijjártó",
            "opened_at": AT,
            "updated_at": AT,
            "window": Window(from_=AT, to=AT),
            "observed": 1,
            "stories": 1,
            **fields,
        }
    )


def test_keys_are_sorted_at_every_depth_and_nothing_is_wasted() -> None:
    written = encode(alert())
    assert (
        written == json.dumps(json.loads(written), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    )
    assert written.index(b'"initiator"') < written.index(b'"target"')


def test_text_is_written_as_utf8_and_not_escaped() -> None:
    assert "„Nein“ – Szijjártó".encode() in encode(alert())
    assert b"\\u" not in encode(alert())


def test_the_order_of_construction_does_not_show() -> None:
    turned = alert(group={"initiator": "country:HU", "target": "country:RU"})
    assert encode(turned) == encode(alert())


def test_equal_moments_give_equal_bytes_whatever_their_zone() -> None:
    belgrade = AT.astimezone(timezone(timedelta(hours=2)))
    assert encode(alert(updated_at=belgrade)) == encode(alert())


def test_expected_and_p_value_have_six_significant_digits() -> None:
    value = json.loads(encode(alert(expected=0.123456789, p_value=1.23456789e-7)))
    assert (value["expected"], value["p_value"]) == (0.123457, 1.23457e-07)
    assert json.loads(encode(alert(expected=1234567.8)))["expected"] == 1234570.0


@given(st.floats(0, 1e12), st.floats(1e-9, 1e-7))
def test_differences_beyond_the_sixth_digit_do_not_show(value: float, share: float) -> None:
    rounded = alert(expected=value).expected
    assert rounded is not None
    assert alert(expected=rounded) == alert(expected=float(f"{rounded:.6g}"))
    assert abs(rounded - value) <= 5.1e-6 * value
    assert encode(alert(expected=rounded * (1 + share))) == encode(alert(expected=rounded))


def test_aliases_are_written_and_both_spellings_are_read() -> None:
    span = Span(in_="title", start=0, end=3, text="Oil")
    assert json.loads(encode(span)) == {"in": "title", "start": 0, "end": 3, "text": "Oil"}
    assert Span.model_validate({"in": "title", "start": 0, "end": 3, "text": "Oil"}) == span
    assert json.loads(encode(Window(from_=AT, to=AT)))["from"] == "2022-05-04T14:41:08Z"


def test_headers_carry_the_cloudevents_attributes() -> None:
    event = dict(headers(EventType.MATCH, "tocsin.articles/2/17/rule", "read", AT))
    assert event == {
        "ce_specversion": b"1.0",
        "ce_id": b"tocsin.articles/2/17/rule",
        "ce_source": b"/tocsin/read",
        "ce_type": b"tocsin.match",
        "ce_time": b"2022-05-04T14:41:08Z",
        "content-type": b"application/json",
        "schema-version": VERSION.encode(),
    }


def test_every_kind_of_event_has_a_type_of_its_own() -> None:
    types = {dict(headers(kind, "1", "read", AT))["ce_type"] for kind in EventType}
    assert len(types) == len(EventType) == 5


def test_a_tick_is_written_as_its_three_numbers() -> None:
    assert encode(Tick(partition=3, partitions=4, time_ms=1000)) == b'{"partition":3,"partitions":4,"time_ms":1000}'
