"""How the model came about: columns, splits, recipes, learning curves, phases, provenance."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFacts:
    """One column of the table."""

    name: str
    kind: str
    "As in `core.task.ColumnKind`."
    why: str = ""
    "Why this kind."
    guessed: bool = True
    "False where the user stated the kind."
    used: bool = True
    "True where the network sees it."
    missing_share: float | None = None
    "Share of the rows without a value, 0 to 1."
    example: str | None = None
    "A value as text; used in the examples of how to call the model."


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPart:
    """Some rows and what they were used for."""

    name: str
    "Such as `training`, `sealed`, `fold 1`."
    rows: int
    role: str
    "What happened with them, in a few words."


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """How the rows were divided."""

    kind: str
    "`stratified`, `random`, `grouped` or `time`."
    parts: tuple[SplitPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedRecipe:
    """One recipe that was trained, and what came of it."""

    name: str
    id: str = ""
    settings: str = ""
    "The choices in short, such as `AdamW, 1e-3, batch 256`."
    folds: int
    "Folds on which it was trained to an end."
    score_mean: float | None
    "Mean of its fold scores, in the metric that chooses; None where no fold ended well."
    score_spread: float | None = None
    "Standard deviation of its fold scores."
    weight: float = 0.0
    "Its weight in the ensemble, 0 to 1."
    epochs: float | None = None
    "Mean epochs trained."
    best_epoch: float | None = None
    "Mean epoch whose weights were kept."
    seconds: float | None = None
    "Seconds of training, all folds together."
    state: str = "done"
    "`done`, `stopped early`, `diverged`, `rolled back`, `out of time`..."
    note: str = ""
    "What happened, in one sentence."


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldCurve:
    """Losses of one member by epoch."""

    fold: int
    "Which fold judged it, from 1."
    epochs: tuple[float, ...]
    train: tuple[float, ...]
    "Training loss at each of the epochs; empty where it was not kept."
    validation: tuple[float, ...]
    "Validation loss at each of the epochs."
    best_epoch: float | None = None
    "Epoch whose weights were kept."


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningCurves:
    """One of the winners, over its folds."""

    recipe: str
    loss_label: str
    "What is drawn upwards, such as `Log-loss`."
    folds: tuple[FoldCurve, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnImportance:
    """How much worse the score gets when the values of one column are shuffled."""

    column: str
    drop: float
    "Mean loss of score over the repeats; positive where the column helps."
    spread: float = 0.0
    "Standard deviation over the repeats."


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """Permutation importance of the columns."""

    metric_label: str
    repeats: int
    columns: tuple[ColumnImportance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A part of the run."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A labelled line of text."""

    label: str
    value: str
