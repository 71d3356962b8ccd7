"""Laws that every metric keeps, found by introspection: a new metric is tested from its first day."""

import warnings

import numpy as np
import pytest
from sklearn import metrics as reference

from luthier.core.errors import SettingInvalid
from luthier.core.task import TaskKind
from luthier.evaluate import METRICS, Answers, Resample, default_metric, metric_named

CASES = [pytest.param(metric, kind, id=f"{metric.name}-{kind}") for metric in METRICS.values() for kind in sorted(metric.tasks)]
WITHOUT_MISSING_CLASSES = {name for name, metric in METRICS.items() if TaskKind.MULTICLASS not in metric.tasks} | {"roc_auc", "pr_auc"}
CLASSES = {TaskKind.BINARY: 2, TaskKind.MULTICLASS: 4}
ROWS = 240


def some_truth(kind, rng):
    if kind is TaskKind.REGRESSION:
        return rng.normal(size=ROWS)
    return rng.permutation(np.arange(ROWS) % CLASSES[kind])


def some_prediction(kind, truth, rng, *, noise=1.0):
    """Good but imperfect, rounded so that scores tie."""
    if kind is TaskKind.REGRESSION:
        return truth + noise * rng.normal(size=ROWS)
    logits = noise * rng.normal(size=(ROWS, CLASSES[kind])).round(1) + np.eye(CLASSES[kind])[truth]
    weights = np.exp(logits)
    return weights / weights.sum(axis=1, keepdims=True)


def perfect_prediction(kind, truth):
    return truth if kind is TaskKind.REGRESSION else np.eye(CLASSES[kind])[truth]


def of_classes(average, function):
    return lambda truth, table: function(truth, table.argmax(axis=1), average=average, zero_division=0)


def average_precision(truth, table):
    columns = [1] if table.shape[1] == 2 else range(table.shape[1])
    return np.mean([reference.average_precision_score(truth == k, table[:, k]) for k in columns])


def roc_auc(truth, table):
    return reference.roc_auc_score(truth, table[:, 1]) if table.shape[1] == 2 else reference.roc_auc_score(truth, table, multi_class="ovr")


def brier(truth, table):
    if table.shape[1] == 2:
        return reference.brier_score_loss(truth, table[:, 1])
    return reference.brier_score_loss(truth, table, labels=range(table.shape[1]), scale_by_half=False)


def calibration_error(truth, table):
    """The definition, written as a loop over the bins."""
    confidence, right = table.max(axis=1), table.argmax(axis=1) == truth
    bins = np.minimum((15 * confidence).astype(int), 14)
    return sum((bins == k).mean() * abs(right[bins == k].mean() - confidence[bins == k].mean()) for k in np.unique(bins))


REFERENCES = {
    "accuracy": lambda truth, table: reference.accuracy_score(truth, table.argmax(axis=1)),
    "balanced_accuracy": lambda truth, table: reference.balanced_accuracy_score(truth, table.argmax(axis=1)),
    "precision": of_classes("binary", reference.precision_score),
    "recall": of_classes("binary", reference.recall_score),
    "f1": of_classes("binary", reference.f1_score),
    "precision_macro": of_classes("macro", reference.precision_score),
    "recall_macro": of_classes("macro", reference.recall_score),
    "f1_macro": of_classes("macro", reference.f1_score),
    "precision_weighted": of_classes("weighted", reference.precision_score),
    "recall_weighted": of_classes("weighted", reference.recall_score),
    "f1_weighted": of_classes("weighted", reference.f1_score),
    "roc_auc": roc_auc,
    "pr_auc": average_precision,
    "log_loss": lambda truth, table: reference.log_loss(truth, table, labels=range(table.shape[1])),
    "brier": brier,
    "ece": calibration_error,
    "rmse": reference.root_mean_squared_error,
    "mae": reference.mean_absolute_error,
    "r2": reference.r2_score,
    "median_absolute_error": reference.median_absolute_error,
    "pinball_10": lambda truth, values: reference.mean_pinball_loss(truth, values, alpha=0.1),
    "pinball_50": lambda truth, values: reference.mean_pinball_loss(truth, values, alpha=0.5),
    "pinball_90": lambda truth, values: reference.mean_pinball_loss(truth, values, alpha=0.9),
}


