from __future__ import annotations

import pytest
import torch

from luthier.core.errors import SettingInvalid
from luthier.nets import ACTIVATIONS
from luthier.nets.activations import ParametricActivation, activation_named


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_parametric_activation_starts_as_the_activation_and_goes_over_to_the_identity(name):
    activation, features = ParametricActivation(name, 3), torch.randn(5, 3)
    torch.testing.assert_close(activation(features), ACTIVATIONS[name](features))

    activation.share.data = torch.tensor([0.0, 0.5, 2.0])

    plain = ACTIVATIONS[name](features)
    torch.testing.assert_close(activation(features), features + (plain - features) * torch.tensor([0.0, 0.5, 2.0]))


def test_an_unknown_activation_is_refused_with_the_known_ones():
    with pytest.raises(SettingInvalid) as refusal:
        activation_named("tanh")

    assert str(refusal.value) == "The activation must be one of relu, selu, mish, silu, gelu, but 'tanh' came."
