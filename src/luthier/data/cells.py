"""What one cell of text may mean: a missing value, a number, a truth value."""

from __future__ import annotations

import polars as pl

MISSING_MARKERS: tuple[str, ...] = ("NA", "N/A", "n/a", "#N/A", "<NA>", "nan", "NaN", "NAN", "NaT", "null", "NULL", "Null", "None", "?")
"Texts that stand for a missing value, spaces around them ignored. Empty text always does."

_TRUE, _FALSE = ("true", "t", "yes", "y", "1", "1.0"), ("false", "f", "no", "n", "0", "0.0")


def without_markers(text: pl.Series, *, keep: tuple[str, ...] = ()) -> tuple[pl.Series, dict[str, int]]:
    """The text with its missing markers made null, and how often each marker stood there."""
    stripped = text.str.strip_chars()
    marked = stripped.is_in([marker for marker in MISSING_MARKERS if marker not in keep]).fill_null(False)
    counts = stripped.filter(marked).alias("marker").value_counts(sort=True, name="count")
    empty = (stripped == "").fill_null(False)
    if not (marked.any() or empty.any()):
        return text, {}
    cleared = pl.select(pl.when(marked | empty).then(None).otherwise(text)).to_series().alias(text.name)
    return cleared, dict(counts.iter_rows())


def without_nan(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with null where a float is not a number; the same object where none is."""
    floats = [name for name, dtype in frame.schema.items() if dtype.is_float()]
    if not floats or not frame.height:
        return frame
    flags = frame.select(pl.col(floats).is_nan().any()).row(0)
    found = [name for name, flag in zip(floats, flags, strict=True) if flag]
    return frame.with_columns(pl.col(found).fill_nan(None)) if found else frame


def parse_numbers(text: pl.Series) -> pl.Series:
    """Float64; null where the text is no number."""
    return text.str.strip_chars().cast(pl.Float64, strict=False).fill_nan(None)


def parse_booleans(text: pl.Series) -> pl.Series:
    """Float64 0 or 1; null where the text is no truth value. Accepts true, t, yes, y, 1 and their opposites in any case."""
    words = {**dict.fromkeys(_TRUE, 1.0), **dict.fromkeys(_FALSE, 0.0)}
    return text.str.strip_chars().str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Float64)


def as_text(series: pl.Series) -> pl.Series:
    """Any column as text: integers (also those held as floats) as `3`, truth values as `true`, dates in ISO form.

    Example:
        >>> as_text(pl.Series([3.0, 2.5, None])).to_list()
        ['3', '2.5', None]
    """
    if series.dtype.is_float():
        finite = series.is_finite() & (series.abs() < 2.0**53)
        whole = (finite & (series == series.round())).fill_null(False)
        integers = pl.select(pl.when(whole).then(series)).to_series().cast(pl.Int64)
        return pl.select(pl.when(whole).then(integers.cast(pl.String)).otherwise(series.fill_nan(None).cast(pl.String))).to_series().alias(series.name)
    return series.cast(pl.String)
