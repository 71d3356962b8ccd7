"""Plain JSON: how the ledger keeps what has no columns of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from luthier.core.errors import SettingInvalid


def to_text(record: Mapping[str, Any]) -> str:
    """A record as JSON text.

    Raises:
        SettingInvalid: it holds something that JSON has not, such as NaN or an object.
    """
    try:
        return json.dumps(dict(record), ensure_ascii=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise SettingInvalid(f"The ledger keeps plain JSON, but a record came that is none ({error}). Write None for NaN, and text for objects.") from error


def from_text(text: str) -> dict[str, Any]:
    """The record that `to_text` wrote."""
    return dict(json.loads(text))
