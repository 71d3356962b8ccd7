"""Typed frames for tests: one column of every kind, with everything that such a column may hold."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from hypothesis import strategies as st

from luthier.core.task import Column, ColumnKind, Schema

KINDS = {
    "size": ColumnKind.NUMERIC,
    "color": ColumnKind.CATEGORY,
    "smoker": ColumnKind.BOOLEAN,
    "seen": ColumnKind.DATETIME,
    "note": ColumnKind.TEXT,
    "weight": ColumnKind.NUMERIC,
    "shape": ColumnKind.CATEGORY,
}
DTYPES = {
    ColumnKind.NUMERIC: pl.Float64,
    ColumnKind.BOOLEAN: pl.Float64,
    ColumnKind.DATETIME: pl.Datetime("us"),
    ColumnKind.CATEGORY: pl.String,
    ColumnKind.TEXT: pl.String,
}
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
VALUES = {
    ColumnKind.NUMERIC: st.floats(allow_nan=False) | st.floats(-10, 10) | st.integers(-3, 3).map(float),
    ColumnKind.BOOLEAN: st.sampled_from([0.0, 1.0]),
    ColumnKind.DATETIME: st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
    ColumnKind.CATEGORY: st.sampled_from(["red", "blue", "grün", "", "日本"]) | st.text(LETTERS, max_size=4),
    ColumnKind.TEXT: st.lists(st.sampled_from(["Hello", "WORLD", "don't", "foo-bar", "école", "日本語", "42"]), max_size=8).map(" ".join)
    | st.text(LETTERS, max_size=30),
}


def schema_of(*names: str, time: str | None = None, group: str | None = None) -> Schema:
    """The schema of some of the columns of `KINDS`."""
    return Schema(columns=tuple(Column(name=name, kind=KINDS[name], dtype="as read") for name in names), time=time, group=group)


@st.composite
def typed_frames(draw: st.DrawFn, *, names: tuple[str, ...] = tuple(KINDS), min_rows: int = 1, max_rows: int = 12) -> pl.DataFrame:
    """Rows of anything, each cell missing now and then."""
    rows = draw(st.lists(st.tuples(*[st.none() | VALUES[KINDS[name]] for name in names]), min_size=min_rows, max_size=max_rows))
    return pl.DataFrame(rows, schema={name: DTYPES[KINDS[name]] for name in names}, orient="row")
