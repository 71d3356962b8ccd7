"""Replies: pages as HTTP, with the policy that binds them, and errors as pages."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from luthier.core.errors import BundleMissing, BundleUnknown, DeploymentMissing, LuthierError, RunUnknown
from luthier.web.page import render, security_policy

_MISSING = (RunUnknown, BundleUnknown, BundleMissing, DeploymentMissing)
_REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
_COMMON = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
OVER = {"Luthier-Over": "yes"}
"Header of a part that will not move again: the page is asked for anew."


def page_reply(page: str, *, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    """A page, or a part of one."""
    return HTMLResponse(page, status_code=status, headers={**_COMMON, "Content-Security-Policy": security_policy(), **(headers or {})})


def report_reply(page: bytes) -> HTMLResponse:
    """A report out of the store: whatever it holds, it can run nothing and ask for nothing."""
    return HTMLResponse(page, headers={**_COMMON, "Content-Security-Policy": _REPORT_POLICY})


def error_page(error: LuthierError, prefix: str) -> HTMLResponse:
    """What went wrong, as a page."""
    missing = isinstance(error, _MISSING)
    title = "Not found" if missing else "This cannot be shown"
    return page_reply(render("error", prefix, title=title, message=str(error)), status=404 if missing else 503)


def not_found(message: str, prefix: str = "") -> HTMLResponse:
    """The page for an address that leads nowhere."""
    return page_reply(render("error", prefix, title="Not found", message=message), status=404)


def page_router(prefix: str) -> APIRouter:
    """A router whose errors are pages, and which the documented interface does not list."""

    class PageRoute(APIRoute):
        """A route that answers people."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            answer = super().get_route_handler()

            async def answer_or_explain(request: Request) -> Response:
                try:
                    return await answer(request)
                except LuthierError as error:
                    return error_page(error, prefix)

            return answer_or_explain

    return APIRouter(prefix=prefix, route_class=PageRoute, include_in_schema=False, default_response_class=HTMLResponse)
