"""The native routes as ASGI: nothing stands between a body and its answer that is not needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from luthier.core.errors import RequestRefused
from luthier.serve.bodies import header, parse_json, read_body
from luthier.serve.metrics import metrics_text
from luthier.serve.model_facts import model_facts
from luthier.serve.native import parse_image, parse_labels, parse_question, render_answers, render_receipt
from luthier.serve.question import Question
from luthier.serve.replies import send_json, send_reply
from luthier.serve.service import Service

IMAGE_TYPES = ("image/png", "image/jpeg", "image/webp", "image/bmp", "image/gif", "image/tiff", "application/octet-stream")
"What a body that is one image may call itself; what it is, its bytes say."
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route: a path, and what answers it."""

    path: str
    reply: Callable[[Scope, Receive, Send], Awaitable[None]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await self.reply(scope, receive, send)


def native_routes(service: Service) -> list[Route]:
    """The routes of a service, the most used ones first."""
    native = _Native(service)
    routes = (
        ("POST", "/v1/predict", native.predict),
        ("POST", "/v1/labels", native.labels),
        ("GET", "/v1/model", native.model),
        ("GET", "/health/live", native.live),
        ("GET", "/health/ready", native.ready),
        ("GET", "/metrics", native.metrics),
    )
    return [Route(path, Endpoint(path, reply), methods=[method], include_in_schema=False) for method, path, reply in routes]


def direct_routes(routes: Sequence[Route]) -> dict[tuple[str, str], ASGIApp]:
    """By method and path, those of the routes that are asked most."""
    return {("POST", route.path): route.app for route in routes if route.methods == {"POST"}}


class _Native:
    def __init__(self, service: Service) -> None:
        self._service = service

    async def predict(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = _media_type(scope)
        body = await read_body(receive)
        question = parse_image(body, scope["query_string"].decode("latin-1")) if kind in IMAGE_TYPES else self._question(_json(body, kind))
        await send_reply(send, render_answers(await self._service.answer(question)))

    async def labels(self, scope: Scope, receive: Receive, send: Send) -> None:
        facts = parse_labels(_json(await read_body(receive), _media_type(scope)), self._service.require_few_labels)
        await send_reply(send, render_receipt(await self._service.label(facts)))

    def _question(self, value: object) -> Question:
        return parse_question(value, self._service.require_few)

    async def model(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send_json(send, model_facts(self._service))

    async def live(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send_json(send, {"live": True})

    async def ready(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        is_ready, details = self._service.readiness()
        await send_json(send, {"ready": is_ready, **details}, status=200 if is_ready else 503)

    async def metrics(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        page = metrics_text(self._service.metrics, self._service.moment())
        await send_reply(send, page, headers=[(b"content-type", METRICS_TYPE.encode())])


def _media_type(scope: Scope) -> str:
    return (header(scope, b"content-type") or b"").decode("latin-1").partition(";")[0].strip().lower()


def _json(body: bytes, kind: str) -> object:
    if kind not in ("application/json", ""):
        raise RequestRefused(f"A request's body must be application/json, or an image where images are asked about, but {kind[:50]!r} came.", status=415)
    return parse_json(body)
