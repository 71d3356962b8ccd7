"""A request's body as JSON, with the words `NaN` and `Infinity` that data frames write although JSON does not have them."""

from __future__ import annotations

import json
from typing import Any

import orjson

from luthier.core.errors import RequestRefused


def json_object(body: bytes | memoryview) -> dict[str, Any]:
    """The object that the body holds.

    Raises:
        RequestRefused: it is no JSON, or no object.

    Example:
        >>> json_object(b'{"inputs": [1, NaN]}')
        {'inputs': [1, nan]}
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        value = _with_nan(bytes(body), error)
    if not isinstance(value, dict):
        raise RequestRefused(f"The body must be a JSON object, but a JSON {_called(value)} came. Send an object.", status=400)
    return value


def _with_nan(body: bytes, refusal: orjson.JSONDecodeError) -> Any:
    """What the strict reader refused, where it is wrong in nothing but such words."""
    try:
        value = json.loads(body.decode())
        orjson.dumps(value)  # refuses half characters and integers of more than 64 bits
    except (ValueError, TypeError, RecursionError) as error:
        raise RequestRefused(f"The body must be JSON, but it cannot be read: {refusal}. Correct it.", status=400) from error
    return value


def _called(value: Any) -> str:
    if value is None:
        return "null"
    return "array" if isinstance(value, list) else "text" if isinstance(value, str) else "truth value" if isinstance(value, bool) else "number"
