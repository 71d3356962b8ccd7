"""What each column means: a guess with its reason, which the user can overrule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import NamedTuple

import polars as pl

from luthier.core.errors import ColumnMissing, ColumnUnusable, SettingInvalid
from luthier.core.task import Column, ColumnKind
from luthier.data.cells import parse_numbers, without_markers
from luthier.data.date_texts import ISO, guess_date_format, reads_both_ways
from luthier.data.wording import kind_option

_FEW_CODES, _MANY_TEXTS, _LONG_TEXT_WORDS = 20, 1_000, 3.0
_ENOUGH_ROWS = 20
"Below this many rows, values that all differ prove nothing."
_ID_WORDS = frozenset({"id", "ids", "uuid", "guid", "index", "rowid", "identifier", "pk", "unnamed"})
_CODE_WORDS = frozenset({"id", "code", "codes", "zip", "zipcode", "postcode", "postal", "type", "class", "category"})
_JOINED_ID = re.compile(
    r"(customer|patient|user|client|person|subject|session|order|account|product|item|employee|member|student|store|device|transaction|passenger|row|record|case)"
    r"(id|no|nr|number)$"
)
_UUID = r"^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$"


class _Guess(NamedTuple):
    kind: ColumnKind
    why: str
    date_format: str = ISO


def guess_columns(frame: pl.DataFrame, *, target: str, overrides: Mapping[str, str | ColumnKind] | None = None) -> tuple[Column, ...]:
    """The columns in their order, the target left out, each with its kind and why.

    Args:
        overrides: column name to kind, as `--kind` gives them.

    Raises:
        ColumnUnusable: a column mixes numbers and text, or holds lists or other nested values.

    Example:
        >>> [column.kind.value for column in guess_columns(pl.DataFrame({"age": [31, 47], "ok": [0, 1], "y": [1, 2]}), target="y")]
        ['numeric', 'boolean']
    """
    stated = {name: _kind_named(name, kind) for name, kind in (overrides or {}).items()}
    for name in stated:
        if name not in frame.columns:
            raise ColumnMissing(name, frame.columns, purpose="is named in --kind")
    if target in stated:
        raise SettingInvalid(
            f"--kind states what an input means, but {target!r} is the target. State the task instead: --task classification or --task regression."
        )
    return tuple(_column(frame[name], stated.get(name)) for name in frame.columns if name != target)


def looks_like_identifier(name: str) -> bool:
    """True for names such as `id`, `patient_id`, `customerID` and `Unnamed: 0`.

    Example:
        >>> looks_like_identifier("patient_id"), looks_like_identifier("acid")
        (True, False)
    """
    return bool(_words(name) & _ID_WORDS) or _JOINED_ID.search(name.lower().replace("_", "")) is not None


def looks_like_code(name: str) -> bool:
    """True for names such as `zip_code`, `type` and `store_id`.

    Example:
        >>> looks_like_code("zip_code"), looks_like_code("income")
        (True, False)
    """
    return bool(_words(name) & _CODE_WORDS) or looks_like_identifier(name)


def _words(name: str) -> set[str]:
    return set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()))


def _kind_named(column: str, kind: str | ColumnKind) -> ColumnKind:
    names = [known.value for known in ColumnKind]
    if kind not in names:
        near = get_close_matches(str(kind), names, n=1)
        advice = f"Did you mean {near[0]!r}?" if near else f"The kinds are {', '.join(names)}."
        raise SettingInvalid(f"--kind {column}=... must name a kind of column, but {kind!r} came. {advice}")
    return ColumnKind(kind)


def _column(series: pl.Series, stated: ColumnKind | None) -> Column:
    if stated is None:
        guess = _guess(series)
        return Column(name=series.name, kind=guess.kind, dtype=str(series.dtype), why=guess.why, date_format=guess.date_format)
    form = guess_date_format(series) if stated is ColumnKind.DATETIME and series.dtype == pl.String else ISO
    return Column(name=series.name, kind=stated, dtype=str(series.dtype), guessed=False, why="stated by the user", date_format=form or ISO)


def _guess(series: pl.Series) -> _Guess:
    dtype = series.dtype
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        raise ColumnUnusable(
            f"A column must hold numbers, text, dates or truth values, but column {series.name!r} holds values of type {dtype}. "
            f"Convert it, or leave it out: {kind_option(series.name)}.",
            column=series.name,
        )
    if series.null_count() == len(series):
        return _Guess(ColumnKind.CONSTANT, "has no value at all")
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        return _guess_text(series.cast(pl.String))
    if series.null_count() == 0 and series.min() == series.max():
        return _Guess(ColumnKind.CONSTANT, f"always {series[0]}")
    if dtype == pl.Boolean:
        return _Guess(ColumnKind.BOOLEAN, "true or false")
    if dtype in (pl.Date, pl.Datetime):
        return _Guess(ColumnKind.DATETIME, "dates")
    return _guess_number(series)


def _guess_number(series: pl.Series) -> _Guess:
    if not series.dtype.is_numeric():
        return _Guess(ColumnKind.NUMERIC, "spans of time, in seconds")
    if series.min() == 0 and series.max() == 1 and bool(((series == 0) | (series == 1)).all()):
        return _Guess(ColumnKind.BOOLEAN, "holds only 0 and 1")
    if not (series.dtype.is_integer() and looks_like_code(series.name)):
        return _Guess(ColumnKind.NUMERIC, "integers" if series.dtype.is_integer() else "numbers")
    different = series.drop_nulls().n_unique()
    if looks_like_identifier(series.name) and len(series) >= _ENOUGH_ROWS and different > len(series) / 2:
        return _Guess(ColumnKind.IDENTIFIER, f"named like an identifier, and {different:,} values differ in {len(series):,} rows")
    if different <= len(series) / 2:
        return _Guess(ColumnKind.CATEGORY, f"named like a code, with {different:,} different integers")
    return _Guess(ColumnKind.NUMERIC, f"numbers, {different:,} different ones")


def _guess_text(series: pl.Series) -> _Guess:
    present, _ = without_markers(series.drop_nulls())
    present = present.drop_nulls()
    values = present.unique(maintain_order=True)
    if len(values) <= 1:
        return _Guess(ColumnKind.CATEGORY, "one text, or missing") if len(present) < len(series) else _Guess(ColumnKind.CONSTANT, f"always {values[0]!r}")
    if set(values.head(3).str.to_lowercase()) == {"true", "false"} and len(values) <= 3:
        return _Guess(ColumnKind.BOOLEAN, "text that says true or false")
    numbers = parse_numbers(values)
    if numbers.null_count() < len(values):
        guess = _guess_numbers_in_text(series, values, numbers)
        if guess is not None:
            return guess
    if (form := guess_date_format(values)) is not None:
        doubt = ", month first by convention: day first reads as well" if reads_both_ways(values, form) else ""
        return _Guess(ColumnKind.DATETIME, f"dates of the form {form or 'ISO 8601'}{doubt}", form)
    return _guess_words(series.name, len(present), values)


def find_mixture(text: pl.Series) -> str | None:
    """What a column of text mixes and where, if most of it is numbers of many values; codes such as `3A` among `3` and `4` are no mixture.

    Example:
        >>> find_mixture(pl.Series([str(age) for age in range(40)] + ["old"]))
        "40 numbers with 1 other text (first: 'old' in row 41)"
    """
    present = without_markers(text.drop_nulls())[0].drop_nulls()
    values = present.unique()
    texts = values.filter(parse_numbers(values).is_null()).implode()
    others, different = int(present.is_in(texts).sum()), len(texts[0]) if len(values) else 0
    if not others or others > len(present) / 2 or len(values) - different <= _FEW_CODES or different > max(10, len(values) / 20):
        return None
    row = int(text.is_in(texts).arg_true()[0])
    return f"{len(present) - others:,} numbers with {others:,} other text{'s' if others > 1 else ''} (first: {text[row]!r} in row {row + 1})"


def _guess_numbers_in_text(series: pl.Series, values: pl.Series, numbers: pl.Series) -> _Guess | None:
    if numbers.null_count() == 0:
        if len(values) <= _FEW_CODES or values.str.contains(r"^0\d").any():
            return _Guess(ColumnKind.CATEGORY, f"text that holds {len(values)} different codes")
        return _Guess(ColumnKind.NUMERIC, "text that holds numbers")
    if (mixture := find_mixture(series)) is not None:
        raise ColumnUnusable(
            f"Column {series.name!r} must hold numbers or text, but it mixes {mixture}. "
            f"Correct it, or state what it is: {kind_option(series.name, 'category')}.",
            column=series.name,
        )
    return None


def _guess_words(name: str, rows: int, values: pl.Series) -> _Guess:
    sample = values.head(_MANY_TEXTS)
    if sample.str.contains(_UUID).all():
        return _Guess(ColumnKind.IDENTIFIER, "universally unique identifiers")
    words = float(sample.str.strip_chars().str.count_matches(r"\s+").mean() or 0) + 1  # type: ignore[arg-type]
    if words >= _LONG_TEXT_WORDS and len(values) > min(max(_FEW_CODES, rows / 5), _MANY_TEXTS):
        return _Guess(ColumnKind.TEXT, f"{words:.0f} words on average, {len(values):,} different texts")
    if rows >= _ENOUGH_ROWS and (len(values) >= 0.98 * rows or (looks_like_identifier(name) and len(values) > rows / 2)):
        return _Guess(ColumnKind.IDENTIFIER, f"{len(values):,} different texts in {rows:,} rows")
    return _Guess(ColumnKind.CATEGORY, f"{len(values):,} different texts")
