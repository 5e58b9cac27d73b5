from __future__ import annotations

import socket
from pathlib import Path

import pytest

from streams.broker import node


def test_chosen_ports_are_two_and_lie_below_those_of_clients() -> None:
    ports = node.choose_ports()
    assert ports.client != ports.controller
    assert {ports.client, ports.controller} <= set(node.PORTS)


def test_port_with_a_listener_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        assert not node.Ports(taken, node.choose_ports().controller).are_free()


def test_cluster_ids_differ_and_never_look_like_an_option() -> None:
    ids = {node.new_cluster_id() for _ in range(500)}
    assert len(ids) == 500
    assert all(len(text) == 22 and not text.startswith("-") for text in ids)


def test_what_would_change_a_jvm_is_kept_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Xmx1m")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("LANG", "de_DE")
    environment = node.environment()
    assert "JAVA_TOOL_OPTIONS" not in environment
    assert environment["LC_ALL"] == "C.UTF-8"
    assert environment["LANG"] == "de_DE"


def test_files_name_no_folder_outside(tmp_path: Path) -> None:
    node.write_files(tmp_path, node.Ports(20001, 20002))
    properties = (tmp_path / "server.properties").read_text()
    assert "log.dirs=data\n" in properties
    assert "PLAINTEXT://127.0.0.1:20001,CONTROLLER://127.0.0.1:20002" in properties
    assert str(tmp_path) not in properties
