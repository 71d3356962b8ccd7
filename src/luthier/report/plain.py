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
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
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
        return _one_of(inner, plain)
    if origin is tuple:
        return tuple(_typed(inner[0], item) for item in plain)
    if origin is Mapping:
        return {key: _typed(inner[1], item) for key, item in plain.items()}
    if is_dataclass(hint) and isinstance(hint, type):
        return from_plain(hint, plain)
    if hint is float:
        return math.nan if plain is None else float(plain)
    return hint(plain) if isinstance(hint, type) else plain


def _one_of(kinds: tuple[Any, ...], plain: Any) -> Any:
    """A value of several possible kinds; JSON itself tells numbers from text."""
    if plain is None:
        return None if type(None) in kinds else math.nan
    known = [kind for kind in kinds if kind is not type(None)]
    return _typed(known[0], plain) if len(known) == 1 else plain
