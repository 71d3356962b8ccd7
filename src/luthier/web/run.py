"""Running the pages: uvicorn on this machine, until Ctrl-C."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import uvicorn

from luthier.core.errors import SettingInvalid
from luthier.ledger import Ledger
from luthier.serve.settings import is_loopback
from luthier.web.app import create_pages


def serve_pages(*, host: str = "127.0.0.1", port: int = 8001, ledger: str | Path | None = None, announce: Callable[[str], None] = lambda _: None) -> None:
    """Show the pages of a ledger until Ctrl-C.

    Args:
        host: an address of this machine that no other can reach.
        port: 0 takes a free one.
        ledger: path or URL; None finds one upwards, or makes one in the working folder.
        announce: told the address, once connections are taken.

    Raises:
        SettingInvalid: others could reach the address, or it cannot be listened on.
    """
    _require_loopback(host, port)
    with Ledger.open(ledger) as opened, _listening(host, port) as listening:
        announce(_address(listening))
        server = uvicorn.Server(uvicorn.Config(create_pages(opened), log_config=None, access_log=False, server_header=False, lifespan="off"))
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])


def _require_loopback(host: str, port: int) -> None:
    if not is_loopback(host):
        raise SettingInvalid(
            f"The pages ask for no token and are shown on this machine alone, but --host {host} came. "
            f"Leave it out, and come from elsewhere with `ssh -L {port}:127.0.0.1:{port} THIS_MACHINE`."
        )


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        number = getattr(error, "errno", None) or 0
        reason = (os.strerror(number) if number > 0 else str(error)).lower()
        raise SettingInvalid(f"The pages must be able to listen on {host} port {port}, but they cannot: {reason}. Give another --port.") from error


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
