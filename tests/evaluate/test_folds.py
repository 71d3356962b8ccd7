import numpy as np
import pytest

from luthier.evaluate import METRICS, Interval, measure_optimism, score_folds


def test_each_fold_is_scored_on_its_own_rows():
    truth, prediction = np.zeros(6), np.array([1.0, 1.0, 2.0, 2.0, 6.0, 6.0])

    found = score_folds(METRICS["mae"], truth, prediction, [np.array([0, 1]), np.array([2, 3]), np.array([4, 5])])

    assert found.scores == (1.0, 2.0, 6.0)
    assert (found.mean, found.spread) == pytest.approx((3.0, np.sqrt(7)))


@pytest.mark.parametrize(
    ("metric", "fold_score", "sealed", "optimism"), [("log_loss", 0.3, 0.4, 0.1), ("accuracy", 0.9, 0.8, 0.1), ("accuracy", 0.7, 0.8, -0.1)]
)
def test_optimism_is_how_much_better_the_fold_looked(metric, fold_score, sealed, optimism):
    found = measure_optimism(METRICS[metric], fold_score, Interval(value=sealed, lower=sealed - 0.05, upper=sealed + 0.05))

    assert found.optimism == pytest.approx(optimism)
    assert not found.is_within_interval


def test_the_best_of_many_equal_folds_is_optimistic():
    rng = np.random.default_rng(0)
    errors = np.abs(rng.normal(size=(200, 8, 50))).mean(axis=2)  # 200 runs, 8 recipes of the same worth

    gaps = [measure_optimism(METRICS["mae"], run.min(), Interval(value=np.sqrt(2 / np.pi), lower=0, upper=1)).optimism for run in errors]

    # The expected lowest of 8 unit normals is -1.4236; the mean of 50 absolute normals has the spread sqrt((1 - 2 / pi) / 50).
    assert np.mean(gaps) == pytest.approx(1.4236 * np.sqrt((1 - 2 / np.pi) / 50), rel=0.1)
