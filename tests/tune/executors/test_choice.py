from __future__ import annotations

import pytest
import torch

from luthier.tune.executors import InProcess, Workers, choose_executor

CPU, GPU = torch.device("cpu"), torch.device("cuda")


@pytest.mark.parametrize(
    ("device", "cores", "seconds", "kind", "lanes"),
    [
        (CPU, 1, 600.0, InProcess, 1),
        (CPU, 2, 600.0, Workers, 2),
        (CPU, 2, 2.0, InProcess, 2),
        (GPU, 8, 600.0, InProcess, 1),
    ],
    ids=["one core", "two cores", "a short training", "a GPU"],
)
def test_an_executor_is_chosen_by_device_cores_and_length(device: torch.device, cores: int, seconds: float, kind: type, lanes: int) -> None:
    executor = choose_executor(device, seconds=seconds, cores=cores)

    assert (type(executor), executor.lanes) == (kind, lanes)
    executor.close()
