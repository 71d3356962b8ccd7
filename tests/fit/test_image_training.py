"""Populations of one network that sees images: the laws of a population, and what is different."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from luthier.core.recipe import Choice, Member, Recipe
from luthier.core.task import PixelShape, TaskKind
from luthier.fit import FoldTensors, Pace, Population, ResumePoint, TrainedMember, fold_tensors, train
from tests.fit.conftest import make_recipe
from tests.fit.test_points import Killed
from tests.fit.test_train import log_loss, rmse

ROWS, STEPS = 48, 24
STEPS_AN_EPOCH = 3
CHANGES = {"flip": "alternating", "shift": 0.1, "rotation": 10.0, "erase": 0.3}


def color_data(kind: TaskKind = TaskKind.MULTICLASS) -> FoldTensors:
    """Noise of 10 × 8 pixels whose class is the channel that is brightest; stored as a cache stores it."""
    rng, truth = np.random.default_rng(0), np.arange(ROWS) % 3
    pixels = rng.integers(0, 150, (ROWS, 10, 8, 3))
    pixels[np.arange(ROWS), :, :, truth] += 60
    parts = np.arange(ROWS) // 3 % 3
    return fold_tensors(
        kind=kind,
        shape=PixelShape(channels=3, height=10, width=8),
        outputs=3 if kind.is_classification else 1,
        inputs=[(torch.from_numpy(pixels.astype(np.uint8)).permute(0, 3, 1, 2),)],
        truth=truth if kind.is_classification else truth * 10.0,
        folds=[(np.flatnonzero(parts != k), np.flatnonzero(parts == k)) for k in range(2)],
        device=torch.device("cpu"),
    )


def image_recipe(**changes: object) -> Recipe:
    net, augmentation = Choice(name="fast-cnn", settings={"width": 8, "mirror": True}), Choice(name="images", settings=CHANGES)
    recipe = make_recipe(optimizer="nesterov", batch_size=8, learning_rate=0.05, augmentation=augmentation)
    return replace(recipe, **{"net": net, **changes})


def run(recipe: Recipe, data: FoldTensors | None = None, *, fold: int = 0, seed: int = 5, steps: int = STEPS, **settings: object) -> TrainedMember:
    data = color_data() if data is None else data
    population = Population([Member(recipe=recipe, fold=fold, seed=seed)], data)
    (trained,) = train(population, Pace(steps=steps, most_steps=steps), log_loss if data.kind.is_classification else rmse, **settings)
    return trained


def test_a_network_learns_from_changed_images() -> None:
    trained = run(image_recipe(), steps=3 * STEPS)

    assert trained.error < 0.7 * np.log(3)


def test_a_network_learns_a_number_from_images() -> None:
    trained = run(image_recipe(learning_rate=0.02), color_data(TaskKind.REGRESSION), steps=3 * STEPS)

    assert trained.error < 0.8 * np.std([0.0, 10.0, 20.0])


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_the_same_seed_gives_the_same_network_to_the_last_bit(precision: torch.dtype) -> None:
    data = replace(color_data(), precision=precision)

    one, other, third = run(image_recipe(), data), run(image_recipe(), data), run(image_recipe(), data, seed=6)

    assert torch.equal(one.weights, other.weights)
    assert (one.error, one.curve) == (other.error, other.curve)
    assert not torch.equal(one.weights, third.weights)


def test_what_a_fold_does_not_train_on_does_not_change_its_network() -> None:
    data, others = color_data(), color_data()
    validation = data.validation_rows[0]
    others.inputs[0][0, validation] = 7
    others.targets[0, validation] = 0

    assert torch.equal(*(Population([Member(recipe=image_recipe(), fold=0, seed=5)], rows).weights for rows in (data, others)))
    assert torch.equal(*(stepped(rows) for rows in (data, others)))


def stepped(data: FoldTensors) -> torch.Tensor:
    population = Population([Member(recipe=image_recipe(), fold=0, seed=5)], data)
    for step in range(STEPS):
        population.step_together(step / STEPS)
    return population.weights


def test_training_leaves_the_images_as_they_are() -> None:
    data, before = color_data(), color_data()

    run(image_recipe(), data)

    assert torch.equal(data.inputs[0], before.inputs[0])


@pytest.mark.parametrize("optimizer", ["nesterov", "adamw", "muon"])
def test_bfloat16_keeps_everything_finite_and_the_weights_whole(optimizer: str) -> None:
    data = replace(color_data(), precision=torch.bfloat16)

    trained = run(image_recipe(learning_rate=0.02, optimizer=Choice(name=optimizer)), data)

    assert trained.weights.dtype is torch.float32
    assert trained.weights.isfinite().all()
    assert np.isfinite(trained.predictions).all()
    np.testing.assert_allclose(trained.predictions.sum(axis=1), 1.0, rtol=1e-4)


@pytest.mark.parametrize("changes", [{}, {"ema_decay": 0.9}, {"schedule": Choice(name="one-cycle")}], ids=["plain", "averaged", "one-cycle"])
@pytest.mark.parametrize("killed_after", [1, 2])
def test_a_killed_training_on_images_ends_in_the_same_network_to_the_last_bit(changes: dict[str, object], killed_after: int, tmp_path: Path) -> None:
    recipe, evaluations = image_recipe(**changes), iter(range(1, 100))

    def is_killed(progress: float, error: float) -> None:
        if next(evaluations) > killed_after:
            raise Killed

    unbroken = run(recipe)
    with pytest.raises(Killed):
        run(recipe, point=ResumePoint(file=tmp_path / "state", every_seconds=0.0), tell=is_killed)
    assert (tmp_path / "state").exists()
    taken_up = run(recipe, point=ResumePoint(file=tmp_path / "state", every_seconds=0.0))

    assert torch.equal(unbroken.weights, taken_up.weights)
    assert np.array_equal(unbroken.predictions, taken_up.predictions)
    assert (unbroken.curve, unbroken.best_epoch) == (taken_up.curve, taken_up.best_epoch)


def test_networks_for_images_are_judged_every_second_epoch_and_at_the_end() -> None:
    trained = run(image_recipe(), steps=5 * STEPS_AN_EPOCH)

    assert trained.curve.epochs == (2.0, 4.0, 5.0)


def test_a_batch_is_what_plain_indexing_gives_with_the_channels_side_by_side() -> None:
    data, rows = color_data(), torch.tensor([[5, 0, 47, 5]])

    (images,), targets = data.gather(torch.tensor([1]), rows)

    assert torch.equal(images[0], data.inputs[0][0][rows[0]])
    assert images[0].is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(targets[0], torch.from_numpy(data.truth)[rows[0]])


def test_folds_share_one_copy_of_the_images() -> None:
    data = color_data()

    (first,), _ = data.gather(torch.tensor([0]), torch.tensor([[3, 9]]))
    (second,), _ = data.gather(torch.tensor([1]), torch.tensor([[3, 9]]))

    assert data.inputs[0].shape == (1, ROWS, 3, 10, 8)
    assert torch.equal(first, second)
