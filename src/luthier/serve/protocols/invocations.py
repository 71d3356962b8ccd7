"""MLflow's scoring protocol: an invocation into a question, the answers into its reply.

An invocation holds exactly one of `dataframe_split`, `dataframe_records`, `instances` and `inputs`, and perhaps `params`; or it is CSV
with a header. An image comes as base64 text of its file, as `{"b64": text}` or `{"image": text}`; many also as a table with a column
`image`, or as nested lists of levels [rows][height][width][channels].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from luthier.bundle.manifest import Manifest
from luthier.bundle.resize import IMAGE
from luthier.core.errors import RequestRefused
from luthier.serve.answers import AnsweredRow, Answers
from luthier.serve.protocols.delimited_rows import rows_of_csv
from luthier.serve.protocols.json_body import json_object
from luthier.serve.protocols.pixels import as_png, from_base64
from luthier.serve.question import Few, Question, Row, any_number

_ENCODED = (IMAGE, "b64")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """An invocation, as it was understood."""

    question: Question
    details: bool = False
    "True answers each row with a record of all that is known of it; False with the prediction alone."


def parse_invocation(body: bytes, manifest: Manifest, few: Few = any_number) -> Invocation:
    """An invocation in JSON.

    Args:
        few: refuses too many rows or images.

    Raises:
        RequestRefused: it is not what the protocol says, with status 400.
    """
    record = json_object(body)
    given = [form for form in _FORMS if form in record]
    if len(given) != 1:
        raise RequestRefused(f"An invocation must hold exactly one of {', '.join(_FORMS)}, but {', '.join(given) or 'none'} came. Send one.", status=400)
    params = _params(record.get("params"))
    details = params.pop("details", False)
    data = record[given[0]]
    few(_rows_in(given[0], data))
    if manifest.pixels is not None and _is_pixels(data):
        return Invocation(question=Question(images=as_png(_pixels(data)), **params), details=details)
    if manifest.pixels is not None and given[0] in ("instances", "inputs") and isinstance(data, list):
        return Invocation(question=Question(images=tuple(map(_image, data)), **params), details=details)
    rows = _FORMS[given[0]](data)
    if manifest.pixels is not None:
        return Invocation(question=Question(images=tuple(map(_image, rows)), **params), details=details)
    return Invocation(question=Question(rows=rows, **params), details=details)


def parse_csv(body: bytes, manifest: Manifest, few: Few = any_number) -> Invocation:
    """An invocation in CSV.

    Args:
        few: refuses too many rows.

    Raises:
        RequestRefused: it is no table in UTF-8 with commas and a header, with status 400.
    """
    if manifest.pixels is not None:
        raise RequestRefused("A model of images must be asked in JSON, but CSV came. Send the images in base64.", status=400)
    return Invocation(question=Question(rows=rows_of_csv(body, manifest.schema, few)))


def render_invocation(invocation: Invocation, answers: Answers) -> dict[str, Any]:
    """The reply: `predictions`, and beside them the ids to which labels refer."""
    predictions = [_record(row, answers.classes) if invocation.details else row.prediction for row in answers.rows]
    ids = [row.prediction_id for row in answers.rows]
    return {"predictions": predictions, "prediction_ids": ids, "deployment": answers.deployment, "version": answers.version, "bundle": answers.bundle}


def _record(row: AnsweredRow, classes: Sequence[str]) -> dict[str, Any]:
    """The columns of `luthier predict --proba`, and what only the service knows."""
    record: dict[str, Any] = {"prediction": row.prediction}
    if row.probabilities is not None:
        record |= {f"proba_{name}": probability for name, probability in zip(classes, row.probabilities, strict=True)}
    if row.prediction_set is not None:
        record["prediction_set"] = row.prediction_set
    if row.lower is not None:
        record |= {"lower": row.lower, "upper": row.upper}
    return record | {"abstained": row.abstained, "prediction_id": row.prediction_id}


def _params(params: Any) -> dict[str, Any]:
    if params is None:
        return {}
    if not isinstance(params, dict) or not params.keys() <= _PARAMS.keys():
        raise RequestRefused(f"The params of an invocation are {', '.join(_PARAMS)}, but something else came. Leave it out.", status=400)
    for name, value in params.items():
        wanted, is_wanted = _PARAMS[name]
        if not is_wanted(value):
            raise RequestRefused(f"The param {name} must be {wanted}, but {repr(value)[:60]} came. Correct it.", status=400)
    ids = params.get("prediction_ids")
    return {name: value for name, value in params.items() if name != "prediction_ids"} | ({} if ids is None else {"ids": tuple(ids)})


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


def _is_number_or_null(value: Any) -> bool:
    return value is None or type(value) in (int, float)


def _is_texts_or_null(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(text, str) for text in value))


_PARAMS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "abstain": ("true or false", _is_truth),
    "details": ("true or false", _is_truth),
    "prediction_ids": ("a list of texts", _is_texts_or_null),
    "widest_interval": ("a number", _is_number_or_null),
}


def _rows_in(form: str, data: Any) -> int:
    """How many rows some data seem to hold, at a glance."""
    if isinstance(data, dict):
        data = data.get("data") if form == "dataframe_split" else next(iter(data.values()), None)
    return len(data) if isinstance(data, list) else 0


def _of_split(data: Any) -> tuple[Row, ...]:
    columns, rows = (data.get("columns"), data.get("data")) if isinstance(data, dict) else (None, None)
    if not _is_texts_or_null(columns) or columns is None or len(set(columns)) != len(columns) or not isinstance(rows, list):
        raise RequestRefused("A dataframe_split must hold a list of different column names and a list of rows, but it does not. Correct it.", status=400)
    if not all(isinstance(row, list) and len(row) == len(columns) for row in rows):
        raise RequestRefused(
            f"Each row of a dataframe_split must be a list of {len(columns)} values as there are columns, but one is not. Correct it.", status=400
        )
    return tuple(dict(zip(columns, _without_nan(row), strict=True)) for row in rows)


def _of_records(data: Any) -> tuple[Row, ...]:
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise RequestRefused("Rows must be a list of objects from column to value, but something else came. Name the column of each value.", status=400)
    return tuple(dict(zip(row, _without_nan(row.values()), strict=True)) for row in data)


def _of_inputs(data: Any) -> tuple[Row, ...]:
    """Records, or an object from column to the list of its values."""
    if not isinstance(data, dict):
        return _of_records(data)
    if not all(isinstance(values, list) for values in data.values()) or len({len(values) for values in data.values()}) > 1:
        raise RequestRefused("Columns must be lists of the same length, but they are not. Send one value for each row.", status=400)
    return tuple(dict(zip(data, _without_nan(row), strict=True)) for row in zip(*data.values(), strict=True))


_FORMS: Mapping[str, Callable[[Any], tuple[Row, ...]]] = {
    "dataframe_split": _of_split,
    "dataframe_records": _of_records,
    "instances": _of_records,
    "inputs": _of_inputs,
}


def _without_nan(values: Any) -> list[Any]:
    return [None if value != value else value for value in values]


def _image(value: Any) -> bytes:
    text = next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _ENCODED else value
    if not isinstance(text, str):
        raise RequestRefused('An image must be base64 text, {"b64": text} or {"image": text}, but something else came. Encode its file.', status=400)
    return from_base64(text)


def _is_pixels(data: Any) -> bool:
    return isinstance(data, list) and bool(data) and isinstance(data[0], list)


def _pixels(data: Any) -> np.ndarray:
    try:
        levels = np.array(data)
    except ValueError:  # of different sizes
        levels = np.array([])
    if levels.dtype.kind not in "iu" or levels.ndim != 4 or (levels.size and not 0 <= levels.min() <= levels.max() <= 255):
        raise RequestRefused("Pixels must be levels from 0 to 255 in lists [rows][height][width][channels], but other values came. Correct them.", status=400)
    return levels.astype(np.uint8)
