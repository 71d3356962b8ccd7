import math

import numpy as np
import pytest

from luthier.core.errors import SettingInvalid
from luthier.core.task import TaskKind
from luthier.evaluate import METRICS, metrics_for, row_loss_for
from luthier.evaluate.answers import Answers
from tests.evaluate.predictions import calibrated


@pytest.mark.parametrize("kind", TaskKind)
def test_every_metric_has_a_row_loss_that_is_not_negative_and_keeps_its_bound(kind):
    rng = np.random.default_rng(0)
    prediction, truth = calibrated(rng, rows=300, classes=2 if kind is TaskKind.BINARY else 4) if kind.is_classification else rng.normal(size=(2, 300))

    for metric in metrics_for(kind):
        losses = row_loss_for(metric.name, kind).function(Answers(truth, prediction))

        assert losses.min() >= 0.0
        assert losses.max() <= row_loss_for(metric.name, kind).most


@pytest.mark.parametrize(("metric", "kind"), [("brier", TaskKind.MULTICLASS), ("mae", TaskKind.REGRESSION), ("pinball_90", TaskKind.REGRESSION)])
def test_the_mean_of_a_metrics_own_row_loss_is_the_metric(metric, kind):
    rng = np.random.default_rng(1)
    prediction, truth = calibrated(rng, rows=300, classes=4) if kind.is_classification else rng.normal(size=(2, 300))

    loss = row_loss_for(metric, kind)

    assert not loss.stands_in
    assert loss.function(Answers(truth, prediction)).mean() == pytest.approx(METRICS[metric].function(truth, prediction))


@pytest.mark.parametrize(
    ("metric", "kind", "name"),
    [
        ("roc_auc", TaskKind.BINARY, "log_loss"),
        ("f1_macro", TaskKind.MULTICLASS, "log_loss"),
        ("rmse", TaskKind.REGRESSION, "squared_error"),
        ("median_absolute_error", TaskKind.REGRESSION, "mae"),
    ],
)
def test_a_metric_that_is_no_mean_over_rows_says_what_stands_for_it(metric, kind, name):
    loss = row_loss_for(metric, kind)

    assert (loss.name, loss.stands_in) == (name, True)


def test_one_row_costs_at_most_the_log_loss_of_one_in_a_hundred():
    losses = row_loss_for("log_loss", TaskKind.BINARY).function(Answers([1, 0], [[1.0, 0.0], [1.0, 0.0]]))

    assert losses.tolist() == pytest.approx([math.log(100.0), 0.0])


def test_a_metric_of_another_kind_of_task_is_refused():
    with pytest.raises(SettingInvalid, match=r"^The metric of a regression task must be one that can judge it, but 'roc_auc' came\. Choose one of rmse, mae"):
        row_loss_for("roc_auc", TaskKind.REGRESSION)
