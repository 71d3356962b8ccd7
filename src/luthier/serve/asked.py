"""What was asked, as the ledger keeps it: bytes, and a hash by which a repeat is known."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from typing import Any

import orjson

from luthier.core.errors import RequestRefused
from luthier.serve.question import Question, Row

_PLAIN = orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


def asked_bytes(row: Row | bytes) -> bytes:
    """A row as a JSON object, its columns sorted; an image as it came.

    Example:
        >>> asked_bytes({"b": None, "a": 1.5})
        b'{"a":1.5,"b":null}'
    """
    if isinstance(row, bytes):
        return row
    try:
        written = orjson.dumps(row, default=str, option=_PLAIN)
    except TypeError:  # an integer of more than 64 bits, half of a character, or many levels
        return _written_slowly(row)
    if b"null" in written and any(_is_infinite(value) for value in row.values()):
        return asked_bytes({name: str(value) if _is_infinite(value) else value for name, value in row.items()})
    return written


def require_storable(rows: Sequence[Row], columns: int) -> None:
    """Refuse rows that the ledger could not keep, before they are answered: what stands in columns that the model does not know was read by nobody.

    Args:
        columns: that the model knows.
    """
    for row in rows:
        if len(row) > columns and any(isinstance(value, (dict, list)) for value in row.values()):
            asked_bytes(row)


def content_hash(asked: bytes, question: Question) -> str:
    """The same for the same row, asked in the same way."""
    digest = hashlib.sha256(asked)
    if question.abstain:
        digest.update(f"abstain {question.widest_interval}".encode())
    return digest.hexdigest()


def _written_slowly(row: Row) -> bytes:
    try:
        return json.dumps(row, sort_keys=True, default=str).encode()
    except RecursionError as error:
        raise RequestRefused(
            "A row must hold single values, but one holds lists or objects within each other, too deep. Leave them out.", status=422
        ) from error


def _is_infinite(value: Any) -> bool:
    return isinstance(value, float) and math.isinf(value)
