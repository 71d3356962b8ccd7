"""The honest baselines: what anyone gets from a constant, a linear model and gradient boosting without tuning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from luthier.core.findings import Event
from luthier.core.task import ColumnKind, Schema, Task
from luthier.evaluate.answers import Floats, Integers
from luthier.evaluate.probability_metrics import SMALLEST_PROBABILITY

_LEVELS_OF_LINEAR = 100
_LEVELS_OF_BOOSTING = 254  # scikit-learn bins at most 255 values, one of them for the rare levels together
_TEXT_BUCKETS = 1_024
_MOST_FEATURES_OF_CV = 2_000  # beyond, the exact leave-one-out of RidgeCV costs minutes
_MOST_ITERATIONS = 500
_TREES = 100  # scikit-learn's default, a class
BEGINNING = 0.05  # share of the work after which an outlook is measured
_EARLY_STOPPING_ROWS = 10_000  # from here on boosting sets rows aside by class, and needs two of each


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineData:
    """What a baseline learns from and answers. Frames hold the canonical types of `data.typed_frame`."""

    train: pl.DataFrame
    truth: NDArray[Any]
    "Class numbers or numbers, a training row each."
    test: pl.DataFrame
    schema: Schema
    task: Task
    seed: int


Answer = tuple[Floats, tuple[Event, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What tells how long an answer will take, before it is asked for."""

    seconds: Callable[[BaselineData, int], float]
    "On an idle machine, for so many of the rows."
    begin: Callable[[BaselineData], Answer]
    "Does the first `BEGINNING` of the work on the same rows: its time tells how idle this machine is."


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A way to predict without tuning."""

    name: str
    label: str
    "As sentences call it, such as `the linear model`."
    answer: Callable[[BaselineData], Answer]
    "Learns, and predicts the test rows: probabilities [rows, classes] or numbers [rows], and what it had to leave out."
    outlook: Outlook | None = None
    "How long it will take, where that hangs on more than the rows."


def _constant(data: BaselineData) -> Answer:
    """The shares of the classes, or the mean."""
    if not data.task.kind.is_classification:
        return np.full(data.test.height, data.truth.mean()), ()
    shares = np.bincount(data.truth, minlength=len(data.task.classes)) / len(data.truth)
    return _away_from_zero(np.tile(shares, (data.test.height, 1))), ()


def _linear(data: BaselineData) -> Answer:
    """Logistic or ridge regression on medians for missing numbers, standard scores, one column a level and hashed words."""
    names = _prepared_names(data.schema)
    encoder = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()), names["number"]),
            ("categories", OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=_LEVELS_OF_LINEAR), names["category"]),
            *((name, HashingVectorizer(n_features=_TEXT_BUCKETS), name) for name in names["text"]),
        ]
    )
    features = encoder.fit_transform(_prepare(data.train, data.schema))
    unseen = encoder.transform(_prepare(data.test, data.schema))
    if data.task.kind.is_classification:
        classifier = LogisticRegression(max_iter=_MOST_ITERATIONS).fit(features, data.truth)
        return _all_classes(classifier.predict_proba(unseen), classifier.classes_, data.task), ()
    is_narrow = features.shape[1] <= _MOST_FEATURES_OF_CV
    regressor = (RidgeCV(alphas=np.logspace(-3, 4, 8)) if is_narrow else Ridge(solver="sparse_cg")).fit(features, data.truth)
    return np.asarray(regressor.predict(unseen), dtype=np.float64), ()


def _boosting(data: BaselineData, *, iterations: int = _TREES) -> Answer:
    """Scikit-learn's histogram gradient boosting with all its defaults; the levels of a category are codes, unseen ones missing."""
    data, events = _without_lone_classes(data)
    names = _prepared_names(data.schema)
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=_LEVELS_OF_BOOSTING)
    encoder = ColumnTransformer([("numbers", "passthrough", names["number"]), ("categories", codes, names["category"])])
    features = np.asarray(encoder.fit_transform(_prepare(data.train, data.schema)), dtype=np.float64)
    unseen = np.asarray(encoder.transform(_prepare(data.test, data.schema)), dtype=np.float64)
    is_category = np.arange(features.shape[1]) >= len(names["number"])
    if names["text"]:
        events = (*events, Event(name="baseline-text-left-out", what=f"Gradient boosting does not see the {len(names['text'])} text columns."))
    settings: dict[str, Any] = {"categorical_features": is_category, "random_state": data.seed % 2**32, "max_iter": iterations}
    if data.task.kind.is_classification:
        classifier = HistGradientBoostingClassifier(**settings).fit(features, data.truth)
        return _all_classes(classifier.predict_proba(unseen), classifier.classes_, data.task), events
    regressor = HistGradientBoostingRegressor(**settings).fit(features, data.truth)
    return np.asarray(regressor.predict(unseen), dtype=np.float64), events


