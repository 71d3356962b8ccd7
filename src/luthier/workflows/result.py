"""FitResult: what one call of `fit` gives back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from luthier.bundle import Bundle
from luthier.report import ReportRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class FitResult:
    """A finished fit."""

    path: Path
    "The bundle's folder."
    bundle: Bundle
    "The model, ready to predict."
    record: ReportRecord
    "Everything that the report says."
    weights_hash: str
    "Equal for equal seeds and equal work."

    @property
    def report(self) -> Path:
        """The report's page."""
        return self.path / "report.html"

    def score(self, metric: str | None = None) -> float:
        """A score of the model on the sealed rows; the metric that chose, where none is named."""
        model = self.record.model
        found = model.score(metric or self.record.metric) if model is not None else None
        return found.value if found is not None else np.nan
