import numpy as np
import pytest

from luthier.monitor.dependence import Inflation
from luthier.monitor.mean_tests import anytime_rise_p_value, rise_p_value

LOSSES = {
    "one error in a hundred": lambda rng, rows: 4.6 * (rng.random(rows) < 0.01),
    "one error in ten": lambda rng, rows: (rng.random(rows) < 0.1).astype(float),
    "skewed log-losses": lambda rng, rows: np.minimum(0.2 * rng.exponential(size=rows) ** 2, 4.6),
    "lognormal errors": lambda rng, rows: rng.lognormal(size=rows),
}
LOOKS = (50, 80, 130, 200, 320, 500, 800, 1_250, 2_000)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("rows_then", [100, 2_000])
def test_however_often_one_looks_unchanged_losses_are_called_risen_in_at_most_one_case_of_twenty(name, rows_then):
    rng, alarms = np.random.default_rng(0), 0
    for _ in range(200):
        then, now = LOSSES[name](rng, rows_then), LOSSES[name](rng, LOOKS[-1])
        alarms += any(anytime_rise_p_value(then, now[:rows]) <= 0.05 for rows in LOOKS)

    assert alarms / 200 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)  # three standard errors


def test_an_error_rate_that_doubles_is_sure_after_five_hundred_rows():
    rng = np.random.default_rng(0)

    found = [anytime_rise_p_value(rng.random(1_000) < 0.1, rng.random(500) < 0.2) <= 0.0125 for _ in range(100)]

    assert np.mean(found) >= 0.85


@pytest.mark.parametrize("test", [rise_p_value, anytime_rise_p_value])
def test_dependent_rows_are_worth_fewer(test):
    rng = np.random.default_rng(0)
    then, now = rng.random(500), rng.random(500) + 0.1

    assert test(then, now, Inflation(then=4.0, now=4.0)) > 10 * test(then, now)


@pytest.mark.parametrize("test", [rise_p_value, anytime_rise_p_value])
def test_a_fall_and_a_constant_are_no_rise(test):
    rng = np.random.default_rng(0)

    assert test(rng.random(500) + 0.2, rng.random(500)) > 0.9
    assert test(np.zeros(100), np.zeros(100)) == 1.0


def test_welchs_test_keeps_its_level_with_skewed_values_of_unequal_numbers():
    rng = np.random.default_rng(0)

    p_values = np.array([rise_p_value(rng.exponential(size=1_000), rng.exponential(size=200)) for _ in range(1_000)])

    assert (p_values <= 0.05).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 1_000)
    assert (p_values <= 0.01).mean() <= 0.01 + 3 * np.sqrt(0.01 * 0.99 / 1_000) + 0.005  # skewness costs half a hundredth
