from __future__ import annotations

import pytest
import torch

from luthier.core.errors import SettingInvalid
from luthier.optim import WeightAverage


def test_the_average_is_the_weighted_mean_of_all_weights_after_the_start():
    decays = torch.tensor([[0.9], [0.5]], dtype=torch.float64)
    path = torch.randn(7, 2, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    average = WeightAverage(decay=decays)

    state = average.start(torch.full((2, 4), 100.0, dtype=torch.float64))
    for weights in path:
        average.update_(state, weights)

    shares = decays ** torch.arange(6, -1, -1)
    expected = torch.einsum("ms,smp->mp", shares / shares.sum(dim=1, keepdim=True), path)
    torch.testing.assert_close(average.weights_to_judge(state), expected)


def test_a_decay_of_zero_gives_the_weights_themselves():
    average, weights = WeightAverage(decay=torch.tensor([[0.0], [0.99]])), torch.ones(2, 3)
    state = average.start(weights)

    for factor in (1, 2, 3):
        average.update_(state, factor * weights)

    assert average.weights_to_judge(state)[0].tolist() == [3, 3, 3]
    assert average.weights_to_judge(state)[1].max() < 2.1


def test_before_the_first_step_the_average_is_the_start_and_keeps_its_own_memory():
    average, weights = WeightAverage(), torch.ones(1, 2)

    state = average.start(weights)
    weights.zero_()

    assert average.weights_to_judge(state).tolist() == [[1, 1]]


def test_a_decay_of_one_is_refused():
    with pytest.raises(SettingInvalid, match=r"^decay must be in \[0, 1\), but 1.0 came.$"):
        WeightAverage(decay=1.0)
