"""Graphs: what the servers need of a bundle, as plain files, and the rows that they are asked."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import luthier
from luthier.bundle import PREDICTION, PROBABILITY, ROLE, TRUTH, Bundle
from luthier.bundle.inputs import TEXT_KINDS
from luthier.bundle.weights import with_weights
from luthier.core.task import ColumnKind

ROWS = 256
"Different rows that are asked in turn."
DEMO = Path(luthier.__file__).parent / "examples" / "thyroid_diagnosis.csv"


def fit_demo(folder: Path, *, work: str) -> Path:
    """A model of the table that comes with the package."""
    model = folder / "thyroid"
    command = [sys.executable, "-m", "luthier", "fit", str(DEMO), "--target", "diagnosis", "--work", work, "--ledger", str(folder / "runs.db")]
    subprocess.run([*command, "--out", str(model)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return model


def write_graph(model: Path, folder: Path) -> list[dict[str, Any]]:
    """Write graph.onnx and facts.json; the rows to ask about, as JSON has them."""
    bundle = Bundle.load(model)
    rows = bundle.reference()
    if rows is None or bundle.manifest.pixels is not None:
        sys.exit(f"{model} must be a model of a table that keeps some rows for the monitor. Fit it without --no-reference.")
    folder.mkdir(parents=True, exist_ok=True)
    graph = with_weights((model / "model.onnx").read_bytes(), (model / "weights.safetensors").read_bytes())
    (folder / "graph.onnx").write_bytes(graph)
    inputs = {column.name: _kind(column.kind) for column in bundle.schema.inputs}
    (folder / "facts.json").write_text(json.dumps({"inputs": inputs}))
    booleans = {column.name for column in bundle.schema.inputs if column.kind is ColumnKind.BOOLEAN}
    asked = rows.filter(rows[ROLE] == "sealed").head(ROWS)
    asked = asked.drop([name for name in asked.columns if name in (ROLE, TRUTH, PREDICTION) or name.startswith(PROBABILITY)])
    return [{name: _plain(value, name in booleans) for name, value in row.items()} for row in asked.to_dicts()]


def _kind(kind: ColumnKind) -> str:
    return "text" if kind in TEXT_KINDS else "date" if kind is ColumnKind.DATETIME else "number"


def _plain(value: Any, is_boolean: bool) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if value is None or value != value:  # JSON has no NaN
        return None
    return bool(value) if is_boolean else value
