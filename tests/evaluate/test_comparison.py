import numpy as np
import pytest

from luthier.evaluate import METRICS, Comparison, Interval, Verdict, compare, decimals, format_score

EXAMPLE = Comparison(
    baseline="gradient boosting",
    metric="log_loss",
    label="log-loss",
    greater_is_better=False,
    score=0.0812,
    baseline_score=0.0971,
    difference=Interval(value=-0.0159, lower=-0.0241, upper=-0.0079),
    p_value=0.002,
    verdict=Verdict.BETTER,
    rows=1739,
)


def test_the_sentence_says_everything():
    assert EXAMPLE.sentence == ("Better than gradient boosting: log-loss 0.081 against 0.097 (difference -0.016, 95 % interval -0.024 to -0.008, n = 1,739).")
    assert EXAMPLE.to_json()["sentence"] == EXAMPLE.sentence


def test_two_equally_good_predictions_are_told_apart_in_one_case_of_twenty():
    alarms = 0
    for simulation in range(400):
        rng = np.random.default_rng(simulation)
        truth, noise = rng.normal(size=100), rng.normal(size=(2, 100))
        comparison = compare(METRICS["rmse"], truth, truth + noise[0], truth + noise[1], baseline="the other", resamples=400, seed=simulation)
        alarms += comparison.verdict is not Verdict.NOT_DISTINGUISHABLE

    assert alarms / 400 == pytest.approx(0.05, abs=0.033)  # three standard errors of a share of 400


def test_pairing_finds_a_difference_that_is_smaller_than_the_intervals_of_the_scores():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=500)
    ours = truth + rng.normal(size=500)
    theirs = truth + 1.03 * (ours - truth)

    comparison = compare(METRICS["rmse"], truth, ours, theirs, baseline="the other")

    assert comparison.verdict is Verdict.BETTER
    assert comparison.difference.value == pytest.approx(-0.03 * comparison.score)
    assert comparison.p_value == pytest.approx(2 / 1001)


@pytest.mark.parametrize(("metric", "sign"), [("accuracy", 1), ("roc_auc", 1), ("log_loss", -1), ("brier", -1)])
def test_better_and_worse_follow_the_direction_of_the_metric(metric, sign):
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 400)
    good, bad = (_told(truth, rng, share_right=share) for share in (0.9, 0.6))

    better = compare(METRICS[metric], truth, good, bad, baseline="the other")
    worse = compare(METRICS[metric], truth, bad, good, baseline="the other")

    assert (better.verdict, worse.verdict) == (Verdict.BETTER, Verdict.WORSE)
    assert better.difference.value * sign > 0
    assert worse.sentence.startswith("Worse than the other: ")


def test_a_prediction_is_not_distinguishable_from_itself():
    truth = np.arange(50) % 2
    prediction = np.tile([0.5, 0.5], (50, 1))

    comparison = compare(METRICS["log_loss"], truth, prediction, prediction, baseline="itself")

    assert (comparison.verdict, comparison.p_value) == (Verdict.NOT_DISTINGUISHABLE, 1.0)
    assert comparison.sentence == "Not distinguishable from itself: log-loss 0.693 against 0.693 (difference 0.000, 95 % interval 0.000 to 0.000, n = 50)."


@pytest.mark.parametrize(("width", "places"), [(0.016, 3), (0.16, 2), (1.2, 1), (250.0, 0), (1e-12, 6), (0.0, 3), (float("nan"), 3)])
def test_a_width_is_shown_with_two_digits(width, places):
    assert decimals(width) == places


def test_a_rounded_zero_has_no_sign():
    assert format_score(-0.0001, 2) == "0.00"


def _told(truth, rng, *, share_right):
    said = np.where(rng.random(len(truth)) < share_right, truth, 1 - truth)
    score = np.where(said == 1, 0.7, 0.3) + 0.1 * rng.random(len(truth))
    return np.stack([1 - score, score], axis=1)
