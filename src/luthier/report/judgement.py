"""What the predictions on the sealed rows look like, in plain numbers: one record a figure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScores:
    """Precision, recall and F1 of one class; a share is None where it has no denominator."""

    name: str
    precision: float | None
    "Share of the rows called this class that are this class, 0 to 1."
    recall: float | None
    "Share of the rows of this class that are called so, 0 to 1."
    f1: float | None
    "Harmonic mean of the two, 0 to 1."
    support: int
    "Sealed rows of this class."


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A line of points for one class."""

    name: str
    "The class."
    x: tuple[float, ...]
    y: tuple[float, ...]
    area: float | None = None
    "Area under it, 0 to 1."


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """Rows with nearly the same predicted probability."""

    predicted: float
    "Mean predicted probability, 0 to 1."
    observed: float
    "Share that really was so, 0 to 1."
    rows: int
    lower: float | None = None
    "Lower end of the interval of `observed`."
    upper: float | None = None
    "Upper end of the interval of `observed`."


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGroup:
    """Coverage among some of the sealed rows: one class, or one range of predictions."""

    label: str
    measured: float
    "Share of these rows whose truth is inside, 0 to 1."
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How often the truth lies inside the prediction set or interval."""

    promised: float
    "Share promised, 0 to 1."
    measured: float
    "Share on the sealed rows, 0 to 1."
    lower: float | None = None
    "Lower end of the interval of `measured`."
    upper: float | None = None
    "Upper end of the interval of `measured`."
    mean_size: float
    "Classes in a set, or width of an interval in the unit of the target."
    size_counts: tuple[int, ...] = ()
    "For sets: how many rows got a set of 1, 2, 3... classes."
    groups: tuple[CoverageGroup, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionThreshold:
    """The probability from which a row is called positive, given what the two errors cost."""

    positive_class: str
    miss_cost: float
    "Cost of a row of the positive class that is not called so."
    false_cost: float
    "Cost of another row that is called positive."
    threshold: float
    "Probability from which a row is called positive, 0 to 1."
    cost: float
    "Mean cost a sealed row at that threshold."
    default_cost: float
    "Mean cost a sealed row at 0.5."
    thresholds: tuple[float, ...] = ()
    "Thresholds of the cost curve."
    costs: tuple[float, ...] = ()
    "Mean cost a sealed row at each of them."


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationDetail:
    """The figures of a classification."""

    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    "Counts: a row for each true class, a column for each predicted one."
    per_class: tuple[ClassScores, ...]
    roc: tuple[Curve, ...] = ()
    "x: false positive rate, y: true positive rate; the positive class only, or each class against the rest."
    precision_recall: tuple[Curve, ...] = ()
    "x: recall, y: precision."
    calibration: tuple[CalibrationBin, ...] = ()
    "Of the positive class; for several classes, of the class that was named."
    calibration_error: float | None = None
    "Expected calibration error, 0 to 1."
    temperature: float | None = None
    "Divisor of the logits; above 1 made the probabilities less sure."
    coverage: Coverage | None = None
    "Of the conformal sets."
    threshold: DecisionThreshold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionDetail:
    """The figures of a regression, all in the unit of the target."""

    actual: tuple[float, ...]
    "Truth of a random sample of at most 2,000 sealed rows."
    predicted: tuple[float, ...]
    "Prediction of the same rows."
    residual_edges: tuple[float, ...] = ()
    "Edges of the histogram of truth minus prediction over all sealed rows: one more than counts."
    residual_counts: tuple[int, ...] = ()
    coverage: Coverage | None = None
    "Of the conformal intervals."
