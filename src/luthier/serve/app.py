"""The application: routes, one form of errors, and the guard in front."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from luthier.core.errors import LuthierError, RequestRefused
from luthier.serve.access import Tokens
from luthier.serve.documents import native_paths, with_common_refusals
from luthier.serve.guard import Guard
from luthier.serve.protocols.refusals import words_for
from luthier.serve.replies import error_body, message_of, refusal_headers, status_of
from luthier.serve.routes import direct_routes, native_routes
from luthier.serve.service import Service
from luthier.serve.settings import ServeSettings


def create_app(service: Service, settings: ServeSettings | None = None, *, routers: Sequence[APIRouter] = ()) -> FastAPI:
    """The ASGI application of a service, which is started with it unless it runs already.

    Args:
        settings: those of the service, unless given.
        routers: other protocols and pages; they stand behind the same guard.
    """
    chosen = settings or service.settings
    tokens = Tokens(service.ledger.tokens.scopes_of)
    routes = native_routes(service)
    app = FastAPI(
        title=f"Luthier: {service.deployment}",
        version=version("luthier"),
        docs_url=None,  # these pages would take their scripts from elsewhere
        redoc_url=None,
        lifespan=_lifespan_of(service),
        middleware=[Middleware(Guard, direct=direct_routes(routes), settings=chosen, tokens=tokens, metrics=service.metrics)],
        exception_handlers={
            LuthierError: _refused,
            HTTPException: _refused_by_routing,
            RequestValidationError: _refused_by_validation,
            Exception: _failed,
        },
    )
    app.router.routes[:0] = routes
    for router in routers:
        app.include_router(router)

    def document() -> dict[str, Any]:
        common = get_openapi(title=app.title, version=app.version, routes=app.routes)
        return with_common_refusals(common | {"paths": native_paths(service.manifest) | common.get("paths", {})})

    app.openapi = document  # type: ignore[method-assign] # FastAPI's way to have a document of one's own
    return app


def _lifespan_of(service: Service) -> Any:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if service.running:
            yield
            return
        await service.start()
        try:
            yield
        finally:
            await service.stop()

    return lifespan


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, LuthierError)
    return _reply(error)


async def _refused_by_routing(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        refusal = RequestRefused(f"There is nothing at {request.url.path[:100]!r}. See /openapi.json for what there is.", status=404)
    elif error.status_code == 405:
        refusal = RequestRefused(f"{request.url.path[:100]!r} does not take {request.method}. See /openapi.json for what it takes.", status=405)
    else:
        refusal = RequestRefused(str(error.detail), status=error.status_code)
    reply = _reply(refusal, request.url.path)
    reply.headers.update(error.headers or {})
    return reply


async def _refused_by_validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return _reply(RequestRefused(f"{place} is not as it must be: {first['msg']}. Correct it.", status=422))


async def _failed(_: Request, _error: Exception) -> Response:
    body = error_body("Fault", "The service failed at this request, which is no fault of yours. Its log says more; tell whoever runs it.")
    return Response(body, status_code=500, media_type="application/json")


def _reply(error: LuthierError, path: str = "") -> Response:
    words = words_for(path)
    told = message_of(error)
    body = error_body(type(error).__name__, told) if words is None else orjson.dumps(words(told, status_of(error)))
    headers = {name.decode(): value.decode() for name, value in refusal_headers(error)}
    return Response(body, status_code=status_of(error), headers=headers, media_type="application/json")
