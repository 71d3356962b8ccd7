"""What every record of this folder can do: become plain JSON values."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import Any


class AbstractRecord:
    """A frozen record of plain numbers that can be written as JSON."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; a number that does not exist (NaN, infinity) becomes `None`."""
        record: dict[str, Any] = _plain(self)
        return record


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
