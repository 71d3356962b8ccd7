import math

from luthier.core.task import Task, TaskKind
from luthier.evaluate import Interval
from luthier.evaluate.answers import Answers
from luthier.monitor.score_pairs import ScorePair, realised_scores, watched_metrics
from tests.evaluate.predictions import TASKS

PAIR = ScorePair(
    metric="log_loss",
    label="log-loss",
    greater_is_better=False,
    then=Interval(value=0.22, lower=0.2, upper=0.24),
    now=Interval(value=0.31, lower=0.28, upper=math.nan),
)


def test_the_words_of_a_pair():
    pair = ScorePair(metric="log_loss", label="log-loss", greater_is_better=False, then=PAIR.then, now=Interval(value=0.312, lower=0.283, upper=0.351))

    assert pair.words == "log-loss 0.312 (95 % interval 0.283 to 0.351) against 0.220 in the reference"


def test_a_pair_comes_back_from_json():
    back = ScorePair.from_json(PAIR.to_json())

    assert back.then == PAIR.then
    assert math.isnan(back.now.upper)


def test_the_tasks_own_metric_comes_first_and_once():
    assert watched_metrics(TASKS[2]) == ("log_loss", "accuracy", "precision", "recall", "roc_auc")
    assert watched_metrics(Task(kind=TaskKind.REGRESSION, target="price", metric="mae")) == ("mae", "rmse")
    assert watched_metrics(Task(kind=TaskKind.REGRESSION, target="price")) == ("rmse", "mae")


def test_then_and_now_are_judged_by_the_same_metric():
    then, now = Answers([0, 1] * 50, [[0.9, 0.1], [0.1, 0.9]] * 50), Answers([0, 1] * 50, [[0.9, 0.1], [0.9, 0.1]] * 50)

    accuracy = realised_scores(TASKS[2], ("accuracy",), then, now)[0]

    assert (accuracy.then.value, accuracy.now.value) == (1.0, 0.5)
    assert accuracy.now.lower < 0.5 < accuracy.now.upper
