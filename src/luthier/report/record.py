"""ReportRecord: everything that a report says, as plain numbers and text. The page, the JSON and the command line are drawn from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from luthier.core.findings import Event, Finding
from luthier.report.images import ImageStory
from luthier.report.judgement import ClassificationDetail, RegressionDetail
from luthier.report.plain import from_plain, to_plain
from luthier.report.scores import Comparison, Contestant, Optimism
from luthier.report.search import SearchStory
from luthier.report.story import ColumnFacts, Fact, Importance, LearningCurves, Phase, Splits, TriedRecipe


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRecord:
    """One fit, told in numbers. A part that is None or empty leaves its section out."""

    format: int = 1
    "Number of this form of the record."
    name: str
    "What the table is called, such as `patients.csv`."
    target: str
    "The column that is predicted."
    task: str
    "`binary`, `multiclass` or `regression`."
    task_why: str = ""
    "Why this task, where it was guessed."
    metric: str
    "Name of the metric that chose epochs, recipes and ensemble weights."
    metric_label: str
    "What people call it."
    rows: int
    "Rows with a target: training and sealed together."
    sealed_rows: int
    "Rows that were opened once, after the last choice."
    seed: int
    seconds_used: float
    "From the start of the process to the writing of the report."
    budget_seconds: float | None = None
    "None where the run was bounded by work."
    created: str = ""
    "When, as text in ISO 8601."
    bundle: str = "model"
    "Path of the model as the user would type it."
    interval_level: float = 0.95
    "Confidence of every score interval, 0 to 1."
    unit: str = ""
    "Unit of a numeric target, where it is known."
    contestants: tuple[Contestant, ...] = ()
    "The model first, then the baselines."
    comparisons: tuple[Comparison, ...] = ()
    optimism: Optimism | None = None
    classification: ClassificationDetail | None = None
    regression: RegressionDetail | None = None
    learning: tuple[LearningCurves, ...] = ()
    "The winners, the heaviest first."
    importance: Importance | None = None
    findings: tuple[Finding, ...] = ()
    checks_run: int | None = None
    "How many data checks ran."
    columns: tuple[ColumnFacts, ...] = ()
    tried: tuple[TriedRecipe, ...] = ()
    search: SearchStory | None = None
    "What was tried to find the recipes, and what mattered."
    images: ImageStory | None = None
    "The images behind the numbers, where the rows are images."
    events: tuple[Event, ...] = ()
    phases: tuple[Phase, ...] = ()
    splits: Splits | None = None
    provenance: tuple[Fact, ...] = ()
    "Versions, hash of the data, machine, command: label and value."

    @property
    def rows_called(self) -> str:
        """What the rows are: `rows` of a table, or `images`."""
        return "rows" if self.images is None else "images"

    @property
    def row_called(self) -> str:
        """One of them: `row`, or `image`."""
        return self.rows_called.removesuffix("s")

    @property
    def model(self) -> Contestant | None:
        """The network among the contestants."""
        return next((contestant for contestant in self.contestants if contestant.is_model), None)

    @property
    def baselines(self) -> tuple[Contestant, ...]:
        """The contestants that are not the network."""
        return tuple(contestant for contestant in self.contestants if not contestant.is_model)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; numbers that are not finite become null."""
        return to_plain(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> ReportRecord:
        """The record that `to_json` wrote."""
        return from_plain(cls, plain)
