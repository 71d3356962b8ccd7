import numpy as np
import pytest

from luthier.monitor.dle import expect_losses
from luthier.monitor.features import features_of
from luthier.monitor.mean_tests import rise_p_value
from tests.monitor.quality_samples import PRICE, priced


def squared_errors(sample):
    return (sample.truth - sample.predictions) ** 2


def expected(then, now):
    return expect_losses(features_of(PRICE, then, now), squared_errors(then))


def test_harder_rows_are_expected_to_cost_what_they_cost():
    rng = np.random.default_rng(0)
    then, now = priced(rng, 4_000), priced(rng, 4_000, shift=0.5)

    losses = expected(then, now)

    assert squared_errors(now).mean() > 1.4 * squared_errors(then).mean()
    assert losses.interval.value == pytest.approx(squared_errors(now).mean(), rel=0.12)
    assert losses.correlation > 0.3


def test_unchanged_rows_are_called_harder_in_about_one_case_of_twenty():
    rng = np.random.default_rng(0)

    p_values = []
    for _ in range(40):
        losses = expected(priced(rng, 300), priced(rng, 300))
        p_values.append(rise_p_value(losses.then, losses.now))

    assert np.mean(np.array(p_values) <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 40)  # three standard errors


def test_errors_that_nothing_explains_are_said_to_be_unexplained():
    rng = np.random.default_rng(0)
    then = priced(rng, 500)
    losses = expect_losses(features_of(PRICE, then, priced(rng, 500, shift=2.0)), rng.exponential(size=500))

    assert losses.explained < 0.01
