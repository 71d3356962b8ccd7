import numpy as np
import pytest

from luthier.core.task import TaskKind
from luthier.evaluate import METRICS, metrics_for, row_loss_for
from luthier.evaluate.answers import Answers
from luthier.monitor.cbpe import draw_labels, estimated_interval, expected_losses, measure_calibration
from luthier.monitor.mean_tests import rise_p_value
from luthier.monitor.recalibration import Recalibration
from tests.evaluate.predictions import TASKS, calibrated

BINARY = TASKS[2]


def test_any_metric_is_estimated_as_it_comes_out_on_average():
    probabilities, _ = calibrated(np.random.default_rng(0), rows=2_000, classes=2)
    names = tuple(metric.name for metric in metrics_for(TaskKind.BINARY) if metric.name != "ece")
    rng = np.random.default_rng(1)
    drawn = [draw_labels(probabilities, rng) for _ in range(12)]

    estimated = estimated_interval(BINARY, names, probabilities, Recalibration.none(probabilities))

    for name in names:
        assert estimated[name].value == pytest.approx(np.mean([METRICS[name].function(truth, probabilities) for truth in drawn]), abs=0.01)


def test_the_interval_holds_the_realised_score_in_about_nineteen_cases_of_twenty():
    rng, inside = np.random.default_rng(0), 0
    known = Recalibration.none(calibrated(rng, rows=20_000, classes=2)[0])
    for _ in range(40):
        probabilities, truth = calibrated(rng, rows=400, classes=2)
        interval = estimated_interval(BINARY, ("log_loss",), probabilities, known)["log_loss"]
        inside += interval.lower <= METRICS["log_loss"].function(truth, probabilities) <= interval.upper

    assert inside / 40 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 40)  # three standard errors


def test_the_expected_loss_is_the_mean_over_labels():
    probabilities = np.array([[0.9, 0.1], [0.5, 0.5]])
    loss = row_loss_for("accuracy", TaskKind.BINARY)

    assert expected_losses(loss, probabilities, probabilities).tolist() == pytest.approx([0.1, 0.5])
    assert loss.function(Answers([0, 1], probabilities)).tolist() == [0.0, 1.0]


def test_unchanged_rows_are_called_harder_in_at_most_one_case_of_twenty():
    rng, loss = np.random.default_rng(0), row_loss_for("log_loss", TaskKind.BINARY)

    p_values = []
    for _ in range(300):
        then, now = (calibrated(rng, rows=rows, classes=2)[0] for rows in (300, 100))
        p_values.append(rise_p_value(expected_losses(loss, then, then), expected_losses(loss, now, now)))

    assert np.mean(np.array(p_values) <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)  # three standard errors


def test_labels_come_as_often_as_their_probabilities_say():
    labels = draw_labels(np.tile([0.2, 0.5, 0.3], (20_000, 1)), np.random.default_rng(0))

    assert np.bincount(labels) / 20_000 == pytest.approx([0.2, 0.5, 0.3], abs=0.012)  # three standard errors


def test_sound_probabilities_are_told_from_overconfident_ones():
    probabilities, truth = calibrated(np.random.default_rng(0), rows=2_000, classes=2)
    overconfident = probabilities**3 / (probabilities**3).sum(axis=1, keepdims=True)

    sound, unsound = (measure_calibration(BINARY, said, truth) for said in (probabilities, overconfident))

    assert (sound.is_sound, sound.is_usable) == (True, True)
    assert (unsound.is_sound, unsound.is_usable) == (False, False)
    assert unsound.error.value - unsound.by_chance > 0.05
