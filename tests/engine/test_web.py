"""A worker's page."""

import time
import urllib.error
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from streams.engine.web import serve
from streams.errors import ServiceError
from streams.metrics import Metrics


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_metrics_are_refreshed_and_served_in_prometheus_form() -> None:
    metrics = Metrics()
    port = serve("127.0.0.1", 0, metrics.registry, lambda: "", lambda: metrics.lag.labels("articles", 0).set(7))
    status, page = get(port, "/metrics")
    families = {family.name: family for family in text_string_to_metric_families(page)}
    assert status == 200
    assert families["tocsin_lag_records"].samples[0].value == 7
    assert {"tocsin_retries", "tocsin_read_age_seconds", "process_resident_memory_bytes"} <= families.keys()
    assert all(name.startswith(("tocsin_", "process_", "python_")) for name in families)


def test_readyz_says_what_is_amiss_and_healthz_that_it_lives() -> None:
    problem = "no partition is assigned"
    port = serve("127.0.0.1", 0, Metrics().registry, lambda: problem, lambda: None)
    assert get(port, "/healthz") == (200, "ok\n")
    assert get(port, "/readyz") == (503, f"{problem}\n")
    problem = ""
    assert get(port, "/readyz") == (200, "ok\n")
    assert get(port, "/else")[0] == 404


def test_a_taken_port_says_which_setting_to_change() -> None:
    port = serve("127.0.0.1", 0, Metrics().registry, lambda: "", lambda: None)
    with pytest.raises(ServiceError, match="TOCSIN_METRICS_PORT"):
        serve("127.0.0.1", port, Metrics().registry, lambda: "", lambda: None)


def test_the_page_answers_while_another_thread_computes() -> None:
    import threading

    stop = threading.Event()

    def burn() -> None:
        while not stop.is_set():
            sum(range(10_000))

    threading.Thread(target=burn, daemon=True).start()
    port = serve("127.0.0.1", 0, Metrics().registry, lambda: "", lambda: None)
    started = time.monotonic()
    assert get(port, "/healthz")[0] == 200
    stop.set()
    assert time.monotonic() - started < 5
