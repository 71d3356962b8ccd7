"""Frozen records to plain JSON values and back, steered by their type hints."""

from __future__ import annotations

import math
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Record = TypeVar("Record")


def to_plain(value: Any) -> Any:
    """JSON values of a record; a number that is not finite becomes null, as strict JSON has no word for it.

    Example:
        >>> to_plain((1, float("nan")))
        [1, None]
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [to_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def from_plain(kind: type[Record], plain: Mapping[str, Any]) -> Record:
    """The record that `to_plain` wrote; unknown keys, which a later version may add, are ignored."""
    hints = get_type_hints(kind)
    return kind(**{name: _typed(hint, plain[name]) for name, hint in hints.items() if name in plain})


def _typed(hint: Any, plain: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if plain is None else _typed(next(kind for kind in inner if kind is not type(None)), plain)
    if origin is tuple:
        return tuple(_typed(inner[0], item) for item in plain)
    if is_dataclass(hint) and isinstance(hint, type):
        return from_plain(hint, plain)
    if hint is float:
        return math.nan if plain is None else float(plain)
    return hint(plain) if isinstance(hint, type) else plain
