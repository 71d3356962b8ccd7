"""Laws that every executor keeps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Recipe
from luthier.fit import TrainedMember
from luthier.testing import FakeExecutor
from luthier.tune.executor import STOPPED, Executor, JobResult
from luthier.tune.executors import InProcess, Workers
from tests.fit.conftest import make_data
from tests.tune.executors.jobs import broken_off, different_jobs, impossible_job, long_job, make_job, silent
from tests.tune.executors.judges import log_loss

DATA = make_data()


def made_up(recipe: Recipe, fold: int, epochs: float) -> float:
    if recipe.name == "fails":
        raise RuntimeError("not enough memory")
    return 1.0 / epochs + fold


MAKERS: dict[str, Callable[[], Executor]] = {
    "in-process-1": lambda: InProcess(DATA, log_loss, lanes=1),
    "in-process-2": lambda: InProcess(DATA, log_loss, lanes=2),
    "workers-2": lambda: Workers(DATA, log_loss, processes=2),
}


@pytest.fixture(scope="module", params=MAKERS)
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    made = MAKERS[request.param]()
    yield made
    made.close()


@pytest.fixture(params=[*MAKERS, "fake"])
def own(request: pytest.FixtureRequest) -> Iterator[Executor]:
    """For tests that stop or close it."""
    made: Executor = FakeExecutor(made_up, DATA) if request.param == "fake" else MAKERS[request.param]()
    yield made
    made.close()


@pytest.fixture(scope="module")
def expected() -> list[JobResult]:
    return InProcess(DATA, log_loss, lanes=1).run(different_jobs(), tell=silent)


def _same(one: TrainedMember, other: TrainedMember) -> bool:
    return (
        torch.equal(one.weights, other.weights)
        and all(torch.equal(buffer, other.buffers[name]) for name, buffer in one.buffers.items())
        and np.array_equal(one.predictions, other.predictions)
        and (one.member, one.error, one.best_epoch, one.curve, one.outcome) == (other.member, other.error, other.best_epoch, other.curve, other.outcome)
    )


def test_the_same_jobs_become_the_same_to_the_last_bit_whoever_trains_them(executor: Executor, expected: list[JobResult]) -> None:
    results = executor.run(different_jobs(), tell=silent)

    assert all(_same(one, other) for result, wanted in zip(results, expected, strict=True) for one, other in zip(result.trained, wanted.trained, strict=True))
    assert [result.rows_seen for result in results] == [wanted.rows_seen for wanted in expected]


def test_results_come_in_the_order_of_the_jobs_and_members_also_where_one_failed(executor: Executor) -> None:
    jobs = [make_job(steps=60), impossible_job(), make_job("tabm-mini", steps=2), make_job(steps=1)]

    results = executor.run(jobs, tell=silent)

    assert [result.failure == "" for result in results] == [True, False, True, True]
    assert all(tuple(entry.member for entry in result.trained) == job.members for job, result in zip(jobs, results, strict=True) if not result.failure)


def test_a_failure_says_the_words_of_the_error(executor: Executor) -> None:
    (result,) = executor.run([impossible_job()], tell=silent)

    assert result.failure.startswith("stack expects each tensor to be equal size")
    assert result.trained == ()


def test_what_the_user_must_change_is_raised_and_the_executor_goes_on(executor: Executor) -> None:
    with pytest.raises(SettingInvalid, match="'mlpp'"):
        executor.run([make_job("mlpp"), long_job(), make_job()], tell=silent)

    assert executor.run([make_job()], tell=silent)[0].failure == ""


def test_a_lane_that_is_free_takes_the_next_job_at_once() -> None:
    """Three short jobs are done while a long one trains; only then it is stopped."""
    for make in (MAKERS["in-process-2"], MAKERS["workers-2"]):
        executor, done = make(), []

        def tell(progress: float, error: float, executor: Executor = executor, done: list[float] = done) -> None:
            done += [progress] if progress == 1.0 else []
            if len(done) == 3:
                executor.stop()

        results = executor.run([long_job(), *[make_job(steps=1) for _ in range(3)]], tell=tell)
        executor.close()

        assert [result.failure for result in results] == ["", "", "", ""]
        assert broken_off(results[0])


def test_the_seconds_of_a_job_run_while_it_trains_and_not_while_it_waits(executor: Executor) -> None:
    jobs = [make_job(steps=10_000_000, seconds=0.3) for _ in range(3 * executor.lanes)]

    results = executor.run(jobs, tell=silent)

    assert all(result.seconds >= 0.3 and result.rows_seen > 0 for result in results)


def test_news_come_in_the_calling_thread(executor: Executor) -> None:
    threads, last = set(), []

    executor.run(
        [make_job(), make_job("tabm-mini", steps=2), make_job(steps=1)],
        tell=lambda progress, error: (threads.add(threading.get_ident()), last.append(progress)),
    )

    assert threads == {threading.get_ident()}
    assert all(0 <= progress <= 1 for progress in last)


def test_an_error_of_who_listens_ends_the_run_and_the_executor_goes_on(executor: Executor) -> None:
    def broken(progress: float, error: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        executor.run([long_job() for _ in range(3)], tell=broken)

    assert executor.run([make_job()], tell=silent)[0].failure == ""


def test_no_jobs_have_no_results(executor: Executor) -> None:
    assert executor.run([], tell=silent) == []


def test_what_comes_back_lies_on_the_cpu_in_memory_of_its_own(executor: Executor) -> None:
    (result,) = executor.run([make_job("tabm-mini")], tell=silent)

    tensors = [tensor for entry in result.trained for tensor in (entry.weights, *entry.buffers.values())]
    assert all(tensor.device.type == "cpu" and tensor.untyped_storage().nbytes() == tensor.nbytes for tensor in tensors)


def test_after_a_stop_jobs_end_with_what_they_have_and_others_do_not_begin(own: Executor) -> None:
    jobs = [long_job() for _ in range(own.lanes + 1)]

    results = own.run(jobs, tell=lambda progress, error: own.stop())

    assert all(isinstance(own, FakeExecutor) or broken_off(result) for result in results[: own.lanes])
    assert results[-1] == JobResult(trained=(), failure=STOPPED)
    assert own.run([make_job()], tell=silent) == [JobResult(trained=(), failure=STOPPED)]


def test_a_closed_executor_trains_no_more(own: Executor) -> None:
    own.close()
    own.close()

    with pytest.raises(SettingInvalid) as refused:
        own.run([make_job()], tell=silent)

    assert str(refused.value) == "An executor trains until it is closed, and this one is. Make a new one."
