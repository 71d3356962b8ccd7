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
    lines = [f"luthier predict {model} new-rows.csv{extra} --out predictions.csv", f"luthier evaluate {model} labeled-rows.csv", f"luthier show {model}"]
    return "\n".join(lines)


def _python(record: ReportRecord) -> str:
    more = "low, high = model.predict_interval(rows)" if record.task == "regression" else "probabilities = model.predict_proba(rows)"
    lines = [
        "import luthier",
        "",
        f"model = luthier.load({json.dumps(record.bundle, ensure_ascii=False)})",
        'rows = "new-rows.csv"  # or a Polars or pandas frame',
        "answers = model.predict(rows)",
        more,
    ]
    return "\n".join(lines)


def _onnx(record: ReportRecord) -> str:
    path = json.dumps(f"{record.bundle}/model.onnx", ensure_ascii=False)
    inputs = [column for column in record.columns if column.used]
    rows = [f"    {json.dumps(column.name, ensure_ascii=False)}: np.array({_example(column)})," for column in inputs[:SHOWN_COLUMNS]]
    rest = [f"    # ... and {len(inputs) - SHOWN_COLUMNS} more columns"] if len(inputs) > SHOWN_COLUMNS else []
    lines = ["import numpy as np, onnxruntime", "", f"session = onnxruntime.InferenceSession({path})", "answers = session.run(None, {", *rows, *rest, "})"]
    return "\n".join(lines)


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
