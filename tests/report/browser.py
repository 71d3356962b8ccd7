"""A real Chromium, its network log and its console, for looking at a page."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: the report was not looked at in a real browser")

_QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-default-apps", "--disable-extensions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What happened when a page was opened."""

    dom: str
    requests: tuple[str, ...]
    "Every http(s) or ws(s) address that was asked for."
    console: tuple[str, ...]
    "Lines that the page caused on the console."


def visit(page: str, folder: Path) -> Visit:
    """Open a page with all names unresolvable, and log what it asks the network for."""
    file, log = folder / "page.html", folder / "net.json"
    file.write_text(page, encoding="utf-8")
    command = [
        str(CHROMIUM),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        *_QUIET,
        f"--user-data-dir={folder / 'profile'}",
        f"--log-net-log={log}",
        "--enable-logging=stderr",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--virtual-time-budget=2000",
        "--dump-dom",
        file.as_uri(),
    ]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    console = tuple(line for line in ended.stderr.splitlines() if ":CONSOLE" in line)
    return Visit(dom=ended.stdout, requests=_requests(json.loads(log.read_text(encoding="utf-8"))), console=console)


def measure(page: str, folder: Path, *, width: int, expression: str) -> object:
    """The value of a JavaScript expression of `page` (the document) and `view` (its window), laid out at that width."""
    frame = f'<iframe id="frame" style="border:0;width:{width}px;height:9000px" srcdoc="{html.escape(page)}"></iframe>'
    script = f"""<script>onload = () => {{
        const view = document.getElementById("frame").contentWindow, page = view.document;
        document.body.dataset.measured = JSON.stringify({expression});
    }}</script>"""
    dom = visit(f"<!doctype html><body>{frame}{script}</body>", folder).dom
    found = re.search(r'data-measured="([^"]*)"', dom)
    assert found is not None, "the page could not be measured"
    return json.loads(html.unescape(found[1]))


def _requests(log: dict) -> tuple[str, ...]:
    """What a page asked for; what Chromium asks for itself, such as the time of day, has no origin."""
    asked = [event["params"] for event in log["events"] if event.get("params", {}).get("initiator", "not an origin") != "not an origin"]
    return tuple(sorted({params["url"] for params in asked if re.match(r"(https?|wss?):", params.get("url", ""))}))
