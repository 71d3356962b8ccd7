import numpy as np
import pytest

from luthier.evaluate import METRICS, apply_temperature, fit_temperature
from tests.evaluate.predictions import calibrated


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_finds_the_temperature_that_spoiled_calibrated_probabilities(temperature):
    probabilities, truth = calibrated(np.random.default_rng(0), rows=5_000, classes=4)
    spoiled = apply_temperature(probabilities, 1 / temperature)

    found = fit_temperature(spoiled, truth)

    assert found == pytest.approx(temperature, rel=0.06)  # its standard error on 5,000 such rows is about 2 %


def test_answers_that_were_all_right_do_not_end_in_certainty():
    truth = np.arange(200) % 2
    probabilities = np.where(np.eye(2)[truth] == 1, 0.95, 0.05)

    temperature = fit_temperature(probabilities, truth)

    assert apply_temperature(probabilities, temperature).min() == pytest.approx(0.5 / 201, rel=0.2)  # half a row's worth of doubt


def test_a_temperature_changes_neither_the_sum_nor_the_order():
    probabilities, _ = calibrated(np.random.default_rng(1), rows=100, classes=4)

    softened = apply_temperature(probabilities, 3.0)

    assert softened.sum(axis=1) == pytest.approx(1.0)
    assert (softened.argsort(axis=1) == probabilities.argsort(axis=1)).all()


def test_probabilities_of_zero_stay_finite():
    softened = apply_temperature([[1.0, 0.0]], 5.0)

    assert np.isfinite(softened).all()
    assert 0.5 < softened[0, 0] <= 1.0


def test_the_fitted_temperature_is_never_worse_on_its_own_rows():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        probabilities, _ = calibrated(rng, rows=30, classes=4)
        truth = rng.integers(0, 4, 30)

        cooled = apply_temperature(probabilities, fit_temperature(probabilities, truth))

        assert METRICS["log_loss"].error(truth, cooled) <= METRICS["log_loss"].error(truth, probabilities) + 0.01
