"""Pieces of OpenAPI that both protocols use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MEANINGS = {
    400: "The request is not what the protocol says.",
    401: "A token is needed.",
    403: "The token does not allow this.",
    404: "There is no such model.",
    408: "The request took too long.",
    409: "A prediction id was used before, for something else.",
    413: "The request is too large.",
    415: "The body comes in a form that is not read.",
    422: "The rows or images cannot be answered.",
    429: "Too many requests wait.",
    503: "The service cannot answer now.",
}


def json_content(schema: Mapping[str, Any], *, example: Any = None) -> dict[str, Any]:
    """A body in JSON."""
    return {"application/json": {"schema": schema} | ({} if example is None else {"example": example})}


def refusals_in(schema: Mapping[str, Any], *statuses: int) -> dict[int | str, dict[str, Any]]:
    """Refusals of these statuses, whose bodies have this form."""
    return {status: {"description": _MEANINGS[status], "content": json_content(schema)} for status in statuses}
