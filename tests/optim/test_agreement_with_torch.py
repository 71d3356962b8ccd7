from __future__ import annotations

import pytest
import torch

from luthier.optim import WeightLayout
from tests.optim.paths import DECAYS, RATES, Role, stacked, start_weights, torch_walk, walk

ADAM = ({"beta1": 0.9, "beta2": 0.95, "eps": 1e-8}, {"beta1": 0.7, "beta2": 0.999, "eps": 1e-3})


def _betas(settings):
    return {"betas": (settings["beta1"], settings["beta2"]), "eps": settings["eps"]}


CASES = {
    "sgd": (({}, {}), lambda groups, s: torch.optim.SGD(groups)),
    "momentum": (({"momentum": 0.9}, {"momentum": 0.5}), lambda groups, s: torch.optim.SGD(groups, **s)),
    "nesterov": (({"momentum": 0.9}, {"momentum": 0.5}), lambda groups, s: torch.optim.SGD(groups, nesterov=True, **s)),
    "rmsprop": (({"alpha": 0.9, "momentum": 0.6}, {"eps": 1e-2, "momentum": 0.0}), lambda groups, s: torch.optim.RMSprop(groups, **s)),
    "adam": (ADAM, lambda groups, s: torch.optim.Adam(groups, **_betas(s))),
    "adamw": (ADAM, lambda groups, s: torch.optim.AdamW(groups, **_betas(s))),
    "nadamw": (
        ({**ADAM[0], "momentum_decay": 0.02}, {**ADAM[1], "momentum_decay": 0.0}),
        lambda groups, s: torch.optim.NAdam(groups, momentum_decay=s["momentum_decay"], decoupled_weight_decay=True, **_betas(s)),
    ),
}


# In float64 too torch.optim.NAdam keeps the product of its momenta in float32: 1e-9 and not 1e-12.
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-9), (torch.float32, 2e-6)], ids=["float64", "float32"])
@pytest.mark.parametrize("name", CASES)
def test_two_members_of_one_matrix_take_the_steps_that_torch_takes_with_each(name, dtype, tolerance):
    settings, build = CASES[name]
    weights = start_weights(2, dtype=dtype)

    reached = walk(stacked(name, settings), weights)

    for member in (0, 1):
        expected = torch_walk(lambda groups, s=settings[member]: build(groups, s), weights[member], rate=RATES[member], decay=DECAYS[member])
        torch.testing.assert_close(reached[member], expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize(("members", "width"), [(2, 350_000), (40, 9_000)], ids=["long-rows", "many-rows"])
def test_a_matrix_of_many_blocks_takes_the_steps_that_torch_takes(members, width):
    layout = WeightLayout.from_shapes({"a": (width, 2), "b": (10,)}, {"a": Role(), "b": Role(decays=False, learning_rate_factor=0.1)})
    weights = start_weights(members, size=layout.size, dtype=torch.float32)

    reached = walk(stacked("adamw", [{}] * members), weights, rates=[0.01] * members, decays=[0.1] * members, layout=layout, steps=3)

    expected = torch_walk(torch.optim.AdamW, weights[-1], rate=0.01, decay=0.1, layout=layout, steps=3)
    torch.testing.assert_close(reached[-1], expected, rtol=0, atol=2e-6)
