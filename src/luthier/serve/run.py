"""Running a service: uvicorn, and an end at which nothing that was answered is lost."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from typing import cast

import uvicorn
from fastapi import FastAPI

from luthier.core.errors import SettingInvalid
from luthier.serve.impatient import ImpatientProtocol
from luthier.serve.service import Service
from luthier.serve.settings import ServeSettings

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_BACKLOG = 2048
_KEEP_ALIVE_SECONDS = 75
"Longer than the pause after which proxies in front let go of a connection, so that they never use one that is being closed."


def serve(app: FastAPI, service: Service, settings: ServeSettings | None = None, *, announce: Callable[[str], None] = lambda _: None) -> None:
    """Answer until SIGTERM or Ctrl-C, then finish what is in flight, write what was answered, and return. A second signal ends at once.

    Args:
        app: what `create_app` made of the service.
        settings: those of the service, unless given.
        announce: told the address, once connections are taken.

    Raises:
        SettingInvalid: the address cannot be listened on, or a token is needed and there is none.
    """
    chosen = settings or service.settings
    _require_token(service, chosen)
    with _listening(chosen) as listening:
        announce(_address(listening))
        _Server(_config(app, chosen)).run(sockets=[listening])


@contextmanager
def serving(app: FastAPI, service: Service, settings: ServeSettings | None = None) -> Generator[str, None, None]:
    """The address of a service that answers beside the program, until the block ends: then it drains as `serve` does.

    Raises:
        SettingInvalid: the address cannot be listened on, or a token is needed and there is none.
    """
    chosen = settings or service.settings
    _require_token(service, chosen)
    with _listening(chosen) as listening:
        server = _Server(_config(app, chosen))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="luthier-service")
        thread.start()
        try:
            yield _address(listening)
        finally:
            server.should_exit = True
            thread.join()


def _config(app: FastAPI, settings: ServeSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=cast(type[ImpatientProtocol], partial(ImpatientProtocol, header_seconds=settings.header_seconds, reply_seconds=settings.request_seconds)),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(round(settings.drain_seconds), 1),
    )


class _Server(uvicorn.Server):
    """A server for which being told to stop is no failure: the process goes on after it, and may end with 0."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._told_to_stop) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _told_to_stop(self, *_: object) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


def _listening(settings: ServeSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except (OSError, UnicodeError) as error:
        number = getattr(error, "errno", None)
        reason = os.strerror(number).lower() if number is not None and number > 0 else str(error).partition("] ")[2].lower() or "it is no address"
        raise SettingInvalid(
            f"The service must be able to listen on {settings.host} port {settings.port}, but it cannot: {reason}. Give another --host or --port."
        ) from error


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _require_token(service: Service, settings: ServeSettings) -> None:
    if settings.needs_token and not any(token.revoked_at is None for token in service.ledger.tokens.all()):
        raise SettingInvalid(
            f"A service that others can reach at {settings.host} needs a token, but the ledger has none. "
            "Make one with `luthier token NAME --scope predict`, or listen on 127.0.0.1."
        )
