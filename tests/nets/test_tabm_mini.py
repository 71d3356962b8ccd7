from __future__ import annotations

import torch

from luthier.core.recipe import Choice
from luthier.core.task import InputShape
from luthier.nets import TabmMini, build, roles

SHAPE = InputShape(numbers=2, cardinalities=(3, 5, 20))


def _net(**settings: object) -> TabmMini:
    return build(Choice(name="tabm-mini", settings={"ensemble": 3, "width": 16, "embedding_size": 4, **settings}), SHAPE, 2, seed=0).eval()


def _rows(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(count, 2), torch.randint(0, 3, (count, 3))


def test_each_network_of_the_ensemble_is_an_mlp_behind_its_own_scaling_with_its_own_head():
    net, rows = _net(blocks=2), _rows(5)

    answers = net(*rows)

    for place in range(3):
        features = net.inputs(*rows) * net.scaling[place]
        for layer in net.hidden:
            features = torch.relu(layer(features))
        torch.testing.assert_close(answers[:, place], features @ net.head[place] + net.head_bias[place])


def test_a_scaling_starts_with_one_value_an_input():
    scaling = _net().scaling

    chunks = torch.split(scaling, [4, 4, 1, 4, 8], dim=1)

    assert all(torch.equal(chunk, chunk[:, :1].expand_as(chunk)) for chunk in chunks)
    assert len(torch.unique(scaling)) == 3 * 5


def test_without_embeddings_the_scalings_start_as_signs():
    scaling = _net(embedding="none").scaling

    assert set(scaling.flatten().tolist()) == {-1.0, 1.0}


def test_an_ensemble_of_one_starts_unscaled():
    net = _net(ensemble=1)

    assert (net.scaling == 1).all()
    assert net(*_rows(4)).shape == (4, 1, 2)


def test_scalings_and_biases_do_not_decay_and_only_shared_layers_are_matrices():
    known = roles(_net(blocks=2))

    assert [name for name, role in known.items() if role.is_matrix] == ["hidden.0.weight", "hidden.1.weight"]
    assert {name for name, role in known.items() if not role.decays} == {"scaling", "head_bias", "hidden.0.bias", "hidden.1.bias"}
