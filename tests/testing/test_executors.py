from __future__ import annotations

import pytest

from luthier.core.recipe import Recipe
from luthier.core.task import TaskKind
from luthier.evaluate import METRICS
from luthier.fit import Outcome, TrainedMember
from luthier.testing import FakeExecutor
from luthier.tune.executor import Job
from tests.fit.conftest import make_data
from tests.tune.executors.jobs import make_job, silent


def halved(recipe: Recipe, fold: int, epochs: float) -> float:
    return recipe.learning_rate / epochs


@pytest.mark.parametrize(("kind", "metric"), [(TaskKind.MULTICLASS, "log_loss"), (TaskKind.REGRESSION, "rmse")])
def test_predictions_have_the_error_that_was_made_up(kind: TaskKind, metric: str) -> None:
    data = make_data(kind)

    (result,) = FakeExecutor(lambda recipe, fold, epochs: 0.25 + fold, data).run([make_job()], tell=silent)

    for entry in result.trained:
        truth = data.truth[data.validation_rows[entry.member.fold].numpy()]
        assert METRICS[metric].error(truth, entry.predictions) == pytest.approx(0.25 + entry.member.fold)


def test_errors_follow_from_recipe_fold_and_epochs() -> None:
    executor = FakeExecutor(halved, make_data())  # 80 training rows of a fold are 5 steps of 16

    short, long = executor.run([make_job(steps=5, learning_rate=0.4), make_job(steps=20, learning_rate=0.4)], tell=silent)

    assert [entry.error for entry in short.trained] == pytest.approx([0.4] * 3)
    assert [entry.error for entry in long.trained] == pytest.approx([0.1] * 3)
    assert (short.rows_seen, long.rows_seen) == (5 * 16 * 3, 20 * 16 * 3)


def test_it_remembers_the_jobs_that_it_saw() -> None:
    executor, jobs = FakeExecutor(halved, make_data()), [make_job(steps=3), make_job(steps=4)]

    executor.run(jobs, tell=silent)

    assert executor.jobs == jobs


def test_an_infinite_error_is_a_member_that_diverged() -> None:
    (result,) = FakeExecutor(lambda recipe, fold, epochs: float("inf"), make_data()).run([make_job()], tell=silent)

    entry: TrainedMember = result.trained[0]
    assert (entry.usable, entry.outcome) == (False, Outcome.DIVERGED)


def test_too_many_members_fail_for_lack_of_memory() -> None:
    executor, job = FakeExecutor(halved, make_data(), most_members=2), make_job()

    too_many, few = executor.run([job, Job(members=job.members[:2], seed=0, steps=1, most_steps=1)], tell=silent)

    assert (too_many.failure, too_many.out_of_memory) == ("not enough memory for 3 members", True)
    assert few.failure == ""


def test_an_error_of_the_function_is_a_failed_job() -> None:
    def failing(recipe: Recipe, fold: int, epochs: float) -> float:
        raise RuntimeError("it cannot be")

    (result,) = FakeExecutor(failing, make_data()).run([make_job()], tell=silent)

    assert result.failure == "it cannot be"


def test_seconds_pass_on_the_clock_of_the_test_and_bound_the_steps() -> None:
    passed: list[float] = []
    executor = FakeExecutor(halved, make_data(), seconds_per_row=0.01, pass_time=passed.append)

    whole, cut = executor.run([make_job(steps=10), make_job(steps=10, seconds=1.0)], tell=silent)

    assert passed == pytest.approx([10 * 48 * 0.01, 2 * 48 * 0.01])
    assert (whole.seconds, cut.seconds) == pytest.approx((4.8, 0.96))