def _begin_boosting(data: BaselineData) -> Answer:
    return _boosting(data, iterations=round(BEGINNING * _TREES))


def _seconds_of_boosting(data: BaselineData, rows: int) -> float:
    """A tree a class and iteration, each by the columns and rows.

    Measured on one core: 1.1 ms a tree for 1,000 rows and 5 columns, 6.3 ms for 10,000 and 50, 10 ms for 1,250 and 196, 20 ms for 10,000 and 196,
    8 ms for 100,000 and 5; a fifth of this with few rows a class.
    """
    trees, columns = _TREES * (data.task.outputs if data.task.outputs > 2 else 1), len(data.schema.inputs)
    return trees * (8e-4 + 4.5e-5 * columns + rows * (5e-8 + 6e-9 * columns))


BASELINES: tuple[Baseline, ...] = (
    Baseline(name="constant", label="the constant guess", answer=_constant),
    Baseline(name="linear", label="the linear model", answer=_linear),
    Baseline(name="gradient boosting", label="gradient boosting", answer=_boosting, outlook=Outlook(seconds=_seconds_of_boosting, begin=_begin_boosting)),
)


def _prepared_names(schema: Schema) -> dict[str, list[str]]:
    """Names of the prepared columns by what they hold; they are numbered, so that no two can be the same."""
    names: dict[str, list[str]] = {"number": [], "category": [], "text": []}
    for position, column in enumerate(schema.inputs):
        if column.kind is ColumnKind.DATETIME:
            names["number"] += [f"{position} {part}" for part in _DATE_PARTS]
        else:
            purpose = {ColumnKind.CATEGORY: "category", ColumnKind.TEXT: "text"}.get(column.kind, "number")
            names[purpose].append(f"{position} {purpose}")
    return names


_DATE_PARTS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "seconds": lambda date: date.dt.epoch("s"),
    "hour": lambda date: date.dt.hour(),
    "weekday": lambda date: date.dt.weekday(),
    "month": lambda date: date.dt.month(),
}


def _prepare(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """Finite numbers or nothing, no empty text, dates as numbers."""
    prepared = []
    for position, column in enumerate(schema.inputs):
        values = pl.col(column.name)
        if column.kind is ColumnKind.DATETIME:
            prepared += [part(values).cast(pl.Float64).alias(f"{position} {name}") for name, part in _DATE_PARTS.items()]
        elif column.kind in (ColumnKind.CATEGORY, ColumnKind.TEXT):
            prepared.append(values.fill_null("").alias(f"{position} {column.kind.value}"))
        else:
            prepared.append(pl.when(values.is_finite()).then(values).alias(f"{position} number"))
    return frame.select(prepared)


def _without_lone_classes(data: BaselineData) -> tuple[BaselineData, tuple[Event, ...]]:
    """Rows of classes that occur once leave a large table, where boosting could not set rows of each class aside."""
    if not data.task.kind.is_classification or len(data.truth) <= _EARLY_STOPPING_ROWS:
        return data, ()
    kept = np.bincount(data.truth)[data.truth] > 1
    if kept.all():
        return data, ()
    event = Event(name="baseline-rows-left-out", what=f"Gradient boosting did not see {int((~kept).sum())} rows whose class occurs once.")
    return replace(data, train=data.train.filter(pl.Series(kept)), truth=data.truth[kept]), (event,)


def _all_classes(probabilities: Floats, classes: Integers, task: Task) -> Floats:
    """Probabilities of all classes of the task, those included that the training rows did not hold."""
    aligned = np.zeros((len(probabilities), len(task.classes)))
    aligned[:, classes] = probabilities
    return _away_from_zero(aligned)


def _away_from_zero(probabilities: Floats) -> Floats:
    clipped = np.clip(probabilities, SMALLEST_PROBABILITY, 1.0)
    normalized: Floats = clipped / clipped.sum(axis=1, keepdims=True)
    return normalized
