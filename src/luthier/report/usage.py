"""How to call the model: commands and code with the names of this model filled in."""

from __future__ import annotations

import json
from dataclasses import dataclass

from luthier.report.record import ReportRecord
from luthier.report.story import ColumnFacts

SHOWN_COLUMNS = 4
_TEXT_KINDS = ("category", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Snippets for the reader to copy."""

    command_line: str
    python: str
    onnx: str


def usage(record: ReportRecord) -> Usage:
    """The snippets for this model."""
    return Usage(command_line=_command_line(record), python=_python(record), onnx=_onnx(record))


def _command_line(record: ReportRecord) -> str:
    model, extra = _quoted(record.bundle), "" if record.task == "regression" else " --proba"
    new, labeled = ("new-rows.csv", "labeled-rows.csv") if record.images is None else ("new-images/", "labeled-images/")
    return "\n".join([f"luthier predict {model} {new}{extra} --out predictions.csv", f"luthier evaluate {model} {labeled}", f"luthier show {model}"])


def _python(record: ReportRecord) -> str:
    called = record.rows_called
    more = f"low, high = model.predict_interval({called})" if record.task == "regression" else f"probabilities = model.predict_proba({called})"
    new = '"new-rows.csv"  # or a Polars or pandas frame' if record.images is None else '"new-images/"  # or files, bytes, arrays, Pillow images'
    model = f"model = luthier.load({json.dumps(record.bundle, ensure_ascii=False)})"
    return "\n".join(["import luthier", "", model, f"{called} = {new}", f"answers = model.predict({called})", more])


def _onnx(record: ReportRecord) -> str:
    path = json.dumps(f"{record.bundle}/model.onnx", ensure_ascii=False)
    opened = ["import numpy as np, onnxruntime", "", f"session = onnxruntime.InferenceSession({path})"]
    if record.images is not None:
        decoded = 'image = np.asarray(Image.open("new-image.png").convert("RGB"))  # "L" for a model of gray images: image[None, ..., None]'
        return "\n".join([opened[0], "from PIL import Image", *opened[1:], decoded, 'answers = session.run(None, {"image": image[None]})'])
    inputs = [column for column in record.columns if column.used]
    rows = [f"    {json.dumps(column.name, ensure_ascii=False)}: np.array({_example(column)})," for column in inputs[:SHOWN_COLUMNS]]
    rest = [f"    # ... and {len(inputs) - SHOWN_COLUMNS} more columns"] if len(inputs) > SHOWN_COLUMNS else []
    return "\n".join([*opened, "answers = session.run(None, {", *rows, *rest, "})"])


def _example(column: ColumnFacts) -> str:
    if column.kind in _TEXT_KINDS:
        return f"[{json.dumps(column.example or '', ensure_ascii=False)}], dtype=object"
    return f"[{_as_number(column)}], dtype=np.float64"


def _as_number(column: ColumnFacts) -> str:
    """The example as a number literal; a date or a truth value, whose coding the list of inputs states, is left missing."""
    try:
        return repr(float(column.example or "nan")).replace("nan", "np.nan")
    except ValueError:
        return "np.nan"


def _quoted(text: str) -> str:
    return text if all(letter.isalnum() or letter in "-_./" for letter in text) else "'" + text.replace("'", "'\\''") + "'"
