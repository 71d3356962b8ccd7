from __future__ import annotations

import torch

from luthier.core.recipe import Choice
from luthier.core.task import InputShape
from luthier.nets import RealMlp, build, roles
from luthier.nets.realmlp import NtkLinear

SHAPE = InputShape(numbers=6, cardinalities=(4, 20))


def _net(**settings: object) -> RealMlp:
    return build(Choice(name="realmlp", settings={"width": 64, **settings}), SHAPE, 3, seed=0)


def test_a_layer_divides_by_the_root_of_its_inputs():
    layer, features = NtkLinear(16, 5), torch.randn(7, 16)

    torch.testing.assert_close(layer(features), features @ layer.weight.T / 4 + layer.bias)


def test_after_the_start_every_unit_of_every_layer_has_standard_deviation_one_on_the_rows():
    net, numbers, codes = _net().eval(), torch.randn(500, 6), torch.randint(0, 4, (500, 2))
    spreads: list[torch.Tensor] = []
    for layer in (*net.hidden, net.head):
        layer.register_forward_hook(lambda layer, inputs, mapped: spreads.append(mapped.std(dim=0, correction=0)))

    net.initialize_(numbers, codes, generator=torch.Generator().manual_seed(0))
    spreads.clear()
    net(numbers, codes)

    assert len(spreads) == 4
    torch.testing.assert_close(torch.cat(spreads), torch.ones(3 * 64 + 3), rtol=1e-4, atol=1e-4)


def test_every_unit_starts_with_its_bend_among_the_rows():
    layer, features = NtkLinear(8, 200), torch.randn(300, 8) + 5.0

    layer.initialize_(features, generator=torch.Generator().manual_seed(0))

    mapped = layer(features)
    assert (mapped.amin(dim=0) < 0).all()
    assert (mapped.amax(dim=0) > 0).all()


def test_the_same_generator_gives_the_same_start():
    first, second = NtkLinear(4, 9), NtkLinear(4, 9)
    second.load_state_dict(first.state_dict())
    features = torch.randn(20, 4)

    for layer in (first, second):
        layer.initialize_(features, generator=torch.Generator().manual_seed(5))

    assert torch.equal(first.bias, second.bias)


def test_learning_rate_factors_are_those_of_the_paper():
    factors = {name: role.learning_rate_factor for name, role in roles(_net()).items()}

    assert factors["scale"] == 6.0
    assert factors["hidden.0.weight"] == factors["head.weight"] == factors["inputs.categories.vectors.weight"] == 1.0
    assert {factor for name, factor in factors.items() if name.startswith("inputs.numbers")} == {0.1}
    assert {factor for name, factor in factors.items() if name.startswith(("hidden", "head")) and name.endswith("bias")} == {0.1}
    assert {factor for name, factor in factors.items() if name.startswith("activation")} == {0.1}


def test_a_setting_changes_its_learning_rate_factor():
    known = roles(_net(scale_rate=2.0, embedding_rate=0.3, bias_rate=0.5, activation_rate=0.7))

    assert known["scale"].learning_rate_factor == 2.0
    assert known["inputs.numbers.weight"].learning_rate_factor == 0.3
    assert known["hidden.1.bias"].learning_rate_factor == 0.5
    assert known["activation.0.share"].learning_rate_factor == 0.7
