from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from luthier.core.errors import SettingInvalid
from luthier.core.task import InputShape, TaskKind
from luthier.evaluate import METRICS
from luthier.fit import FoldTensors, fold_tensors
from luthier.tune.executor import Job, JobResult
from luthier.tune.executors import Workers
from tests.fit.conftest import make_data
from tests.tune.executors.jobs import long_job, make_job, silent
from tests.tune.executors.judges import aborted, killed, log_loss, mistaken, without_memory
from tests.tune.executors.processes import ended, handle, open_descriptors, own_memory_bytes


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers.starting(2)
    yield made
    made.close()


def once(action: Callable[[], None]) -> Callable[[float, float], None]:
    """Does something at the first news."""
    left = [action]
    return lambda progress, error: left.pop()() if left else None


def large_data(rows: int, numbers: int = 200) -> FoldTensors:
    everything = np.arange(rows)
    return fold_tensors(
        kind=TaskKind.BINARY,
        shape=InputShape(numbers=numbers),
        outputs=2,
        inputs=[(np.ones((rows, numbers), dtype=np.float32), np.zeros((rows, 0), dtype=np.int64))],
        truth=everything % 2,
        folds=[(everything, everything[:50])],
        device=torch.device("cpu"),
    )


def test_a_worker_that_is_killed_is_a_failure_and_another_takes_its_place(workers: Workers) -> None:
    workers.give(make_data(), log_loss)
    _, first, second = workers.process_ids

    results = workers.run([long_job(), make_job(), make_job()], tell=once(lambda: os.kill(first, signal.SIGKILL)))

    assert results[0] == JobResult(trained=(), failure="a worker process ended (signal 9): probably out of memory")
    assert results[0].out_of_memory
    assert [result.failure for result in results[1:]] == ["", ""]
    assert len(set(workers.process_ids) - {first, second}) == 2


@pytest.mark.parametrize(
    ("judge", "failure"),
    [
        (killed, "a worker process ended (signal 9): probably out of memory"),
        (aborted, "a worker process ended (exit code 3)"),
        (without_memory, "not enough memory: Unable to allocate 8.00 GiB"),
    ],
)
def test_a_failure_says_how_it_ended(workers: Workers, judge: Callable[[np.ndarray, np.ndarray], float], failure: str) -> None:
    results = workers.give(make_data(), judge).run([make_job(), make_job(), make_job()], tell=silent)

    assert [result.failure for result in results] == [failure] * 3


def test_a_worker_that_is_killed_while_it_waits_costs_no_job(workers: Workers) -> None:
    workers.give(make_data(), log_loss)
    waiting = [handle(process) for process in workers.process_ids[1:]]
    for process in workers.process_ids[1:]:
        os.kill(process, signal.SIGKILL)
    assert all(ended(process) for process in waiting)

    assert [result.failure for result in workers.run([make_job(), make_job()], tell=silent)] == ["", ""]


def test_a_nursery_that_is_killed_is_replaced(workers: Workers) -> None:
    workers.give(make_data(), log_loss)
    nursery, first, _ = workers.process_ids
    gone = handle(nursery)
    os.kill(nursery, signal.SIGKILL)
    assert ended(gone)

    results = workers.run([long_job(), make_job(), make_job()], tell=once(lambda: os.kill(first, signal.SIGKILL)))

    assert [result.failure for result in results] == ["a worker process ended (with the process that starts it)", "", ""]
    assert nursery not in workers.process_ids


def test_a_mistake_of_a_metric_is_raised_with_the_place_where_it_happened(workers: Workers) -> None:
    workers.give(make_data(), mistaken)

    with pytest.raises(RuntimeError, match=r"(?s)^A worker process met an error that it does not expect\..*a mistake of the metric's author"):
        workers.run([make_job()], tell=silent)


def test_the_metrics_of_luthier_judge_in_workers(workers: Workers) -> None:
    for metric in (METRICS["log_loss"], METRICS["accuracy"]):
        (result,) = workers.give(make_data(), metric.error).run([make_job()], tell=silent)

        entry, data = result.trained[1], make_data()
        assert entry.error == metric.error(data.truth[data.validation_rows[1].numpy()], entry.predictions)


def test_ctrl_c_is_for_the_parent_to_decide(workers: Workers) -> None:
    workers.give(make_data(), log_loss)
    before = workers.process_ids

    def interrupt() -> None:
        for process in before:
            os.kill(process, signal.SIGINT)

    results = workers.run([make_job(steps=100), make_job(steps=100)], tell=once(interrupt))

    assert [result.failure for result in results] == ["", ""]
    assert workers.process_ids == before


def test_workers_share_the_rows(workers: Workers) -> None:
    """A job on 160 MB of rows takes hardly more memory than one on a few rows."""
    job, used = Job(members=make_job().members[:1], seed=0, steps=12, most_steps=12), []
    for rows in (1_000, 200_000):
        workers.give(large_data(rows), log_loss).run([job, job], tell=silent)
        used.append(max(own_memory_bytes(process) for process in workers.process_ids[1:]))

    assert used[1] - used[0] < 0.25 * large_data(200_000).inputs[0].nbytes


def test_rows_and_results_leave_no_descriptors_behind(workers: Workers) -> None:
    workers.give(make_data(), log_loss).run([make_job()], tell=silent)
    before = open_descriptors()

    results = [workers.give(make_data(), log_loss).run([make_job("tabm-mini") for _ in range(4)], tell=silent) for _ in range(2)]

    assert len(results) == 2
    assert open_descriptors() == before


def test_close_leaves_no_process_and_no_descriptor() -> None:
    before = open_descriptors()
    made = Workers(make_data(), log_loss, processes=2)
    processes = made.process_ids
    handles = [handle(process) for process in processes]

    made.close()

    assert all(ended(process) for process in handles)
    assert not any(Path(f"/proc/{process}").exists() for process in processes)
    assert open_descriptors() == before


def test_workers_that_nobody_closed_end_with_their_executor() -> None:
    made = Workers(make_data(), log_loss, processes=1)
    handles = [handle(process) for process in made.process_ids]

    del made
    gc.collect()

    assert all(ended(process) for process in handles)


PARENT = """
from luthier.tune.executors import Workers
from tests.fit.conftest import make_data
from tests.tune.executors.jobs import long_job
from tests.tune.executors.judges import log_loss

workers = Workers(make_data(), log_loss, processes=2)
workers.run([long_job(), long_job()], tell=lambda progress, error: print(*workers.process_ids, flush=True))
"""


def test_workers_end_when_their_parent_is_killed() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        handles = [handle(int(process)) for process in parent.stdout.readline().split()]

        parent.kill()

        assert len(handles) == 3
        assert all(ended(process) for process in handles)


def test_a_function_within_a_function_is_refused(workers: Workers) -> None:
    def local(truth: np.ndarray, predictions: np.ndarray) -> float:
        return 0.0

    with pytest.raises(SettingInvalid) as refused:
        workers.give(make_data(), local)

    assert str(refused.value) == (
        "The metric must be a function that a worker process can import, but test_a_function_within_a_function_is_refused.<locals>.local is not. "
        "Define it at the top of a module, or train in this process."
    )


def test_less_than_one_process_is_refused() -> None:
    with pytest.raises(SettingInvalid) as refused:
        Workers(processes=0)

    assert str(refused.value) == "Workers need at least one process of one thread, but 0 processes of 1 threads came."
