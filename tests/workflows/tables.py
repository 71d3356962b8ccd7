"""Small made-up tables that have something of everything: numbers, categories, dates, truth values, gaps."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl


def make_table(rows: int = 240, *, seed: int = 0) -> pl.DataFrame:
    """Columns size, price, color, open, day; targets kind (three classes), sold (two) and weight (a number)."""
    rng = np.random.default_rng(seed)
    size, price = rng.normal(size=rows), rng.gamma(2.0, size=rows)
    color = rng.choice(["red", "green", "blue"], size=rows)
    signal = size - price + 2 * (color == "red") + 0.3 * rng.normal(size=rows)
    gaps = rng.random(rows) < 0.1
    return pl.DataFrame(
        {
            "size": [None if gap else value for gap, value in zip(gaps, size.tolist(), strict=True)],
            "price": price,
            "color": color,
            "open": rng.random(rows) < 0.5,
            "day": [datetime(2024, 1, 1) + timedelta(hours=17 * int(row)) for row in rng.permutation(rows)],
            "kind": np.select([signal < -2, signal < 0.5], ["low", "middle"], "high"),
            "sold": signal > 0,
            "weight": signal * 3 + 40,
        }
    )


def inputs_and(target: str, rows: int = 240, *, seed: int = 0) -> pl.DataFrame:
    """The table with one of its targets."""
    return make_table(rows, seed=seed).drop([name for name in ("kind", "sold", "weight") if name != target])
