"""Access: who may ask. Tokens with scopes, and browsers of other sites kept out where no token is needed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.types import Scope

from luthier.core.errors import RequestRefused
from luthier.serve.bodies import header

OPEN_PATHS = ("/health/live", "/health/ready", "/v2/health/live", "/v2/health/ready", "/ping")
"Answered without a token: they tell nothing but whether the service answers."
_REMEMBERED_SECONDS = 5.0
"So long a token that was looked up is not looked up again; a revoked one opens nothing after that."
_MOST_REMEMBERED = 1024
_LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


def scope_needed(method: str, path: str) -> str | None:
    """What a token must open for a request; None where any valid token will do.

    Example:
        >>> scope_needed("POST", "/v1/labels"), scope_needed("POST", "/invocations"), scope_needed("GET", "/metrics")
        ('label', 'predict', None)
    """
    if method in ("GET", "HEAD", "OPTIONS"):
        return None
    if path.startswith("/v1/labels"):
        return "label"
    return "predict" if path == "/invocations" or path.startswith(("/v1/predict", "/v2/")) else "promote"


class Tokens:
    """The scopes of secrets, remembered for a few seconds. Threads may share it.

    Args:
        scopes_of: looks a secret up; compares in constant time.
        now: seconds on a clock that does not go back.
    """

    def __init__(self, scopes_of: Callable[[str], frozenset[str]], *, now: Callable[[], float] = time.monotonic) -> None:
        self._scopes_of, self._now = scopes_of, now
        self._remembered: dict[bytes, tuple[float, frozenset[str]]] = {}

    def remembered(self, secret: str) -> frozenset[str] | None:
        """What a secret opens, without a look into the ledger; None where that is needed."""
        found = self._remembered.get(_digest(secret))
        return found[1] if found is not None and self._now() - found[0] < _REMEMBERED_SECONDS else None

    def look_up(self, secret: str) -> frozenset[str]:
        """What a secret opens; nothing where it is unknown."""
        scopes = self._scopes_of(secret)
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[_digest(secret)] = (self._now(), scopes)
        return scopes


def bearer_secret(scope: Scope) -> str:
    """The secret that a request carries.

    Raises:
        RequestRefused: it carries none.
    """
    kind, _, secret = (header(scope, b"authorization") or b"").decode("latin-1").partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise RequestRefused("This service needs a token, but none came. Send the header Authorization: Bearer TOKEN.", status=401)
    return secret.strip()


def require_scope(scopes: frozenset[str], scope: Scope) -> None:
    """Refuse a token that does not open what is asked for."""
    if not scopes:
        raise RequestRefused("This service needs a valid token, but the one that came opens nothing. Ask whoever runs it for another.", status=401)
    needed = scope_needed(scope["method"], scope["path"])
    if needed is not None and needed not in scopes:
        raise RequestRefused(f"This needs a token with the scope {needed!r}, but the one that came has {', '.join(sorted(scopes))}. Use another.", status=403)


def require_own_site(scope: Scope, names: tuple[str, ...]) -> None:
    """Refuse what a browser sends on behalf of another site, by its `Origin` or by a name that leads here by a trick of DNS.

    Only for a service without tokens: its one protection is that it listens on this machine alone.
    """
    host = (header(scope, b"host") or b"").decode("latin-1").lower()
    if _without_port(host) not in (*_LOCAL_NAMES, *names):
        raise RequestRefused(
            f"This service answers to {', '.join((*_LOCAL_NAMES, *names))}, but it was called {host[:100]!r}. Call it by one of its names.", status=403
        )
    origin = header(scope, b"origin")
    if origin is not None and _netloc(origin.decode("latin-1")) != host:
        raise RequestRefused("This service takes no requests from pages of other sites, but one came. Call it directly, or with a token.", status=403)


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
