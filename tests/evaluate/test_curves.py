import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from luthier.evaluate import pr_points, reliability_points, residual_points, roc_points
from tests.evaluate.predictions import calibrated


def some_scores(rows):
    rng = np.random.default_rng(0)
    is_positive = rng.random(rows) < 0.3
    return (is_positive + rng.normal(size=rows)).round(2), is_positive


@pytest.mark.parametrize("rows", [30, 5_000], ids=["whole", "thinned"])
def test_the_line_of_a_roc_curve_has_the_area_it_states(rows):
    scores, is_positive = some_scores(rows)

    curve = roc_points(scores, is_positive, name="yes")

    assert curve.area == pytest.approx(roc_auc_score(is_positive, scores))
    assert np.trapezoid(curve.y, curve.x) == pytest.approx(curve.area, abs=0.002)  # thinning moves the line by less than half a hundredth
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)


def test_a_precision_recall_curve_states_the_average_precision_and_ends_at_the_share_of_the_class():
    scores, is_positive = some_scores(5_000)

    curve = pr_points(scores, is_positive, name="yes")

    assert curve.area == pytest.approx(average_precision_score(is_positive, scores))
    assert (curve.x[-1], curve.y[-1]) == pytest.approx((1.0, is_positive.mean()))


@pytest.mark.parametrize("points", [roc_points, pr_points])
def test_curves_have_at_most_200_points(points):
    scores, is_positive = some_scores(5_000)

    curve = points(scores, is_positive, name="yes")

    assert 150 < len(curve.x) == len(curve.y) <= 200


@pytest.mark.parametrize("classes", [2, 4])
def test_calibrated_probabilities_come_true_as_often_as_said(classes):
    probabilities, truth = calibrated(np.random.default_rng(0), rows=20_000, classes=classes)

    bins = reliability_points(probabilities, truth)

    assert sum(one.rows for one in bins) == 20_000
    # The intervals of about ten bins hold their 95 % each: more than two outside would come once in a hundred times.
    assert sum(not one.came.lower <= one.said <= one.came.upper for one in bins) <= 2


def test_the_histogram_of_residuals_counts_every_row_in_spite_of_outliers():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=5_000)
    truth[0] = 1e9

    residuals = residual_points(np.zeros(5_000), truth)

    assert sum(residuals.histogram_counts) == 5_000
    assert residuals.histogram_edges[-1] == 1e9
    assert max(residuals.histogram_counts) < 1_000
    assert len(residuals.truth) == 200
    assert residuals.bias == pytest.approx(truth.mean())


def test_residuals_of_a_perfect_prediction_are_drawn_too():
    residuals = residual_points([1.0, 1.0], [1.0, 1.0])

    assert sum(residuals.histogram_counts) == 2
    assert residuals.bias == 0.0
