import numpy as np
import pytest

from luthier.evaluate import METRICS, Answers, Resample, evaluate, metrics_for
from luthier.evaluate.evaluation import interval_of
from luthier.evaluate.intervals import affordable_resamples, bootstrap, draw_weights, percentile_interval, wilson_interval
from tests.evaluate.predictions import TASKS, calibrated

SIMULATIONS = 400
# The coverage of 400 intervals has a standard error of 0.011 around 0.95; 0.035 is three of them.
TOLERANCE = 0.035


def covered(metric, draw, true_value):
    """Share of simulated tables whose interval holds the true value."""
    hits = 0
    for simulation in range(SIMULATIONS):
        answers = Answers(*draw(np.random.default_rng(simulation)))
        values = bootstrap(lambda weights, answers=answers: metric.statistic(Resample(answers, weights)), rows=answers.rows, resamples=400, seed=simulation)
        interval = interval_of(metric, answers, values)
        hits += interval.lower <= true_value <= interval.upper
    return hits / SIMULATIONS


def test_intervals_of_the_mean_absolute_error_cover_the_true_one():
    share = covered(METRICS["mae"], lambda rng: (rng.normal(size=120), np.zeros(120)), np.sqrt(2 / np.pi))

    assert share == pytest.approx(0.95, abs=TOLERANCE)


def test_intervals_of_the_rmse_cover_the_true_one():
    share = covered(METRICS["rmse"], lambda rng: (rng.normal(size=200), np.zeros(200)), 1.0)

    assert share == pytest.approx(0.95, abs=TOLERANCE)


def test_intervals_of_a_roc_auc_cover_the_true_one():
    def draw(rng):
        truth = np.arange(150) % 3 == 0
        score = 1 / (1 + np.exp(-(truth * 1.0 + rng.normal(size=150))))
        return truth, np.stack([1 - score, score], axis=1)

    true_area = 0.7602499389  # two unit normals one apart: the normal distribution function at 1 / sqrt(2)

    assert covered(METRICS["roc_auc"], draw, true_area) == pytest.approx(0.95, abs=TOLERANCE)


@pytest.mark.parametrize("accuracy", [0.8, 0.98], ids=["many-errors", "few-errors"])
def test_intervals_of_an_accuracy_cover_the_true_one(accuracy):
    def draw(rng):
        return (rng.random(150) > accuracy).astype(int), np.tile([0.7, 0.3], (150, 1))

    share = covered(METRICS["accuracy"], draw, accuracy)

    # Counts are whole numbers, so that the coverage of any such interval jumps by some points around its level.
    assert share == pytest.approx(0.95, abs=TOLERANCE + 0.02)


def test_every_resample_draws_as_many_rows_as_there_are():
    weights = np.concatenate(list(draw_weights(50, 300, seed=0)), axis=1)

    assert weights.shape == (50, 300)
    assert (weights.sum(axis=0) == 50).all()
    assert weights.mean() == 1.0
    assert weights.var() == pytest.approx(1 - 1 / 50, abs=0.05)  # multinomial; the standard error over 15,000 counts is 0.014


def test_the_bootstrap_of_a_mean_has_the_standard_error_of_the_mean():
    values = np.random.default_rng(0).exponential(size=400)

    means = bootstrap(lambda weights: values @ weights / 400, rows=400, resamples=4_000, seed=1)

    assert means.std() == pytest.approx(values.std() / 20, rel=0.05)  # the relative error of a spread from 4,000 draws is 0.011


def test_few_rows_make_the_interval_wider_than_the_plain_percentiles():
    resampled = np.linspace(0, 1, 1_001)

    widths = [percentile_interval(0.5, resampled, rows=rows).upper for rows in (5, 20, 10_000)]

    assert widths[0] > widths[1] > widths[2] == pytest.approx(0.975, abs=1e-4)


def test_wilson_equals_its_closed_form():
    interval = wilson_interval(8, 10)

    assert (interval.value, interval.lower, interval.upper) == pytest.approx((0.8, 0.4901625, 0.9433178), abs=1e-6)


@pytest.mark.parametrize("metric", [metric for metric in metrics_for(TASKS[4].kind) if metric.best == 1], ids=lambda metric: metric.name)
def test_a_perfect_score_on_few_rows_is_not_certain(metric):
    truth = np.arange(20) % 4
    evaluation = evaluate(TASKS[4], truth, np.eye(4)[truth])

    interval = evaluation.score(metric.name).interval

    assert (interval.value, interval.upper) == (1.0, 1.0)
    assert 0.5 < interval.lower < 0.95


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    probabilities, truth = calibrated(np.random.default_rng(0), rows=300, classes=4)

    intervals = [evaluate(TASKS[4], truth, probabilities, seed=seed).score("log_loss").interval for seed in (3, 3, 4)]

    assert intervals[0] == intervals[1]
    assert intervals[0] != intervals[2]


def test_large_tables_get_fewer_resamples_and_small_ones_all():
    assert [affordable_resamples(rows) for rows in (10, 20_000, 50_000, 10_000_000)] == [1_000, 1_000, 400, 200]


def test_the_interval_of_a_calibration_error_is_not_pushed_up_by_resampling():
    probabilities, truth = calibrated(np.random.default_rng(0), rows=400, classes=4)

    interval = evaluate(TASKS[4], truth, probabilities).score("ece").interval

    assert interval.lower < interval.value < interval.upper
    assert interval.value - interval.lower == pytest.approx(interval.upper - interval.value, rel=0.6)
