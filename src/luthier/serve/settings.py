"""ServeSettings: where a service listens, what it promises, and what it refuses."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, fields
from math import inf

from luthier.core.errors import SettingInvalid


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """Every choice of a service."""

    host: str = "127.0.0.1"
    "Address to listen on. Any other than this machine's own needs a token in every request."
    port: int = 8000
    "TCP port; 0 takes a free one."
    durable: bool = False
    "True replies only after the answer is in the ledger, on the disk; False writes it within `flush_seconds`."
    flush_seconds: float = 0.2
    "Longest time for which answers wait in memory before they are written, where not durable."
    token_required: bool | None = None
    "Whether every request needs a token; None needs one unless `host` is this machine's own."
    names: tuple[str, ...] = ()
    "Further host names by which browsers and proxies may call the service where no token is required."
    most_rows: int = 4096
    "Rows of a table in one request."
    most_images: int = 64
    "Images in one request."
    most_pixels: int = 25_000_000
    "Pixels of one image, before it is resized."
    most_body_bytes: int = 16 * 1024 * 1024
    "Bytes of a request's body."
    most_held_bytes: int = 256 * 1024 * 1024
    "Bytes of the bodies of all requests that are being answered; more are refused with 429."
    most_requests: int = 1024
    "Requests that are answered at once; more are refused with 429."
    most_waiting_rows: int = 16_384
    "Rows that may wait for the model; more are refused with 429."
    most_unwritten_rows: int = 65_536
    "Rows that may wait for the ledger; more are refused with 503 where durable, else they are answered, not written, and counted."
    most_shadow_rows: int = 16_384
    "Rows that may wait for the challenger; more are left out and counted."
    batch_rows: int = 256
    "Rows that the model answers at once."
    request_seconds: float = 30.0
    "Longest time for a request, from its first header to its answer; and longest time in which a caller takes nothing of the reply."
    header_seconds: float = 10.0
    "Longest time that a new connection may take to send its first headers."
    drain_seconds: float = 20.0
    "Longest time for what is in flight when the service is told to stop."
    poll_seconds: float = 1.0
    "How often the ledger is asked whether the deployment has changed."

    def __post_init__(self) -> None:
        _require("port", self.port, 0, 65_535)
        for name in (field.name for field in fields(self) if field.name.startswith("most_") or field.name == "batch_rows"):
            _require(name, getattr(self, name), 1, inf)
        for name in (field.name for field in fields(self) if field.name.endswith("_seconds")):
            _require(name, getattr(self, name), 0.001, 86_400)
        if self.most_rows > min(self.most_waiting_rows, self.most_unwritten_rows):
            raise SettingInvalid(
                f"A request's rows must fit into the queues, but most_rows is {self.most_rows}, most_waiting_rows {self.most_waiting_rows} "
                f"and most_unwritten_rows {self.most_unwritten_rows}. Make the queues longer, or allow fewer rows."
            )

    @property
    def needs_token(self) -> bool:
        """Whether a request without a token is refused."""
        return not is_loopback(self.host) if self.token_required is None else self.token_required


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address.

    Example:
        >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "models.example")]
        [True, True, True, False, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _require(name: str, value: float, lowest: float, highest: float) -> None:
    if not lowest <= value <= highest:
        bounds = f"from {lowest:g} on" if highest == inf else f"from {lowest:g} to {highest:g}"
        raise SettingInvalid(f"{name} must be {bounds}, but {value!r} came. Change it.")
