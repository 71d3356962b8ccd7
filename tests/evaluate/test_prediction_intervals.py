import json

import numpy as np
import pytest

from luthier.evaluate import IntervalRule, apply_interval_rule, fit_interval_rule, measure_intervals


def growing_noise(rng, rows):
    """Numbers from 0 to 10 whose error grows with the prediction."""
    prediction = rng.uniform(0, 10, rows)
    return prediction, prediction + (0.1 + prediction) * rng.normal(size=rows)


def test_intervals_hold_the_truth_as_often_as_promised():
    rates = []
    for seed in range(100):
        prediction, truth = growing_noise(np.random.default_rng(seed), 1_200)
        lower, upper = apply_interval_rule(prediction[:200], fit_interval_rule(prediction[200:], truth[200:]))
        rates.append(measure_intervals(lower, upper, truth[:200]).coverage.value)

    assert np.mean(rates) == pytest.approx(0.9, abs=0.015)  # the mean of 100 rates has a standard error of 0.003; ranges of 100 rows promise up to 0.01 more


def test_coverage_holds_where_rows_are_easy_and_where_they_are_hard():
    rng = np.random.default_rng(0)
    rule = fit_interval_rule(*growing_noise(rng, 4_000))
    prediction, truth = growing_noise(rng, 4_000)

    lower, upper = apply_interval_rule(prediction, rule)

    for part in (prediction < 2, prediction > 8):
        assert measure_intervals(lower[part], upper[part], truth[part]).coverage.value == pytest.approx(0.9, abs=0.05)
    assert rule.half_widths[-1] > 5 * rule.half_widths[0]


def test_a_rule_survives_json():
    rule = fit_interval_rule(*growing_noise(np.random.default_rng(1), 500))

    assert IntervalRule.from_json(json.loads(json.dumps(rule.to_json()))) == rule


def test_few_rows_get_one_range_with_the_largest_error():
    rule = fit_interval_rule([1.0, 2.0, 3.0], [1.5, 2.0, 1.0])

    assert (rule.edges, rule.half_widths) == ((), (2.0,))


def test_equal_predictions_make_one_range():
    rule = fit_interval_rule(np.full(500, 3.0), np.linspace(0, 6, 500))

    assert (rule.edges, len(rule.half_widths)) == ((), 1)


def test_measured_coverage_width_and_pinball_are_counted():
    measured = measure_intervals(np.array([0.0, 0.0]), np.array([2.0, 4.0]), [1.0, 5.0], target=0.8)

    assert (measured.coverage.value, measured.mean_width) == (0.5, 3.0)
    assert measured.pinball_lower == pytest.approx(0.1 * (1 + 5) / 2)
    assert measured.pinball_upper == pytest.approx((0.1 * 1 + 0.9 * 1) / 2)
