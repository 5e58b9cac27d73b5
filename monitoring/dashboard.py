"""Writes the Grafana dashboard: `python monitoring/dashboard.py`. A test holds the file to what this writes.

Every query returns a number from the second scrape on: a counter with labels does not exist before it counts, and a
quantile over nothing is not a number, so each of these falls back to zero. Windows are fixed, so that what a test asks
Prometheus is what Grafana asks it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "grafana/dashboards/tocsin.json"
_SOURCE = {"type": "prometheus", "uid": "prometheus"}
_WORKERS = 'job=~"tocsin-(read|watch)"'
_COLUMNS, _HEIGHT = 24, 8


@dataclass(frozen=True)
class Query:
    """PromQL, and what its lines are called: text with `{{label}}`."""

    expression: str
    legend: str


@dataclass(frozen=True)
class Panel:
    """`kind`: Grafana's name of the visualisation. `description` is for who has never seen the panel."""

    title: str
    description: str
    queries: tuple[Query, ...]
    kind: str = "timeseries"
    unit: str = "short"


def zero_if_none(expression: str, label: str | None = None) -> str:
    """`expression`, or 0 where it is empty; with `label`, the 0 is that of `none`."""
    zero = f'label_replace(vector(0), "{label}", "none", "", "")' if label else "vector(0)"
    return f"{expression} or on() {zero}"


def total(name: str, *labels: str) -> str:
    """A counter since its worker started, by labels. Not a rate: that needs a first sample of 0, which labels lack."""
    return zero_if_none(f"sum by ({', '.join(labels)}) (tocsin_{name}_total)", labels[0])


def per_second(name: str) -> str:
    """The rate over 5 minutes of a counter that is there from the start."""
    return f"sum(rate(tocsin_{name}[5m]))"


def quantile(q: float, name: str, label: str | None = None) -> str:
    """Of a histogram over 5 minutes; 0 where nothing was observed in them."""
    by = f"le, {label}" if label else "le"
    value = f"histogram_quantile({q}, sum by ({by}) (rate(tocsin_{name}_bucket[5m]))) >= 0"
    return zero_if_none(f"({value})", label)


def quantiles(name: str, legend: str, label: str | None = None) -> tuple[Query, Query]:
    """Median and 99th percentile."""
    return Query(quantile(0.5, name, label), f"{legend} p50"), Query(quantile(0.99, name, label), f"{legend} p99")


