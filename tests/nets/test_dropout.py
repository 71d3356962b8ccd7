from __future__ import annotations

import pytest
import torch
from torch.func import functional_call, vmap

from luthier.core.errors import SettingInvalid
from luthier.nets import Dropout


def test_in_training_the_given_share_becomes_zero_and_the_mean_stays():
    torch.manual_seed(0)

    features = Dropout(0.3).train()(torch.ones(400, 250))

    assert (features == 0).float().mean().item() == pytest.approx(0.3, abs=0.005)  # 100,000 draws: 0.0014 standard error
    assert features.mean().item() == pytest.approx(1.0, abs=0.01)


def test_outside_training_nothing_is_touched():
    features = torch.randn(4, 3)

    assert Dropout(0.9).eval()(features) is features


def test_stacked_members_drop_their_own_share_from_one_draw():
    layer, rates = Dropout(0.0).train(), torch.tensor([0.0, 0.2, 0.8])

    features = vmap(lambda rate: functional_call(layer, {"rate": rate}, (torch.ones(100, 100),)), randomness="same")(rates)

    dropped = features == 0
    assert dropped.float().mean(dim=(1, 2)).tolist() == pytest.approx([0.0, 0.2, 0.8], abs=0.02)
    assert (dropped[2] | ~dropped[1]).all()


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_a_rate_outside_its_range_is_refused(rate):
    with pytest.raises(SettingInvalid) as refusal:
        Dropout(rate)

    assert str(refusal.value) == f"The rate of a dropout must be in [0, 1), but {rate} came."
