from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from luthier.core.errors import SettingInvalid
from luthier.ledger import Ledger
from luthier.serve import ServeSettings, Service, create_app, serve
from tests.serve.made_up import NAME, json_rows

ROOT = Path(__file__).parents[2]


@contextmanager
def running(ledger: Ledger, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that serves, and its address."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "tests.serve.serve_main", ledger.where, NAME, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT)
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def ask(address: str) -> list[str]:
    reply = httpx.post(f"{address}/v1/predict", json={"rows": json_rows(2)})
    return [row["prediction_id"] for row in reply.raise_for_status().json()["predictions"]]


def test_told_to_stop_it_finishes_what_is_in_flight_writes_what_was_answered_and_ends_well(deployed: Ledger) -> None:
    with running(deployed) as (process, address):
        ids = [name for _ in range(3) for name in ask(address)]
        assert deployed.predictions.count(NAME) == 0  # its window is an hour
        with socket.create_connection(_host_and_port(address)) as late:
            late.sendall(b"POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            assert late.recv(100).startswith(b"HTTP/1.1 100 ")
            process.send_signal(signal.SIGTERM)
            late.sendall(b"{}")
            assert late.recv(1000).startswith(b"HTTP/1.1 422 ")
        assert process.wait(20) == 0

    assert set(deployed.predictions.known(NAME, ids)) == set(ids)


def test_a_port_that_is_taken_is_told(deployed: Ledger) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        service = Service(deployed, NAME, ServeSettings(port=port))
        with pytest.raises(SettingInvalid) as refused:
            serve(create_app(service), service)

    assert str(refused.value) == (
        f"The service must be able to listen on 127.0.0.1 port {port}, but it cannot: address already in use. Give another --host or --port."
    )


def test_a_service_for_others_is_not_started_without_a_token(deployed: Ledger) -> None:
    service = Service(deployed, NAME, ServeSettings(host="0.0.0.0"))

    with pytest.raises(SettingInvalid) as refused:
        serve(create_app(service), service)

    assert str(refused.value) == (
        "A service that others can reach at 0.0.0.0 needs a token, but the ledger has none. "
        "Make one with `luthier token NAME --scope predict`, or listen on 127.0.0.1."
    )


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.removeprefix("http://").rpartition(":")
    return host, int(port)
