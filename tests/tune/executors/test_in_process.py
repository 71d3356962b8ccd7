from __future__ import annotations

import threading

import numpy as np
import torch

from luthier.tune.executors import InProcess
from tests.fit.conftest import make_data
from tests.tune.executors.jobs import make_job, silent
from tests.tune.executors.judges import log_loss, without_memory


def test_what_numpy_cannot_allocate_is_a_failure_for_lack_of_memory() -> None:
    (result,) = InProcess(make_data(), without_memory, lanes=1).run([make_job()], tell=silent)

    assert result.failure == "not enough memory: Unable to allocate 8.00 GiB"
    assert result.out_of_memory


def test_random_numbers_and_threads_of_the_caller_are_as_before() -> None:
    torch.manual_seed(3)
    expected, threads = torch.rand(2), torch.get_num_threads()
    torch.manual_seed(3)

    InProcess(make_data(), log_loss, lanes=2).run([make_job(), make_job("tabm-mini")], tell=silent)

    assert torch.equal(torch.rand(2), expected)
    assert torch.get_num_threads() == threads


def test_each_lane_computes_with_one_thread() -> None:
    threads = set()

    def judge(truth: np.ndarray, probabilities: np.ndarray) -> float:
        threads.add((threading.current_thread() is threading.main_thread(), torch.get_num_threads()))
        return log_loss(truth, probabilities)

    InProcess(make_data(), judge, lanes=2).run([make_job(), make_job()], tell=silent)

    assert threads == {(False, 1)}
