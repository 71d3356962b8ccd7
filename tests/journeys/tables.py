"""The tables of the journeys: small files as people have them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

ROWS = 90


def patients() -> pl.DataFrame:
    """Columns age, sex, marker (with gaps) and the target ill; no column alone gives the answer."""
    age = [float(20 + (37 * i) % 71) for i in range(ROWS)]
    sex = ["f" if i % 3 else "m" for i in range(ROWS)]
    marker = [None if i % 10 == 0 else float((53 * i) % 29) for i in range(ROWS)]
    ill = ["yes" if a + (m or 14) + 15 * (s == "m") + (11 * i) % 17 > 85 else "no" for i, (a, s, m) in enumerate(zip(age, sex, marker, strict=True))]
    return pl.DataFrame({"age": age, "sex": sex, "marker": marker, "ill": ill})


def write_table(folder: Path, *, name: str = "patients.csv", **columns: pl.Expr | pl.Series) -> str:
    """Write the patients, some columns replaced, and give the file's name."""
    patients().with_columns(**columns).write_csv(folder / name)
    return name


def set_cell(column: str, row: int, value: float | str) -> pl.Expr:
    """The column with one cell replaced, as text where the value is one."""
    kept = pl.col(column).cast(pl.String) if isinstance(value, str) else pl.col(column)
    return pl.when(pl.int_range(pl.len()) == row).then(pl.lit(value)).otherwise(kept)
