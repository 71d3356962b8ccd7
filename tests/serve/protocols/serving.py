"""Made-up models behind the real service, on a port of this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import uvicorn

from luthier.ledger import Ledger
from luthier.serve import ServeSettings, Service, create_app
from luthier.serve.protocols import invocations_router, open_inference_router

DEPLOYMENT = "shapes"


@contextmanager
def deployed(bundle: Path, folder: Path) -> Iterator[Service]:
    """A service of one deployment, not started."""
    with Ledger.open(folder / "ledger.db") as ledger:
        stored = ledger.bundles.keep(bundle)
        ledger.deployments.create(DEPLOYMENT, stored.hash, who="a test", why="to be asked")
        yield Service(ledger, DEPLOYMENT, ServeSettings(most_rows=100))


@contextmanager
def answering(service: Service) -> Iterator[str]:
    """The host and port under which a service answers, by all protocols, until the end of the block."""
    listening = socket.create_server(("127.0.0.1", 0))
    app = create_app(service, routers=[open_inference_router(service), invocations_router(service)])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=5))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        host, port = listening.getsockname()
        yield f"{host}:{port}"
    finally:
        server.should_exit = True
        thread.join()
