"""The records of an alert: each a whole alert, so that the last one is the alert."""

from __future__ import annotations

from schemas import Alert, Window
from schemas.model import from_ms
from streams.watching.rules import Rule
from streams.watching.telling import Ring

MAX_EVIDENCE = 20


def compose(
    rule: Rule, ring: Ring, held: Alert | None, group: dict[str, str], now_ms: int, before: Alert | None
) -> Alert:
    """The next record. `held`: the last one, if the alert was open.

    `before`: a record of the same id in this very round (other rules resolved it, and these open it anew): replaced by
    this one.
    """
    now = from_ms(now_ms)
    evidence = held.evidence if held else ()
    fresh = ring.evidence[: MAX_EVIDENCE - len(evidence)]
    draft = Alert(
        id=ring.alert_id,
        rule=rule.name,
        severity=rule.severity,
        state="firing" if ring.firing else "resolved",
        revision=max(held.revision if held else 0, before.revision if before else 0) + 1,
        group=group,
        summary="",
        opened_at=held.opened_at if held else now,
        updated_at=now,
        resolved_at=None if ring.firing else now,
        window=Window(from_=from_ms(ring.from_ms), to=from_ms(ring.to_ms)),
        observed=ring.observed,
        expected=ring.expected,
        p_value=ring.p_value,
        evidence=(*evidence, *fresh),
        stories=ring.stories,
        sources=tuple(sorted(source for source in ring.sources if source)),
        labels=rule.labels,
    )
    return draft.model_copy(update={"summary": rule.summary.of(draft)})


def resolved(alert: Alert, now_ms: int) -> Alert:
    """The last record of an alert whose rule is gone or decides otherwise now. It says what it said."""
    now = from_ms(now_ms)
    update = {"state": "resolved", "revision": alert.revision + 1, "updated_at": now, "resolved_at": now}
    return alert.model_copy(update=update)
