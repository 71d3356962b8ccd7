"""What the page needs beside the record: lanes, tables of scores, and the words of sections that depend on numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

from markupsafe import Markup

from luthier.report.charts import Lane, lane_chart
from luthier.report.judgement import Coverage
from luthier.report.numerals import decimals_for_interval, number, p_value, percent
from luthier.report.record import ReportRecord
from luthier.report.scores import Comparison, Contestant, Score
from luthier.report.story import Importance
from luthier.report.verdicts import interval_text

MOST_IMPORTANCES = 20
MOST_COLUMNS = 200
SYMBOLS = {"better": "▲", "not distinguishable": "≈", "worse": "▼"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCell:
    """One score as text."""

    value: str
    interval: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One metric of the score table: a cell a contestant."""

    label: str
    greater_is_better: bool
    chosen: bool
    "True for the metric that chose the networks."
    cells: tuple[ScoreCell, ...]


def plain_label(label: str) -> str:
    """A baseline's label as a heading: `The linear model` becomes `Linear model`."""
    bare = label.removeprefix("The ").removeprefix("the ")
    return bare[:1].upper() + bare[1:]


def score_lanes(record: ReportRecord, metric: str) -> tuple[Lane, ...]:
    """All contestants by one metric, in the order of the record."""
    scored, decimals = [(contestant, contestant.score(metric)) for contestant in record.contestants], _decimals(record, metric)
    return tuple(_score_lane(contestant, score, decimals) for contestant, score in scored if score and isfinite(score.value))


def headline_metrics(record: ReportRecord) -> tuple[str, ...]:
    """The metrics that get a chart: the one that chose the networks, then the most readable other one."""
    known = [score.metric for score in record.model.scores] if record.model else []
    others = ("accuracy", "balanced_accuracy", "roc_auc", "mae", "r2")
    return tuple([metric for metric in (record.metric, *others) if metric in known][:2]) if record.metric != "accuracy" else ("accuracy",)


def score_table(record: ReportRecord) -> tuple[ScoreRow, ...]:
    """Every metric of the model, the baselines beside it."""
    scores = record.model.scores if record.model else ()
    return tuple(
        ScoreRow(
            label=score.label,
            greater_is_better=score.greater_is_better,
            chosen=score.metric == record.metric,
            cells=tuple(_cell(contestant.score(score.metric), _decimals(record, score.metric)) for contestant in record.contestants),
        )
        for score in scores
    )


def comparison_lanes(record: ReportRecord) -> tuple[Lane, ...]:
    """The improvement over each baseline."""
    return tuple(_comparison_lane(comparison) for comparison in record.comparisons if isfinite(comparison.improvement))


def importance_lanes(importance: Importance) -> tuple[Lane, ...]:
    """The most important columns, with two standard deviations as interval."""
    ordered = sorted((column for column in importance.columns if isfinite(column.drop)), key=lambda column: -column.drop)[:MOST_IMPORTANCES]
    decimals = _spread_decimals(column.spread for column in ordered)
    return tuple(
        Lane(
            label=column.column,
            value=column.drop,
            lower=column.drop - 2 * column.spread,
            upper=column.drop + 2 * column.spread,
            strong=column.drop > 2 * column.spread,
            text=with_spread(column.drop, column.spread, decimals),
        )
        for column in ordered
    )


def coverage_chart(coverage: Coverage, rows_called: str = "rows") -> Markup:
    """Coverage of groups of rows, or of images, against the promise."""
    lanes = tuple(
        Lane(label=group.label, value=group.measured, text=percent(group.measured), strong=True, note=f"{group.rows:,} {rows_called}")
        for group in coverage.groups
    )
    return lane_chart(lanes, description=f"Measured coverage by group of {rows_called}", reference=coverage.promised, percent=True)


def has_training_loss(record: ReportRecord) -> bool:
    """True where a learning curve has a training line."""
    return any(fold.train for curves in record.learning for fold in curves.folds)


