from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from luthier.core.recipe import Member
from luthier.core.task import InputShape, PixelShape, TaskKind
from luthier.fit import Population
from luthier.fit.batches import FoldRows
from luthier.fit.population import rows_to_start_from
from luthier.nets.registry import architectures_that_see
from luthier.optim import OPTIMIZERS
from tests.fit.conftest import make_data, make_members, make_recipe


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
@pytest.mark.parametrize("net", sorted(architectures_that_see(InputShape)))
def test_a_member_alone_is_the_member_in_a_population(net: str, optimizer: str) -> None:
    """Law 6, for every net with every optimizer: dropout, smoothing, averaging and clipping included."""
    data = make_data()
    base = make_recipe(net, optimizer, learning_rate=1e-3, gradient_clip=1.0, ema_decay=0.9, label_smoothing=0.1, weight_decay=0.01)
    members = [Member(recipe=replace(base, learning_rate=1e-3 * (fold + 1)), fold=fold, seed=fold) for fold in range(3)]
    together, alone = Population(members, data), Population(members[1:2], data)

    for step in range(8):
        together.step_together(step / 8)
        alone.step_together(step / 8)

    torch.testing.assert_close(together.weights_to_judge()[1], alone.weights_to_judge()[0], rtol=1e-3, atol=2e-5)


def test_keep_leaves_the_survivors_path_unchanged() -> None:
    data, members = make_data(), make_members(make_recipe(ema_decay=0.9))
    whole, compacted = Population(members, data), Population(members, data)

    for step in range(6):
        whole.step_together(step / 6)
        compacted.step_together(step / 6)
        if step == 2:
            compacted.keep([0, 2])

    torch.testing.assert_close(compacted.weights_to_judge(), whole.weights_to_judge()[[0, 2]], rtol=1e-4, atol=1e-6)


def test_members_of_different_folds_see_their_own_rows_and_statistics() -> None:
    data = make_data()
    source = FoldRows(make_members(make_recipe()), data)

    rows = source.orders.batch(0)
    (numbers, _), _ = source.batch(0, 0.0)

    for fold in range(3):
        assert set(rows[fold].tolist()) <= set(data.train_rows[fold].tolist())
        torch.testing.assert_close(numbers[fold], data.inputs[0][fold][rows[fold]])


def test_one_member_can_overfit_one_batch() -> None:
    data = make_data(rows=24)
    population = Population(make_members(make_recipe(batch_size=16), folds=1), data)

    losses = [float(population.step_together(0.0)[0]) for _ in range(150)]

    assert losses[-1] < 0.1 * losses[0]


def test_restart_rolls_one_member_back_and_lowers_its_learning_rate() -> None:
    population = Population(make_members(make_recipe()), make_data())
    before = population.weights.clone()
    population.step_together(0.0)

    population.restart(1, before[1], backoff=0.5)

    assert torch.equal(population.weights[1], before[1])
    assert not torch.equal(population.weights[0], before[0])
    population.step_together(0.0)
    assert not torch.equal(population.weights[1], before[1])


def test_regression_predictions_come_back_in_the_targets_unit_and_range() -> None:
    from luthier.fit.train import validation_predictions

    data = make_data(TaskKind.REGRESSION)
    population = Population(make_members(make_recipe()), data)

    for fold, values in enumerate(validation_predictions(population, population.weights_to_judge())):
        train = data.truth[data.train_rows[fold].numpy()]
        assert train.min() <= values.min() <= values.max() <= train.max()


@pytest.mark.parametrize(
    ("shape", "rows"),
    [
        (InputShape(numbers=100_000), 8_192),
        (PixelShape(channels=1, height=28, width=28), 8_192),
        (PixelShape(channels=3, height=512, width=512), 341),
        (PixelShape(channels=3, height=2_048, width=2_048), 256),
    ],
    ids=["a wide table", "small images", "large images", "huge images"],
)
def test_a_start_looks_at_as_many_images_as_fit_into_memory_but_never_at_a_few(shape: InputShape | PixelShape, rows: int) -> None:
    assert rows_to_start_from(shape) == rows
