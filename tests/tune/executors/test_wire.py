from __future__ import annotations

import pytest
import torch

from luthier.core.errors import BudgetTooSmall, ColumnMissing, LuthierError, SettingInvalid
from luthier.evaluate import METRICS
from luthier.tune.executors.wire import packed, unpacked


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_metric_goes_by_its_name(metric) -> None:
    judge = unpacked(packed(metric.error))

    assert judge.__self__ is metric


@pytest.mark.parametrize(
    "tensor",
    [torch.arange(6.0).reshape(2, 3).T, torch.tensor(2.5), torch.tensor([True, False]), torch.empty(0, 3), torch.arange(4)[1:3]],
    ids=["transposed", "scalar", "bool", "empty", "view"],
)
def test_a_tensor_arrives_as_it_was_and_can_be_written_to(tensor: torch.Tensor) -> None:
    arrived = unpacked(packed(tensor))

    arrived.clone().zero_()
    assert arrived.dtype == tensor.dtype
    assert torch.equal(arrived, tensor)


def test_a_view_does_not_bring_along_what_it_looks_at() -> None:
    stack = torch.zeros(1000, 1000)

    assert len(packed(stack[0])) < 10_000


@pytest.mark.parametrize(
    "error",
    [SettingInvalid("The rate must be in [0, 1)."), BudgetTooSmall(given_seconds=1.0, smallest_seconds=9.0), ColumnMissing("age", ["sex"])],
    ids=lambda error: type(error).__name__,
)
def test_an_error_arrives_with_its_text_and_its_facts(error: LuthierError) -> None:
    arrived = unpacked(packed(error))

    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert vars(arrived) == vars(error)


def test_what_a_script_defines_does_not_cross() -> None:
    def judge() -> None: ...

    judge.__module__, judge.__qualname__ = "__main__", "judge"

    with pytest.raises(Exception, match=r"^judge is defined in a script, which other processes do not run$"):
        packed(judge)
