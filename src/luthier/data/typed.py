"""The one conversion from a table as read to columns of the right type: the same at the fit and at a prediction."""

from __future__ import annotations

import polars as pl

from luthier.core.errors import ColumnMissing, ColumnUnusable
from luthier.core.task import Column, ColumnKind, Schema
from luthier.data.cells import as_text, parse_booleans, parse_numbers, without_markers, without_nan
from luthier.data.date_texts import ISO, parse_dates
from luthier.data.wording import kind_option


def typed_frame(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The input columns of a schema, in its order, each in the type of its kind.

    | kind | type |
    |---|---|
    | numeric | Float64; null is missing, infinities stay |
    | boolean | Float64 of 0 and 1; null is missing |
    | category, text | String; null is missing, also where the text was empty |
    | datetime | Datetime in microseconds, UTC, without a zone |

    Other columns are left out, and the order of the columns does not matter.

    Raises:
        ColumnMissing: an input column is not there.
        ColumnUnusable: a column holds what its kind does not allow.

    Example:
        >>> from luthier.core.task import Column, ColumnKind, Schema
        >>> schema = Schema(columns=(Column(name="age", kind=ColumnKind.NUMERIC, dtype="Int64"),))
        >>> typed_frame(pl.DataFrame({"id": [7, 8], "age": ["31", None]}), schema)["age"].to_list()
        [31.0, None]
    """
    held, inputs = frame.schema, schema.inputs
    for column in inputs:
        if column.name not in held:
            raise ColumnMissing(column.name, frame.columns, purpose="is an input")
    plain = [column.name for column in inputs if column.kind in _NUMBERS and _is_plain_number(held[column.name])]
    labels = [column.name for column in inputs if column.kind in _LABELS and held[column.name] == pl.String]
    done = {*plain, *labels}
    others = [_CONVERSIONS[column.kind](frame, column, held[column.name]) for column in inputs if column.name not in done]
    # One expression for all columns that need the same keeps a single row of 50 columns well under a millisecond.
    together = [pl.col(plain).cast(pl.Float64), pl.when(pl.col(labels) != "").then(pl.col(labels))]
    typed = without_nan(frame.select([*(expression for expression, names in zip(together, (plain, labels), strict=True) if names), *others]))
    _refuse_other_truth_values(frame, typed, [column.name for column in inputs if column.kind is ColumnKind.BOOLEAN and column.name in done])
    return typed.select(pl.col([column.name for column in inputs]))


_NUMBERS, _LABELS = (ColumnKind.NUMERIC, ColumnKind.BOOLEAN), (ColumnKind.CATEGORY, ColumnKind.TEXT)


def _is_plain_number(dtype: pl.DataType) -> bool:
    return dtype.is_numeric() or dtype in (pl.Boolean, pl.Null)


def _numeric(frame: pl.DataFrame, column: Column, dtype: pl.DataType) -> pl.Expr | pl.Series:
    value = pl.col(column.name)
    if dtype == pl.Duration:
        return value.dt.total_microseconds().cast(pl.Float64) / 1e6
    if dtype == pl.Time:
        return value.cast(pl.Int64).cast(pl.Float64) / 1e9
    text = _text_or_refuse(frame[column.name], column, "numbers")
    return _readable(text, parse_numbers(text), column, "numbers")


def _boolean(frame: pl.DataFrame, column: Column, _: pl.DataType) -> pl.Expr | pl.Series:
    text = _text_or_refuse(frame[column.name], column, "true and false")
    return _readable(text, parse_booleans(text), column, "true and false")


def _label(frame: pl.DataFrame, column: Column, dtype: pl.DataType) -> pl.Expr | pl.Series:
    if dtype in (pl.Categorical, pl.Enum):
        text = pl.col(column.name).cast(pl.String)
        return pl.when(text != "").then(text).alias(column.name)
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        raise _wrong_type(column, "text or codes", dtype)
    return as_text(frame[column.name])


def _datetime(frame: pl.DataFrame, column: Column, dtype: pl.DataType) -> pl.Expr | pl.Series:
    value = pl.col(column.name)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone:
        return value.dt.convert_time_zone("UTC").dt.replace_time_zone(None).cast(pl.Datetime("us"))
    if dtype in (pl.Datetime, pl.Date, pl.Null):
        return value.cast(pl.Datetime("us"))
    text = _text_or_refuse(frame[column.name], column, "dates")
    dates = parse_dates(text, column.date_format)
    if column.date_format != ISO:
        dates = dates.zip_with(dates.is_not_null(), parse_dates(text))
    return _readable(text, dates, column, "dates")


_CONVERSIONS = {
    ColumnKind.NUMERIC: _numeric,
    ColumnKind.BOOLEAN: _boolean,
    ColumnKind.CATEGORY: _label,
    ColumnKind.TEXT: _label,
    ColumnKind.DATETIME: _datetime,
}


def _text_or_refuse(series: pl.Series, column: Column, required: str) -> pl.Series:
    if series.dtype not in (pl.String, pl.Categorical, pl.Enum):
        raise _wrong_type(column, required, series.dtype)
    return without_markers(series.cast(pl.String))[0]


def _readable(text: pl.Series, parsed: pl.Series, column: Column, required: str) -> pl.Series:
    unread = parsed.is_null() & text.is_not_null()
    if unread.any():
        row = int(unread.arg_true()[0])
        form = f" of the form {column.date_format}" if column.date_format else ""
        raise ColumnUnusable(
            f"Column {column.name!r} must hold {required}{form}, but it also holds other text (first: {text[row]!r} in row {row + 1}). "
            "Correct it, or leave the cell empty where the value is missing.",
            column=column.name,
        )
    return parsed.alias(column.name)


def _refuse_other_truth_values(frame: pl.DataFrame, typed: pl.DataFrame, names: list[str]) -> None:
    if not names:
        return
    strange = typed.select(((pl.col(names) != 0) & (pl.col(names) != 1)).any()).row(0)
    for name, found in zip(names, strange, strict=True):
        if found:
            row = int(((typed[name] != 0) & (typed[name] != 1)).arg_true()[0])
            raise ColumnUnusable(
                f"Column {name!r} must hold true and false, or 1 and 0, but row {row + 1} holds {frame[name][row]!r}. "
                f"Correct it, or fit again with {kind_option(name, 'numeric')}.",
                column=name,
            )


def _wrong_type(column: Column, required: str, dtype: pl.DataType) -> ColumnUnusable:
    return ColumnUnusable(f"Column {column.name!r} must hold {required}, but it holds values of type {dtype}. Convert it.", column=column.name)
