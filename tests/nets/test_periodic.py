from __future__ import annotations

import math

import pytest
import torch

from luthier.core.errors import SettingInvalid
from luthier.nets import PeriodicEmbedding


def test_a_vector_holds_the_number_itself_and_mixtures_of_cosines():
    embedding, numbers = PeriodicEmbedding(2, frequencies=5, size=4, sigma=1.0), torch.tensor([[0.3, -1.2]])

    vectors = embedding(numbers).unflatten(1, (2, 4))[0]

    for column, number in enumerate([0.3, -1.2]):
        waves = torch.cos(2 * math.pi * embedding.frequency[column] * number + embedding.phase[column])
        torch.testing.assert_close(vectors[column, 1:], waves @ embedding.weight[column] + embedding.bias[column])
        torch.testing.assert_close(vectors[column, 0], torch.tensor(number))


def test_sigma_is_the_spread_of_the_frequencies_at_the_start():
    torch.manual_seed(0)

    embedding = PeriodicEmbedding(100, frequencies=100, size=2, sigma=0.3)

    assert embedding.frequency.std().item() == pytest.approx(0.3, rel=0.03)  # 10,000 draws: 0.7 % standard error
    assert embedding.phase.abs().max() <= math.pi


def test_a_vector_without_room_for_the_cosines_is_refused():
    with pytest.raises(SettingInvalid) as refusal:
        PeriodicEmbedding(2, frequencies=4, size=1, sigma=0.1)

    assert str(refusal.value) == "The vector of a periodic embedding holds the number itself and more, so its size must be 2 or more, but 1 came."
