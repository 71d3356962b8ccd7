"""The curves of a run: the best first, along whatever they were measured."""

from __future__ import annotations

from luthier.ledger import RunPoint
from luthier.web.run_story import metric_label, run_story
from tests.ledger.made_up import make_run
from tests.web.made_up import curve


def test_best_curve_comes_first_and_a_fit_runs_along_seconds(ledger):
    run = make_run("run")
    ledger.runs.begin(run)
    for title, errors in (("worse", (0.5, 0.4)), ("best", (0.9, float("inf"), 0.2)), ("lost", (float("nan"),))):
        ledger.runs.tell(curve(title, 10.0, errors, run="run"))

    story = run_story(ledger, run)

    assert [one.title for one in story.curves] == ["best", "worse", "lost"]
    assert story.step_label == "Seconds since the start"


def test_folds_of_one_network_are_told_apart_and_run_along_epochs(ledger):
    run = make_run("run")
    ledger.runs.begin(run)
    for fold in (0, 1):
        ledger.runs.tell(RunPoint(run="run", seconds=9.0, title="mlp", fold=fold, epochs=(1.0, 2.0), errors=(0.5, 0.4), metric="log_loss"))

    story = run_story(ledger, run)

    assert [one.title for one in story.curves] == ["mlp, fold 0", "mlp, fold 1"]
    assert (story.metric, story.step_label) == ("log-loss", "Epoch")


def test_a_metric_of_somebody_else_keeps_its_name():
    assert metric_label(make_run("run"), "my_metric") == "my_metric"
    assert metric_label(make_run("run", task="unheard-of"), "log_loss") == "log_loss"
