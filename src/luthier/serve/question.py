"""Question: what a request asks, whatever protocol it came by."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from luthier.core.errors import RequestRefused
from luthier.ledger.records import LONGEST_ID

Row: TypeAlias = Mapping[str, Any]
"Column to value: text, a number, true, false, a datetime, or None where it is missing."

Few: TypeAlias = Callable[[int], None]
"Raises `RequestRefused` for more rows, images or labels than one request may hold. It is asked before they are made: a byte of a body can stand for a row."

MOST_ID_CHARACTERS = LONGEST_ID
"Longest prediction id that is taken from a caller."


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Rows of a table, or images, that somebody wants answered."""

    rows: tuple[Row, ...] | None = None
    "For a model of tables; None where images are asked about."
    images: tuple[bytes, ...] | None = None
    "For a model of images: each encoded as PNG, JPEG, WebP, BMP, GIF or TIFF; None where rows are asked about."
    ids: tuple[str, ...] | None = None
    "The caller's own prediction ids, one a row; None has them made."
    abstain: bool = False
    "Whether the model may answer nothing: where its prediction set is not a single class, or its interval is wider than `widest_interval`."
    widest_interval: float | None = None
    "Of a regression: width of an interval, in units of the target, from which on the model abstains; None never does."

    def __post_init__(self) -> None:
        if (self.rows is None) is (self.images is None):
            raise RequestRefused("A request must hold rows or images, but it holds both or neither. Give one of the two.", status=422)
        if self.ids is not None:
            _require_ids(self.ids, self.size)
        if self.widest_interval is not None and not (math.isfinite(self.widest_interval) and self.widest_interval >= 0):
            raise RequestRefused(f"The widest interval must be a number from 0 on, but {self.widest_interval!r} came. Correct it.", status=422)

    @property
    def size(self) -> int:
        """How many rows or images there are."""
        return len(self.rows if self.rows is not None else self.images or ())


def any_number(_: int) -> None:
    """The `Few` that refuses nothing."""


def require_few(found: int, most: int, what: str) -> None:
    """Refuse more of something than one request may hold.

    Example:
        >>> require_few(3, 4, "rows")
    """
    if found > most:
        raise RequestRefused(f"A request may hold {most:,} {what}, but {found:,} came. Send them in parts.", status=413)


def _require_ids(ids: tuple[str, ...], rows: int) -> None:
    if len(ids) != rows:
        raise RequestRefused(f"Every row must have one prediction id, but {len(ids)} ids came for {rows} rows. Give as many ids as rows.", status=422)
    if len(set(ids)) != rows:
        raise RequestRefused("Prediction ids must differ from each other, but one of them came twice. Give every row its own.", status=422)
    for name in ids:
        if not 1 <= len(name) <= MOST_ID_CHARACTERS or not name.isprintable():
            raise RequestRefused(
                f"A prediction id must have 1 to {MOST_ID_CHARACTERS} printable characters, but {name[:50]!r} came. Give another one.", status=422
            )
