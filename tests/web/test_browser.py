"""The pages in a real browser: the part that moves moves, and a phone's width is enough."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from luthier.web import create_pages
from tests.report.browser import CHROMIUM, measure, needs_chromium
from tests.web.made_up import answer, clinic

pytestmark = needs_chromium
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-default-apps", "--disable-extensions"]


class Noticing:
    """ASGI that does something when a path is asked for, before it is answered."""

    def __init__(self, app: ASGIApp, path: str, then: Callable[[], None]) -> None:
        self._app, self._path, self._then = app, path, then

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") == self._path:
            self._then()
        await self._app(scope, receive, send)


@contextmanager
def listening(app: ASGIApp) -> Iterator[str]:
    """The address of an application that answers in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=20)


def looked_at(address: str, folder: Path, *more: str) -> tuple[str, list[str], list[str]]:
    """The page after some seconds, what it asked for, and what it said on the console."""
    log = folder / "net.json"
    command = [
        str(CHROMIUM),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        *QUIET,
        f"--user-data-dir={folder / 'profile'}",
        f"--log-net-log={log}",
        "--enable-logging=stderr",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--virtual-time-budget=5000",
        *more,
        "--dump-dom",
        address,
    ]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    asked = [
        event["params"]["url"] for event in events if event.get("params", {}).get("initiator", "not an origin") != "not an origin" and "url" in event["params"]
    ]
    return ended.stdout, [url for url in asked if re.match(r"(https?|wss?):", url)], [line for line in ended.stderr.splitlines() if ":CONSOLE" in line]


def test_the_part_that_moves_is_swapped_while_the_page_is_open(tmp_path):
    ledger, _ = clinic(tmp_path)
    with ledger:
        champion = ledger.bundles.get(ledger.deployments.get("clinic").champion)
        app = Noticing(create_pages(ledger), "/deployments/clinic/live", lambda: answer(ledger, champion, 4321, at=ledger.now(), name="new"))

        with listening(app) as address:
            dom, asked, console = looked_at(f"{address}/deployments/clinic", tmp_path)

    assert "4,328" in dom  # 7 answers before, 4,321 since the page was opened
    assert "data-stale" not in re.sub(r"<(style|script)>.*?</\1>", "", dom, flags=re.DOTALL)
    assert asked
    assert all(url.startswith(f"{address}/deployments/clinic/live") for url in asked)
    assert console == []


@pytest.mark.parametrize("path", ["/", "/deployments/clinic", "/runs/run-one", "/passes/1"])
def test_no_page_scrolls_sideways_on_a_phone(visitor, tmp_path, path):
    expression = "page.documentElement.scrollWidth - page.documentElement.clientWidth"

    assert measure(visitor.get(path).text, tmp_path, width=390, expression=expression) == 0


def test_every_chart_of_a_deployment_lies_inside_the_page(visitor, tmp_path):
    boxes = (
        "[...page.querySelectorAll('.time-chart svg, .sparkline')].map(chart => chart.getBoundingClientRect()).map(box => [box.left, box.right, box.height])"
    )

    measured = measure(visitor.get("/deployments/clinic").text, tmp_path, width=1000, expression=boxes)

    assert len(measured) >= 6
    assert all(left >= 0 and right <= 1000 and height > 10 for left, right, height in measured)
