"""Notices: somebody is told about an alarm, by a web hook or a command of theirs."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from luthier.core.errors import SettingInvalid
from luthier.ledger import Alarm

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivers:
    """Who is told."""

    webhook: str | None = None
    "http or https address that takes a JSON body."
    command: str | None = None
    "Program with its arguments, which gets the same JSON on its standard input; it goes through no shell."

    def __post_init__(self) -> None:
        if self.webhook is not None and (urlsplit(self.webhook).scheme not in ("http", "https") or not urlsplit(self.webhook).hostname):
            raise SettingInvalid(f"A web hook must be an http or https address, but {self.webhook!r} came. Correct it.")
        if self.command is not None and not _words(self.command):
            raise SettingInvalid(f"A command must be a program with its arguments, but {self.command!r} came. Correct it.")


def notice_of(alarms: Sequence[Alarm]) -> dict[str, Any]:
    """Alarms as the plain JSON that a hook or a command is given."""
    return {"deployment": alarms[0].deployment, "alarms": [_plain(alarm) for alarm in alarms]}


def send_notice(notice: Mapping[str, Any], receivers: Receivers) -> tuple[str, ...]:
    """Tell all receivers; what went wrong, in sentences."""
    body = json.dumps(notice, ensure_ascii=False).encode()
    posted = None if receivers.webhook is None else _post(receivers.webhook, body)
    ran = None if receivers.command is None else _run(receivers.command, body)
    return tuple(problem for problem in (posted, ran) if problem is not None)


def _post(webhook: str, body: bytes) -> str | None:
    request = Request(webhook, data=body, headers={"Content-Type": "application/json"}, method="POST")
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS):
            return None
    except (URLError, OSError, ValueError) as error:
        return f"The web hook {webhook} did not take the notice: {getattr(error, 'reason', error)}."


def _run(command: str, body: bytes) -> str | None:
    try:
        done = subprocess.run(_words(command), input=body, timeout=TIMEOUT_SECONDS, capture_output=True, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"The command {command!r} did not take the notice: {error}."
    return None if done.returncode == 0 else f"The command {command!r} ended with {done.returncode}."


def _words(command: str) -> list[str]:
    """The program and its arguments; nothing where quotes are not closed."""
    try:
        return shlex.split(command)
    except ValueError:
        return []


def _plain(alarm: Alarm) -> dict[str, Any]:
    times = {"raised_at": alarm.raised_at.isoformat(), "since": alarm.since.isoformat() if alarm.since is not None else None}
    names = ("id", "kind", "subject", "p_value", "effect", "text", "remedy", "bundle")
    return {name: getattr(alarm, name) for name in names} | times
