import numpy as np
import pytest

from luthier.evaluate import METRICS
from luthier.monitor.recalibration import Recalibration
from tests.evaluate.predictions import calibrated


def spoiled(probabilities, sharpness, biases):
    moved = probabilities**sharpness * np.exp(biases)
    return moved / moved.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("classes", [2, 4])
def test_what_spoiled_probabilities_is_taken_back(classes):
    probabilities, truth = calibrated(np.random.default_rng(0), rows=4_000, classes=classes)

    said = spoiled(probabilities, 2.0, np.linspace(-0.5, 0.5, classes))

    mended = Recalibration.fit(said, truth).apply(said)
    assert np.abs(mended - probabilities).mean() < 0.02
    assert METRICS["log_loss"].function(truth, mended) < METRICS["log_loss"].function(truth, said)


def test_none_changes_nothing():
    probabilities, _ = calibrated(np.random.default_rng(0), rows=100, classes=4)

    assert Recalibration.none(probabilities).apply(probabilities) is probabilities


def test_the_doubt_is_that_of_fits_to_other_rows():
    fits = [Recalibration.fit(*calibrated(np.random.default_rng(seed), rows=500, classes=2)) for seed in range(60)]

    stated = np.sqrt(np.mean([fit.covariance[0, 0] for fit in fits]))

    assert np.std([fit.sharpness for fit in fits]) == pytest.approx(stated, rel=0.3)  # three standard errors of a deviation of 60


def test_many_classes_learn_no_biases():
    probabilities, truth = calibrated(np.random.default_rng(0), rows=300, classes=25)

    fitted = Recalibration.fit(probabilities, truth)

    assert fitted.covariance.shape == (1, 1)
    assert set(fitted.biases) == {0.0}