def optimism_sentence(record: ReportRecord) -> str:
    """What the gap between the folds and the sealed rows says; empty without one."""
    optimism = record.optimism
    if optimism is None:
        return ""
    size, metric, rows = abs(optimism.gap), optimism.metric_label, record.rows_called
    decimals = decimals_for_interval(0.0, size)
    best, sealed, gap = (number(value, decimals) for value in (optimism.best_fold, optimism.sealed, size))
    start = f"The best recipe on the folds, {optimism.best_recipe}, reached {metric} {best}; the sealed {rows} gave {sealed}."
    if _is_inside(optimism.best_fold, record.model.score(record.metric) if record.model else None):
        return f"{start} The difference of {gap} is no larger than the draw of the sealed {rows} can explain."
    if optimism.gap > 0:
        return f"{start} The fold score was too kind by {gap}: it had been picked for being the best."
    return f"{start} The folds promised no more than the sealed {rows} kept: the final score is better by {gap}."


def optimism_lanes(record: ReportRecord) -> tuple[Lane, ...]:
    """Fold scores, and the sealed score with its interval, on one axis."""
    optimism, score = record.optimism, record.model.score(record.metric) if record.model else None
    if optimism is None:
        return ()
    decimals = decimals_for_interval(0.0, abs(optimism.gap))
    promised = [("Best recipe on the folds", optimism.best_fold, "picked for being the best")]
    if optimism.ensemble_fold is not None:
        promised.append(("Ensemble on the folds", optimism.ensemble_fold, f"weights chosen on the same {record.rows_called}"))
    lanes = [Lane(label=label, value=value, text=number(value, decimals), note=note) for label, value, note in promised]
    lower, upper = (score.lower, score.upper) if score else (None, None)
    value, text = optimism.sealed, number(optimism.sealed, decimals)
    sealed = Lane(label=f"Final model, sealed {record.rows_called}", value=value, text=text, lower=lower, upper=upper, strong=True, note="the honest one")
    return (*lanes, sealed)


def with_spread(mean: float | None, spread: float | None, decimals: int | None) -> str:
    """A mean and its spread."""
    text = number(mean, decimals)
    return text if mean is None or not spread else f"{text} ± {number(spread, decimals)}"


def tried_decimals(record: ReportRecord) -> int | None:
    """Decimals for the fold scores of all recipes, so that they can be read down."""
    return _spread_decimals(recipe.score_spread or 0.0 for recipe in record.tried)


def share_text(part: float, whole: float) -> str:
    """A part as a percentage of the whole.

    Example:
        >>> share_text(1, 8)
        '12.5 %'
    """
    return percent(part / whole) if whole else "–"


def _spread_decimals(spreads: Iterable[float]) -> int | None:
    """Decimals that show the largest spread with two digits."""
    return decimals_for_interval(0.0, max(spreads, default=0.0))


def _comparison_lane(comparison: Comparison) -> Lane:
    decimals = decimals_for_interval(comparison.lower, comparison.upper)
    sign = "+" if comparison.improvement > 0 else ""
    text = f"{sign}{number(comparison.improvement, decimals)}"
    return Lane(
        label=f"Over {plain_label(comparison.label).lower()}",
        value=comparison.improvement,
        text=text,
        lower=comparison.lower,
        upper=comparison.upper,
        strong=comparison.verdict == "better",
        expendable=comparison.baseline == "constant",
        note=f"{SYMBOLS.get(comparison.verdict, '')} {comparison.verdict}, {p_value(comparison.p_value)}".removesuffix(", "),
    )


def _is_inside(value: float, score: Score | None) -> bool:
    """True where the value lies in the score's interval."""
    return score is not None and score.lower is not None and score.upper is not None and score.lower <= value <= score.upper


def _score_lane(contestant: Contestant, score: Score, decimals: int | None) -> Lane:
    label = plain_label(contestant.label)
    return Lane(
        label=label,
        value=score.value,
        lower=score.lower,
        upper=score.upper,
        text=number(score.value, decimals),
        strong=contestant.is_model,
        expendable=contestant.name == "constant",
    )


def _cell(score: Score | None, decimals: int | None) -> ScoreCell:
    if score is None:
        return ScoreCell(value="–")
    value, _, interval = interval_text(score, decimals).partition(" (")
    return ScoreCell(value=value, interval=interval.removesuffix(")"))


def _decimals(record: ReportRecord, metric: str) -> int | None:
    """The decimals that the model's interval deserves, for all contestants, so that they can be read down and across."""
    score = record.model.score(metric) if record.model else None
    return decimals_for_interval(score.lower, score.upper) if score else None
