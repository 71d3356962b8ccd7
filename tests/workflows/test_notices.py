"""Somebody is told of new alarms: a web hook, or a command."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from luthier.core.errors import SettingInvalid
from luthier.ledger import Alarm
from luthier.workflows.notices import Receivers, notice_of, send_notice
from tests.ledger.made_up import START, later

ALARM = Alarm(
    id=3, deployment="clinic", bundle="f" * 64, kind="drift", subject="größe", raised_at=later(60), since=START, p_value=0.001, effect=0.4, text="It moved.",
    remedy="Look.",
)  # fmt: skip
NOTICE = notice_of([ALARM])


@contextmanager
def hook(status: int) -> Iterator[tuple[str, list[bytes]]]:
    """A web hook that answers with a status, and what was posted to it."""
    posted: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/alarms", posted
        thread.join()


def test_a_notice_is_plain_json_with_all_that_an_alarm_says() -> None:
    plain = json.loads(json.dumps(NOTICE))

    assert plain["deployment"] == "clinic"
    assert plain["alarms"][0] == {
        "id": 3,
        "kind": "drift",
        "subject": "größe",
        "p_value": 0.001,
        "effect": 0.4,
        "text": "It moved.",
        "remedy": "Look.",
        "bundle": "f" * 64,
        "raised_at": "2026-03-01T12:01:00+00:00",
        "since": "2026-03-01T12:00:00+00:00",
    }


def test_a_web_hook_is_posted_the_notice() -> None:
    with hook(200) as (address, posted):
        problems = send_notice(NOTICE, Receivers(webhook=address))

    assert problems == ()
    assert json.loads(posted[0]) == NOTICE


def test_a_command_reads_the_notice_and_no_shell_reads_the_command(tmp_path: Path) -> None:
    copy = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read())"

    problems = send_notice(NOTICE, Receivers(command=f"{sys.executable} -c '{copy}' '{tmp_path}/$HOME;x'"))

    assert problems == ()
    assert json.loads((tmp_path / "$HOME;x").read_bytes()) == NOTICE


def test_what_was_not_taken_is_told() -> None:
    with hook(503) as (address, _):
        problems = send_notice(NOTICE, Receivers(webhook=address, command=f"{sys.executable} -c 'raise SystemExit(4)'"))

    assert problems == (
        f"The web hook {address} did not take the notice: Service Unavailable.",
        f"The command \"{sys.executable} -c 'raise SystemExit(4)'\" ended with 4.",
    )


def test_a_program_that_is_not_there_is_told() -> None:
    assert send_notice(NOTICE, Receivers(command="no-such-program --now")) == (
        "The command 'no-such-program --now' did not take the notice: [Errno 2] No such file or directory: 'no-such-program'.",
    )


@pytest.mark.parametrize("webhook", ["file:///etc/passwd", "hooks.example/alarms", "http://"])
def test_what_is_no_address_of_the_web_is_refused(webhook: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        Receivers(webhook=webhook)

    assert str(refusal.value) == f"A web hook must be an http or https address, but {webhook!r} came. Correct it."


@pytest.mark.parametrize("command", ["", "mail 'ops"], ids=["nothing", "open-quote"])
def test_what_is_no_command_is_refused(command: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        Receivers(command=command)

    assert str(refusal.value) == f"A command must be a program with its arguments, but {command!r} came. Correct it."