@pytest.mark.parametrize(("metric", "kind"), CASES)
def test_a_perfect_prediction_has_the_best_value_and_no_error(metric, kind):
    truth = some_truth(kind, np.random.default_rng(1))

    perfect = perfect_prediction(kind, truth)

    assert metric.function(truth, perfect) == pytest.approx(metric.best, abs=1e-12)
    assert metric.error(truth, perfect) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(("metric", "kind"), CASES)
def test_a_better_prediction_has_the_smaller_error(metric, kind):
    rng = np.random.default_rng(2)
    truth = some_truth(kind, rng)

    errors = [metric.error(truth, some_prediction(kind, truth, rng, noise=noise)) for noise in (0.5, 4.0)]

    assert 0 < errors[0] < errors[1]


@pytest.mark.parametrize(("metric", "kind"), CASES)
def test_the_order_of_rows_does_not_matter(metric, kind):
    rng = np.random.default_rng(3)
    truth = some_truth(kind, rng)
    prediction, order = some_prediction(kind, truth, rng), rng.permutation(ROWS)

    assert metric.function(truth[order], prediction[order]) == pytest.approx(metric.function(truth, prediction), rel=1e-12)


@pytest.mark.parametrize(("metric", "kind"), CASES)
def test_agrees_with_the_reference(metric, kind):
    rng = np.random.default_rng(4)
    truth = some_truth(kind, rng)
    prediction = some_prediction(kind, truth, rng)

    expected = REFERENCES[metric.name](truth, prediction)

    assert metric.function(truth, prediction) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("metric", [pytest.param(metric, id=metric.name) for metric in METRICS.values() if metric.name not in WITHOUT_MISSING_CLASSES])
def test_agrees_with_the_reference_where_a_class_is_never_answered_and_another_has_no_row(metric):
    kind = TaskKind.MULTICLASS
    rng = np.random.default_rng(5)
    truth = some_truth(kind, rng) % 3
    prediction = some_prediction(kind, truth, rng)
    prediction[:, 0] = 0.0
    prediction /= prediction.sum(axis=1, keepdims=True)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        expected = REFERENCES[metric.name](truth, prediction)

    assert metric.function(truth, prediction) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(("metric", "kind"), CASES)
def test_a_row_drawn_twice_is_a_row_that_came_twice(metric, kind):
    rng = np.random.default_rng(6)
    truth = some_truth(kind, rng)
    prediction = some_prediction(kind, truth, rng)
    drawn = rng.integers(0, ROWS, size=(3, ROWS))
    weights = np.stack([np.bincount(rows, minlength=ROWS) for rows in drawn], axis=1).astype(float)

    values = metric.statistic(Resample(Answers(truth, prediction), weights))

    assert values == pytest.approx([metric.function(truth[rows], prediction[rows]) for rows in drawn], rel=1e-10)


def test_every_metric_has_a_reference_and_its_own_name():
    assert set(METRICS) == set(REFERENCES)
    assert all(metric.name == name for name, metric in METRICS.items())


@pytest.mark.parametrize("name", ["roc_auc", "pr_auc"])
def test_a_value_that_does_not_exist_is_an_infinite_error(name):
    assert METRICS[name].error([0, 0], [[0.9, 0.1], [0.8, 0.2]]) == np.inf


@pytest.mark.parametrize("kind", list(TaskKind))
def test_the_default_metric_can_judge_its_task(kind):
    assert kind in METRICS[default_metric(kind)].tasks


def test_a_misspelled_metric_is_told_its_nearest_name():
    with pytest.raises(SettingInvalid, match=r"^The metric must be one that Luthier knows, but 'rocauc' came\. Did you mean 'roc_auc'\?$"):
        metric_named("rocauc", TaskKind.BINARY)


def test_a_metric_of_another_task_is_refused_with_the_ones_that_fit():
    with pytest.raises(SettingInvalid) as caught:
        metric_named("accuracy", TaskKind.REGRESSION)

    assert str(caught.value) == (
        "The metric of a regression task must be one that can judge it, but 'accuracy' came. "
        "Choose one of rmse, mae, r2, median_absolute_error, pinball_10, pinball_50, pinball_90."
    )


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_an_error_leads_back_to_its_value(metric):
    assert metric.to_value(metric.to_error(0.25)) == pytest.approx(0.25)
