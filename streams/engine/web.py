"""`/metrics`, `/healthz` and `/readyz` of a worker, served from threads: no batch and no loop can hold them up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

from streams.errors import ServiceError


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, *line: Any) -> None:
        return


def serve(
    host: str, port: int, registry: CollectorRegistry, ready: Callable[[], str], refresh: Callable[[], None]
) -> int:
    """Start serving; returns the port. `ready()`: "" or what is amiss; `refresh()` runs before each scrape.

    Raises ServiceError where the port cannot be had.
    """
    metrics = make_wsgi_app(registry)

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            refresh()
            page: Iterable[bytes] = metrics(environ, start)
            return page
        problem = {"/healthz": "", "/readyz": ready()}.get(path, "not found: /metrics, /healthz and /readyz are served")
        status = "200 OK" if not problem else "404 Not Found" if path != "/readyz" else "503 Service Unavailable"
        start(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [f"{problem or 'ok'}\n".encode()]

    try:
        server = make_server(host, port, app, _Server, _Silent)
    except OSError as error:
        raise ServiceError(
            f"cannot serve metrics on {host}:{port}: {error.strerror}; set TOCSIN_METRICS_PORT"
        ) from error
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server.server_port
