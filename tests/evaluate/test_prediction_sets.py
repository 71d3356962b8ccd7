import numpy as np
import pytest

from luthier.core.errors import SettingInvalid
from luthier.evaluate import fit_set_threshold, measure_sets, prediction_sets
from luthier.evaluate.prediction_sets import conformal_quantile
from tests.evaluate.predictions import calibrated


@pytest.mark.parametrize("coverage", [0.8, 0.9, 0.95])
def test_sets_hold_the_truth_as_often_as_promised(coverage):
    rates = []
    for seed in range(200):
        probabilities, truth = calibrated(np.random.default_rng(seed), rows=300, classes=6)
        sets = prediction_sets(probabilities[:100], fit_set_threshold(probabilities[100:], truth[100:], coverage=coverage))
        rates.append(measure_sets(sets, truth[:100], target=coverage).coverage.value)

    # The promise is at least `coverage` and at most 1 / 201 more; the mean of 200 rates has a standard error of 0.003.
    assert coverage - 0.01 < np.mean(rates) < coverage + 0.015


def test_the_quantile_counts_the_new_row_too():
    assert conformal_quantile(np.arange(1.0, 20.0), 0.9) == 18.0  # ceil(20 x 0.9)
    assert conformal_quantile(np.arange(1.0, 9.0), 0.9) == np.inf


def test_too_few_rows_to_promise_anything_give_all_classes():
    threshold = fit_set_threshold([[0.9, 0.1], [0.2, 0.8]], [0, 1])

    assert prediction_sets([[1.0, 0.0]], threshold).all()


def test_the_most_probable_class_is_always_inside():
    probabilities, _ = calibrated(np.random.default_rng(0), rows=50, classes=6)

    sets = prediction_sets(probabilities, 1.1)

    assert (sets.sum(axis=1) == 1).all()
    assert (sets.argmax(axis=1) == probabilities.argmax(axis=1)).all()


def test_measured_coverage_is_counted():
    sets = np.array([[True, False], [True, True], [False, True], [True, False]])

    measured = measure_sets(sets, [0, 1, 1, 1])

    assert (measured.coverage.value, measured.mean_size, measured.single_share) == (0.75, 1.25, 0.75)
    assert [interval.value for interval in measured.coverage_by_class] == pytest.approx([1.0, 2 / 3])


@pytest.mark.parametrize("coverage", [0.0, 1.0, 90])
def test_a_coverage_that_is_no_probability_is_refused(coverage):
    with pytest.raises(SettingInvalid, match=rf"^coverage must be between 0 and 1, but {coverage!r} came\.$"):
        fit_set_threshold([[0.5, 0.5]], [0], coverage=coverage)
