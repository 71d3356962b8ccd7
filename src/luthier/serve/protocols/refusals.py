"""Refusals: whatever cannot be answered is said in the words of the protocol by which the question came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from luthier.core.errors import LuthierError
from luthier.serve.replies import Words, message_of, refusal_headers, status_of

_CODES = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_DOES_NOT_EXIST",
    409: "RESOURCE_CONFLICT",
    429: "REQUEST_LIMIT_EXCEEDED",
    503: "TEMPORARILY_UNAVAILABLE",
}


def open_inference_words(message: str, status: int) -> dict[str, Any]:
    """How the Open Inference Protocol tells of an error.

    Example:
        >>> open_inference_words("Too much.", 413)
        {'error': 'Too much.'}
    """
    return {"error": message}


def mlflow_words(message: str, status: int) -> dict[str, Any]:
    """How MLflow tells of an error.

    Example:
        >>> mlflow_words("Too much.", 413)
        {'error_code': 'INVALID_PARAMETER_VALUE', 'message': 'Too much.'}
    """
    return {"error_code": _CODES.get(status, "INVALID_PARAMETER_VALUE"), "message": message}


def words_for(path: str) -> Words | None:
    """The words of the protocol that has this path; None where it is the service's own."""
    if path == "/v2" or path.startswith("/v2/"):
        return open_inference_words
    return mlflow_words if path in ("/invocations", "/ping", "/version") else None


def route_that_says(words: Words) -> type[APIRoute]:
    """A class of routes, for `APIRouter(route_class=...)`, whose refusals have this form."""

    class Route(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Any]:
            answer = super().get_route_handler()

            async def answer_or_refuse(request: Request) -> Response:
                try:
                    return await answer(request)
                except LuthierError as error:
                    return _refusal(error, words)

            return answer_or_refuse

    return Route


def json_reply(value: Any, *, status: int = 200) -> Response:
    """A reply in JSON; NaN becomes null."""
    return Response(orjson.dumps(value), status, media_type="application/json")


def _refusal(error: LuthierError, words: Words) -> Response:
    status = status_of(error)
    reply = json_reply(words(message_of(error), status), status=status)
    reply.raw_headers.extend(refusal_headers(error))
    return reply
