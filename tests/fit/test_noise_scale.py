from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Member
from luthier.fit import Population
from luthier.fit.noise_scale import gradient_noise_scale, noise_scale, squared_norms
from luthier.fit.population import start_network
from tests.fit.conftest import make_data, make_recipe

STILL = make_recipe(optimizer="sgd", learning_rate=1e-12, batch_size=4)


def exact_noise_scale(net: nn.Module, numbers: torch.Tensor, codes: torch.Tensor, targets: torch.Tensor) -> float:
    """Trace of the covariance of the rows' gradients over the squared norm of their mean, from every row's own gradient."""
    gradients = []
    for row in range(len(targets)):
        loss = nn.functional.cross_entropy(net(numbers[row : row + 1], codes[row : row + 1]), targets[row : row + 1])
        gradients.append(torch.cat([part.flatten() for part in torch.autograd.grad(loss, list(net.parameters()))]))
    rows = torch.stack(gradients).double()
    return float(rows.var(dim=0, correction=0).sum() / rows.mean(dim=0).square().sum())


def test_the_noise_scale_of_a_network_is_that_of_its_rows_gradients() -> None:
    """The estimate is from 24 * 64 batches of 4 rows: its own noise is a few per cent."""
    data = make_data(rows=90)
    net = start_network(Member(recipe=STILL, fold=0, seed=derived_seed()), data).eval()
    rows = data.train_rows[0]
    expected = exact_noise_scale(net, data.inputs[0][0][rows], data.inputs[1][0][rows], data.targets[0][rows])

    measured = gradient_noise_scale(STILL, data, steps=48, batches=64)

    assert measured.simple == pytest.approx(expected, rel=0.15)
    assert measured.interval[0] < expected < measured.interval[1] * 1.1


def derived_seed() -> int:
    """The seed of the network that `gradient_noise_scale` starts with seed 0."""
    from luthier.core.seeds import derive_seed

    return derive_seed(0, "noise")


def test_the_noise_scale_of_a_linear_model_is_its_closed_form() -> None:
    """Gradient of row i: G + e_i with e_i normal; tr S / |G|^2 = 20 * 3^2 / 5^2 = 7.2. Standard error here about 2 %."""
    rng = np.random.default_rng(0)
    mean = np.concatenate([[3.0, 4.0], np.zeros(18)])
    batches = mean + 3.0 * rng.normal(size=(2000, 8, 16, 20)).mean(axis=2)
    small, large = np.square(batches).sum(axis=2).mean(axis=1), np.square(batches.mean(axis=1)).sum(axis=1)

    measured = noise_scale(small, large, batch_size=16, batches=8)

    assert measured.simple == pytest.approx(7.2, rel=0.06)
    assert measured.interval[0] < 7.2 < measured.interval[1]


def test_equal_batches_have_no_noise() -> None:
    data = make_data()
    population = Population([Member(recipe=STILL, fold=1, seed=3)], data)

    small, large = squared_norms(start_network(population.members[0], data).eval(), population, data.train_rows[1][:8].expand(5, 8))

    assert small == pytest.approx(large, rel=1e-5)


@pytest.mark.parametrize("net", ["mlp", "realmlp", "residual-mlp", "tabm-mini"])
def test_every_architecture_can_be_measured(net: str) -> None:
    measured = gradient_noise_scale(make_recipe(net, label_smoothing=0.1, ema_decay=0.9), make_data(), steps=6, batches=4)

    assert measured.simple > 0
    assert measured.interval[0] <= measured.interval[1]
    assert measured.batch_size == 16


def test_equal_seeds_give_equal_scales() -> None:
    data = make_data()

    first, second, other = (gradient_noise_scale(STILL, data, steps=6, seed=seed) for seed in (0, 0, 1))

    assert first == second != other


@pytest.mark.parametrize(
    ("batch_size", "advice"),
    [
        (10, "Batch 10 is small for the noise scale (about 1,000 rows): a larger batch learns nearly as much from each row, in fewer steps."),
        (1_000, "Batch 1000 suits the noise scale (about 1,000 rows) as far as can be told."),
        (10_000, "Batch 10000 is large for the noise scale (about 1,000 rows): most of its rows are wasted, and a smaller batch learns more from each."),
    ],
    ids=["small", "fitting", "large"],
)
def test_advice_follows_from_the_interval(batch_size: int, advice: str) -> None:
    noise, signal = 1_000 / batch_size, 1.0
    small, large = [noise + signal] * 5, [noise / 8 + signal] * 5

    assert noise_scale(small, large, batch_size=batch_size, batches=8).advice == advice


def test_a_gradient_that_is_all_noise_has_an_infinite_scale() -> None:
    measured = noise_scale([8.0, 8.0], [0.9, 0.9], batch_size=10, batches=8)

    assert measured.simple == measured.interval[1] == float("inf")
    assert measured.advice == (
        "Batch 10 is small for the noise scale (too large to be measured): a larger batch learns nearly as much from each row, in fewer steps."
    )


def test_too_few_batches_are_refused() -> None:
    with pytest.raises(SettingInvalid) as refusal:
        gradient_noise_scale(replace(STILL, name="few"), make_data(), batches=1)

    assert str(refusal.value) == "The noise of gradients needs 2 steps and 2 batches or more, but 100 and 1 came. Give more."
