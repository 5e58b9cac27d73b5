"""The tables of docs/operating.md say what the code says."""

from __future__ import annotations

import runpy
from pathlib import Path

from streams.metrics import Metrics
from streams.settings import Settings

ROOT = Path(__file__).parents[2]
CODE = runpy.run_path(str(ROOT / "monitoring/reference.py"))


def test_page_has_the_tables_of_today() -> None:
    page = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    assert page == CODE["render"](page), "python monitoring/reference.py"


def test_every_setting_has_a_row() -> None:
    table = CODE["settings_table"]()
    assert all(f"| `TOCSIN_{name.upper()}` |" in table for name in Settings.model_fields)
    assert "| `.tocsin` | Where the embedded broker's data" in table


def test_every_metric_has_a_row_with_the_name_that_prometheus_sees() -> None:
    table = CODE["metrics_table"]()
    families = [family for family in Metrics().registry.collect() if family.name.startswith("tocsin_")]
    assert families
    for family in families:
        assert f"| `{family.name}{'_total' if family.type == 'counter' else ''}` | {family.type} |" in table
