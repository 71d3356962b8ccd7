import json
import time

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

import luthier.evaluate
from luthier.core.errors import SettingInvalid, TooFewRows
from luthier.evaluate import evaluate, metrics_for
from tests.evaluate.predictions import REGRESSION, TASKS, calibrated


@pytest.mark.parametrize("classes", [2, 4, 6])
def test_class_scores_and_confusion_agree_with_scikit_learn(classes):
    probabilities, truth = calibrated(np.random.default_rng(0), rows=500, classes=classes)
    answered = probabilities.argmax(axis=1)

    evaluation = evaluate(TASKS[classes], truth, probabilities)

    assert np.array_equal(evaluation.confusion, confusion_matrix(truth, answered))
    found = [(one.precision.value, one.recall.value, one.f1.value, one.support) for one in evaluation.class_scores]
    assert np.array(found) == pytest.approx(np.transpose(precision_recall_fscore_support(truth, answered)))


@pytest.mark.parametrize("classes", [2, 6])
def test_every_metric_of_the_task_has_an_interval_around_its_value(classes):
    probabilities, truth = calibrated(np.random.default_rng(0), rows=300, classes=classes)

    evaluation = evaluate(TASKS[classes], truth, probabilities)

    assert [score.metric for score in evaluation.scores] == [metric.name for metric in metrics_for(TASKS[classes].kind)]
    assert all(score.interval.lower < score.interval.value < score.interval.upper for score in evaluation.scores)


def test_a_regression_is_judged_by_its_metrics_and_residuals():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=300)

    evaluation = evaluate(REGRESSION, truth, truth + 0.1 * rng.normal(size=300))

    assert evaluation.score("rmse").interval.value == pytest.approx(0.1, rel=0.15)  # its relative standard error on 300 rows is 0.04
    assert all(score.interval.lower < score.interval.value < score.interval.upper for score in evaluation.scores)
    assert (evaluation.confusion, evaluation.roc, len(evaluation.residuals.truth)) == ((), (), 200)


def test_the_record_is_plain_json_and_what_does_not_exist_is_null():
    never_answered = evaluate(TASKS[4], [0, 1, 2], [[0.4, 0.3, 0.2, 0.1]] * 3)

    record = json.loads(json.dumps(never_answered.to_json(), allow_nan=False))

    assert record["class_scores"][3]["recall"]["value"] is None
    assert record["class_scores"][1]["precision"]["value"] is None
    assert [curve["name"] for curve in record["roc"]] == ["a", "b", "c"]
    assert record["kind"] == "multiclass"


def test_one_row_can_be_judged():
    evaluation = evaluate(TASKS[2], [1], [[0.3, 0.7]])

    assert evaluation.score("accuracy").interval.lower < 0.3
    assert evaluation.roc == ()


def test_a_class_of_few_rows_is_less_sure_than_a_class_of_many():
    rng = np.random.default_rng(0)
    truth = (np.arange(2_000) % 100 == 0).astype(int)
    said = np.where(rng.random(2_000) < 0.85, truth, 1 - truth)

    common, rare = evaluate(TASKS[2], truth, np.where(np.eye(2)[said] == 1, 0.8, 0.2)).class_scores

    assert (rare.support, common.support) == (20, 1_980)
    assert rare.recall.upper - rare.recall.lower > 5 * (common.recall.upper - common.recall.lower)
    assert rare.recall.method == "wilson"


def test_a_large_table_says_that_it_had_fewer_resamples():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=100_000)

    evaluation = evaluate(REGRESSION, truth, truth + rng.normal(size=100_000))

    assert evaluation.resamples == 200
    assert [event.what for event in evaluation.events] == ["The intervals come from 200 resamples instead of 1,000, because 100,000 answers were judged."]


def test_ten_thousand_rows_of_six_classes_take_two_seconds_at_most():
    probabilities, truth = calibrated(np.random.default_rng(0), rows=10_000, classes=6)
    started = time.thread_time()

    evaluation = evaluate(TASKS[6], truth, probabilities)

    assert evaluation.resamples == 1_000
    assert time.thread_time() - started < 2.0  # seconds of one core; 0.4 on the machine it was written on


def test_a_prediction_of_another_shape_is_refused():
    with pytest.raises(SettingInvalid, match=r"^A prediction of 'ill' must have the shape \(3, 2\), but \(3, 4\) came\.$"):
        evaluate(TASKS[2], [0, 1, 1], np.full((3, 4), 0.25))


def test_a_prediction_that_is_not_finite_is_refused_with_its_row():
    with pytest.raises(SettingInvalid, match=r"^Predictions must be finite numbers, but the one of row 1 is nan\.$"):
        evaluate(REGRESSION, [0.0, 1.0], [0.0, np.nan])


def test_no_rows_are_refused():
    with pytest.raises(TooFewRows, match=r"^Judging needs at least one row with a known target, but none came\.$"):
        evaluate(REGRESSION, [], [])


def test_rows_that_do_not_match_are_refused():
    with pytest.raises(SettingInvalid) as caught:
        evaluate(REGRESSION, [1.0, 2.0], [1.0])

    assert (
        str(caught.value) == "Truth and prediction must have the same rows, but truth has the shape (2,) and prediction (1,). Give one prediction for each row."
    )


def test_the_public_names_are_the_ones_that_are_exported():
    exported = {name for name, value in vars(luthier.evaluate).items() if not name.startswith("_") and not hasattr(value, "__path__")}
    submodules = {name for name in exported if type(getattr(luthier.evaluate, name)).__name__ == "module"}

    assert exported - submodules == set(luthier.evaluate.__all__) - submodules
