"""show: what a saved model has to say about itself."""

from __future__ import annotations

import json
from pathlib import Path

from luthier.bundle import Bundle
from luthier.report import ReportRecord


def show(model: str | Path) -> ReportRecord:
    """The record of the fit that made a model."""
    bundle = Bundle.load(model)
    return ReportRecord.from_json(json.loads((Path(model) / "report.json").read_text(encoding="utf-8")) | {"bundle": str(bundle.path)})
