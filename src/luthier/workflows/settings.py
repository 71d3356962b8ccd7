"""FitSettings: everything that a user may say about one fit, with its default, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from luthier.core.errors import SettingInvalid
from luthier.data import Source
from luthier.data.read import file_suffix
from luthier.evaluate import require_metric

SMALLEST_BUDGET_SECONDS = 20.0
"Reading, baselines, export, evaluation and report of a small table take this long on two cores."


def required_target(data: Source, target: str | None) -> str:
    """The column to predict of a table, refused where nobody named it; a path that leads nowhere is told as that.

    Example:
        >>> required_target({"age": [31, 47], "ill": ["no", "yes"]}, "ill")
        'ill'
    """
    if target is not None:
        return target
    if isinstance(data, str | Path):
        file_suffix(Path(data))
    raise SettingInvalid("A table needs a target: give --target with the name of the column to predict.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSettings:
    """One call of `fit`."""

    target: str | None
    "Column to predict; None where images lie in folders that name their classes."
    task: str = "auto"
    "`auto`, `classification` or `regression`."
    time: str | None = None
    "Column whose order the splits keep: the sealed rows are the latest."
    group: str | None = None
    "Column whose values stay together on one side of every split."
    metric: str | None = None
    "Metric that chooses epochs, recipes and ensemble weights; None is log-loss or RMSE."
    budget_seconds: float = 300.0
    "Seconds from the start to the exit, report and bundle written."
    work: int | None = None
    "Training rows that all networks together look at; replaces the budget where results must be reproducible."
    folds: int | None = None
    "Folds inside the training rows; None is 5, and 10 of many images, so that a network learns from nearly all of them."
    seed: int = 0
    "Starts every random number."
    device: str = "auto"
    "`auto`, `cpu`, `cuda`, `cuda:1` ..."
    out: Path | None = None
    "Folder of the bundle; None is a new name beside the caller."
    force: bool = False
    "Replace what stands at `out`."
    resume: bool = False
    "Go on with a run that was interrupted."
    space: Path | None = None
    "File that changes or replaces the search space."
    like: tuple[Path, ...] = ()
    "Models of the same columns, whose best recipes are tried first."
    max_latency_seconds: float | None = None
    "Longest median time for one row in this process; None is what an ensemble of the usual size takes."
    image: str | None = None
    "Column of a table that holds images, or paths to them; None looks for one."
    group_from_name: str | None = None
    "Regular expression that finds in an image's name what stays together on one side of every split."
    image_size: int | None = None
    "Side in pixels at which networks see images; None goes by the images and the budget."
    weights: Path | None = None
    "File of a trained backbone for images: its features are computed once, and networks learn from them."
    fine_tune: bool = False
    "Go on training the backbone itself."
    seal_last: int | None = None
    "Rows at the end of a table that are sealed; None draws a fifth."
    called: str | None = None
    "What the data are called in the report and the record; None is the file's name, or the kind of object."
    reference: bool = True
    "Keep some rows in the model, for a monitor to compare later ones with."
    kinds: Mapping[str, str] = field(default_factory=dict)
    "Column kinds that the user states."
    force_through: tuple[str, ...] = ()
    "Checks whose refusal is overridden."
    cost: str | None = None
    "Costs of the two errors of a binary task, such as `miss=10,false=1`."

    @property
    def sees_features(self) -> bool:
        """True where networks learn from the features of a frozen backbone."""
        return self.weights is not None and not self.fine_tune

    def __post_init__(self) -> None:
        if self.task not in ("auto", "classification", "regression"):
            raise SettingInvalid(f"The task must be auto, classification or regression, but {self.task!r} came.")
        if self.metric is not None:
            require_metric(self.metric)
        if self.folds is not None and self.folds < 2:
            raise SettingInvalid(f"At least 2 folds are required, but {self.folds} came.")
        if self.fine_tune and self.weights is None:
            raise SettingInvalid("--fine-tune goes on training a backbone, but no weights came. Give its file with --weights, or leave --fine-tune out.")
        if self.seal_last is not None and self.time is not None:
            raise SettingInvalid("--time seals the latest rows and --seal-last the last ones of the table, but both came. Leave one of them out.")
        if self.time is not None and self.group is not None:
            raise SettingInvalid("Give either a time column or a group column, not both: a split keeps one of them.")
        for role, column in (("time", self.time), ("group", self.group)):
            if column is not None and column == self.target:
                raise SettingInvalid(f"The {role} column must not be the target, but {column!r} came for both.")