ROWS: dict[str, tuple[Panel, ...]] = {
    "The news": (
        Panel(
            "Articles a second",
            "Articles read, over 5 minutes.",
            (Query(per_second("read_age_seconds_count"), "articles"),),
            unit="cps",
        ),
        Panel(
            "Signals by topic and direction",
            "Read since the workers started.",
            (Query(total("signals", "topic", "direction"), "{{topic}} {{direction}}"),),
            kind="bargauge",
        ),
        Panel(
            "Alerts by rule, severity and state",
            "Records written since the workers started: one for each revision of an alert.",
            (Query(total("alerts", "rule", "severity", "state"), "{{rule}} {{severity}} {{state}}"),),
            kind="bargauge",
        ),
        Panel(
            "Matches by rule",
            "Articles that a rule wanted, one for each group, since the workers started.",
            (Query(total("matches", "rule"), "{{rule}}"),),
        ),
        Panel(
            "Alerts over time",
            "Records written since the workers started, by severity and state.",
            (Query(total("alerts", "severity", "state"), "{{severity}} {{state}}"),),
        ),
        Panel(
            "Articles that cannot alert",
            "In a language that is not read; too old for a rule that wants them.",
            (
                Query("sum(tocsin_articles_unread_total)", "not read"),
                Query(total("too_old", "rule"), "too old for {{rule}}"),
            ),
        ),
    ),
    "Health": (
        Panel(
            "Lag",
            "Records that wait, by topic. Articles wait for read, matches for watch.",
            (Query(zero_if_none("sum by (topic) (tocsin_lag_records)", "topic"), "{{topic}}"),),
        ),
        Panel(
            "Clock delay",
            "How far the clock of watch is behind, in the worst partition. Up to 30 s is rest; over 60 s it is stuck.",
            (Query(zero_if_none("max(min by (partition) (tocsin_clock_delay_seconds))"), "delay"),),
            unit="s",
        ),
        Panel(
            "Age",
            "From receiving an article to its report; from its round's start to its alert; over 5 minutes. 0: none.",
            (*quantiles("read_age_seconds", "report"), *quantiles("alert_age_seconds", "alert")),
            unit="s",
        ),
        Panel(
            "Batches",
            "Time in the step for one batch, over 5 minutes.",
            quantiles("batch_seconds", "{{step}}", "step"),
            unit="s",
        ),
        Panel(
            "Commits",
            "Time of one transaction, over 5 minutes.",
            quantiles("commit_seconds", "{{step}}", "step"),
            unit="s",
        ),
        Panel(
            "Processor",
            "Cores that a worker keeps busy. At 1 it is at its end: start another, up to one a partition.",
            (Query(f"rate(process_cpu_seconds_total{{{_WORKERS}}}[5m])", "{{job}} {{instance}}"),),
        ),
        Panel(
            "Memory",
            "Resident.",
            (Query(f"process_resident_memory_bytes{{{_WORKERS}}}", "{{job}} {{instance}}"),),
            unit="bytes",
        ),
        Panel(
            "State",
            "Keys of watch: groups, stories, alerts and matches that wait.",
            (Query(zero_if_none("sum(tocsin_state_keys)"), "keys"),),
        ),
        Panel(
            "Workers",
            "That answer.",
            (Query(f"sum by (job) (up{{{_WORKERS}}})", "{{job}}"),),
        ),
    ),
    "Trouble": (
        Panel(
            "Dead letters by reason",
            "Since the workers started. `tocsin dead-letters ls` shows them.",
            (Query(total("dead_letters", "reason"), "{{reason}}"),),
        ),
        Panel(
            "Done again",
            "Batches worked on again after an error, and batches that did not follow on. Neither loses anything.",
            (
                Query(zero_if_none("sum(tocsin_retries_total)"), "retries"),
                Query(zero_if_none("sum(tocsin_gaps_total)"), "gaps"),
            ),
        ),
        Panel(
            "Lost or late",
            "Offsets that retention deleted unread; matches after their round; matches of other rules than those of "
            "watch, as while rules change. All should be 0.",
            (
                Query(zero_if_none("sum(tocsin_offsets_lost_total)"), "offsets lost"),
                Query("sum(tocsin_late_matches_total)", "late matches"),
                Query("sum(tocsin_unwanted_matches_total)", "unwanted matches"),
            ),
        ),
    ),
}


def queries() -> list[str]:
    """All that the dashboard asks Prometheus."""
    return [query.expression for panels in ROWS.values() for panel in panels for query in panel.queries]


def render() -> str:
    """The dashboard as Grafana reads it."""
    panels: list[dict[str, Any]] = []
    top = 0
    for title, row in ROWS.items():
        place = {"x": 0, "y": top, "w": _COLUMNS, "h": 1}
        panels.append({"type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []})
        width = _COLUMNS // 3
        for number, panel in enumerate(row):
            place = {"x": number % 3 * width, "y": top + 1 + number // 3 * _HEIGHT, "w": width, "h": _HEIGHT}
            panels.append(_panel(panel, place))
        top += 1 + -(-len(row) // 3) * _HEIGHT
    dashboard = {
        "uid": "tocsin",
        "title": "Tocsin",
        "tags": ["tocsin"],
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "utc",
        "panels": [{"id": number, **panel} for number, panel in enumerate(panels, 1)],
    }
    return json.dumps(dashboard, indent=2) + "\n"


def _panel(panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    targets = [
        {
            "refId": chr(ord("A") + number),
            "datasource": _SOURCE,
            "expr": query.expression,
            "legendFormat": query.legend,
            "range": panel.kind == "timeseries",
            "instant": panel.kind != "timeseries",
        }
        for number, query in enumerate(panel.queries)
    ]
    options: dict[str, Any] = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
    if panel.kind == "bargauge":
        reduce = {"calcs": ["lastNotNull"], "values": False}
        options = {"orientation": "horizontal", "displayMode": "basic", "reduceOptions": reduce}
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": _SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": options,
        "targets": targets,
    }


if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
