"""Guard: what every request passes before it is answered. Access, bounds, time, and the count of what became of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from luthier.core.errors import LuthierError, RequestRefused
from luthier.serve.access import OPEN_PATHS, Tokens, bearer_secret, require_own_site, require_scope
from luthier.serve.bodies import BodyBudget, MeasuredBody
from luthier.serve.deadlines import Deadlines
from luthier.serve.metrics import Metrics
from luthier.serve.protocols.refusals import words_for
from luthier.serve.replies import send_refusal
from luthier.serve.settings import ServeSettings

_GONE = 499
"Counted as the status of a request whose caller went away."


class Guard:
    """ASGI around the service.

    Args:
        app: what answers.
        direct: what answers the requests that come most, by method and path, without a search for the route.
        settings: the bounds.
        tokens: who may ask.
        metrics: where requests are counted.
    """

    def __init__(self, app: ASGIApp, *, direct: Mapping[tuple[str, str], ASGIApp], settings: ServeSettings, tokens: Tokens, metrics: Metrics) -> None:
        self._app, self._direct, self._settings, self._tokens, self._metrics = app, direct, settings, tokens, metrics
        self._needs_token, self._deadlines = settings.needs_token, Deadlines(settings.request_seconds)
        self._budget = BodyBudget(settings.most_body_bytes, settings.most_held_bytes)
        self._requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                has_begun.append(True)
            await send(message)

        has_begun: list[bool] = []
        self._requests += 1
        try:
            await self._answer(scope, receive, noting)
        except LuthierError as error:
            if has_begun:
                raise
            await send_refusal(noting, error, words_for(scope["path"]))
        except ClientDisconnect:
            status = _GONE
        finally:
            self._requests -= 1
            self._metrics.request(_route(scope), status, time.perf_counter() - started)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._requests > self._settings.most_requests:
            raise RequestRefused(
                f"At most {self._settings.most_requests:,} requests are answered at once. Ask again in a second.", status=429, retry_after_seconds=1
            )
        body, task = self._budget.measured(scope, receive), asyncio.current_task()
        assert task is not None
        self._deadlines.begin(task)
        try:
            if self._needs_token:
                await self._require_token(scope)
            else:
                require_own_site(scope, self._settings.names)
            await self._app_for(scope)(scope, body, send)
        except asyncio.CancelledError as error:
            if not self._deadlines.took_too_long(task):
                raise
            raise self._too_slow(body) from error
        finally:
            self._deadlines.end(task)
            body.release()

    def _app_for(self, scope: Scope) -> ASGIApp:
        direct = self._direct.get((scope["method"], scope["path"]))
        if direct is None:
            return self._app
        scope["endpoint"] = direct
        return direct

    async def _require_token(self, scope: Scope) -> None:
        if scope["path"] not in OPEN_PATHS:
            secret = bearer_secret(scope)
            scopes = self._tokens.remembered(secret)
            if scopes is None:
                scopes = await asyncio.to_thread(self._tokens.look_up, secret)
            require_scope(scopes, scope)

    def _too_slow(self, body: MeasuredBody) -> RequestRefused:
        seconds = f"{self._settings.request_seconds:g} s"
        if not body.is_complete:
            return RequestRefused(f"A request's body must come within {seconds}, but it did not. Send it faster, or in parts.", status=408)
        return RequestRefused(f"An answer must be found within {seconds}, but it was not. Ask again, or for less at once.", status=503, retry_after_seconds=5)


def _route(scope: Scope) -> str:
    """The pattern of the path that was asked for, of which there are few: not the path itself."""
    return str(getattr(scope.get("route"), "path", None) or getattr(scope.get("endpoint"), "path", "other"))
