"""The application of `luthier ui`: the pages alone, for this machine."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from luthier.core.errors import RequestRefused
from luthier.ledger import Ledger
from luthier.serve.access import require_own_site
from luthier.web.page import render
from luthier.web.replies import not_found, page_reply
from luthier.web.routes import routes


def create_pages(ledger: Ledger) -> FastAPI:
    """The pages of a ledger as an application of their own.

    It answers to the names of this machine alone, so that no page of another site can read it by a trick of DNS.
    """
    app = FastAPI(title="Luthier", openapi_url=None, middleware=[Middleware(OwnSite)], exception_handlers={HTTPException: _no_page})
    app.include_router(routes(ledger))
    return app


class OwnSite:
    """ASGI that refuses what a browser sends on behalf of another site.

    Args:
        app: what answers everything else.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse."""
        try:
            if scope["type"] == "http":
                require_own_site(scope, ())
        except RequestRefused as error:
            await page_reply(render("error", title="Refused", message=str(error)), status=error.status)(scope, receive, send)
            return
        await self._app(scope, receive, send)


async def _no_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return not_found(f"These pages have nothing at {request.url.path[:100]!r}. Begin with the deployments.")
