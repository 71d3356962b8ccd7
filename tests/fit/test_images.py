"""Batches of images: the laws of a row source, and what an augmentation does to images and targets."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from luthier.core.recipe import Choice, Member
from luthier.core.task import PixelShape, TaskKind
from luthier.fit import FoldTensors, fold_tensors
from luthier.fit.batches import RowSource
from luthier.fit.images import ImageRows
from tests.fit.conftest import make_recipe

EVERYTHING = {"flip": "random", "shift": 0.2, "rotation": 10.0, "erase": 0.5, "trivial": 0.5, "mixup": 0.4, "cutmix": 1.0, "progressive": 0.5}


def image_data(kind: TaskKind = TaskKind.MULTICLASS, *, rows: int = 40) -> FoldTensors:
    """Image r is made of the levels around 6 r, so that a batch tells which rows it holds."""
    rng = np.random.default_rng(0)
    pixels = (6 * np.arange(rows)[:, None, None, None] + rng.integers(0, 3, size=(rows, 24, 20, 3))).astype(np.uint8)
    parts = np.arange(rows) % 2
    return fold_tensors(
        kind=kind,
        shape=PixelShape(channels=3, height=24, width=20),
        outputs=4 if kind.is_classification else 1,
        inputs=[(pixels.transpose(0, 3, 1, 2),)],
        truth=np.arange(rows) % 4 if kind.is_classification else np.arange(rows, dtype=np.float64),
        folds=[(np.flatnonzero(parts != k), np.flatnonzero(parts == k)) for k in range(2)],
        device=torch.device("cpu"),
    )


def rows_of(augmentation: dict[str, object] | None = None, *, data: FoldTensors | None = None, fold: int = 1, seed: int = 7) -> ImageRows:
    choice = Choice(name="none") if augmentation is None else Choice(name="images", settings=augmentation)
    member = Member(recipe=make_recipe(batch_size=8, augmentation=choice), fold=fold, seed=seed)
    return ImageRows(member, data if data is not None else image_data())


def test_it_is_a_row_source_of_one_member() -> None:
    source = rows_of()

    (images,), targets = source.batch(0, 0.0)
    source.keep([0])

    assert isinstance(source, RowSource)
    assert (source.batch_size, source.steps_per_epoch) == (8, 2)
    assert (images.shape, images.dtype) == ((1, 8, 3, 24, 20), torch.float32)
    assert images[0].is_contiguous(memory_format=torch.channels_last)
    assert (targets.shape, targets.dtype) == ((1, 8), torch.int64)


def test_an_epoch_visits_the_training_images_of_its_fold_with_their_targets() -> None:
    source = rows_of()

    batches = [source.batch(step, 0.0) for step in range(source.steps_per_epoch)]

    rows = torch.cat([(images[0].amin(dim=(1, 2, 3)) * 255 / 6).floor().long() for (images,), _ in batches])
    assert len(set(rows.tolist())) == 16
    assert set(rows.tolist()) <= set(source.data.train_rows[1].tolist())
    assert torch.equal(torch.cat([targets[0] for _, targets in batches]), rows % 4)


def test_a_batch_hangs_on_step_and_progress_and_not_on_those_before() -> None:
    walking, jumping = rows_of(EVERYTHING), rows_of(EVERYTHING)

    walked = [walking.batch(step, step / 8) for step in range(8)]

    for step in (5, 0, 7, 2):
        (images,), targets = jumping.batch(step, step / 8)
        assert torch.equal(images, walked[step][0][0])
        assert torch.equal(targets, walked[step][1])


def test_members_and_steps_are_changed_in_ways_of_their_own() -> None:
    data = image_data()
    still, other = rows_of({"rotation": 20.0}, data=data), rows_of({"rotation": 20.0}, data=data, seed=8)

    assert not torch.equal(still.batch(0, 0.0)[0][0], other.batch(0, 0.0)[0][0])
    assert not torch.equal(still.batch(0, 0.0)[0][0], still.batch(2, 0.0)[0][0])


def test_alternating_flips_show_a_network_both_sides_of_an_image_in_two_epochs() -> None:
    source = rows_of({"flip": "alternating"})

    by_row: dict[int, list[torch.Tensor]] = {}
    for step in range(2 * source.steps_per_epoch):
        (images,), _ = source.batch(step, 0.0)
        for row, image in zip(source.unchanged.orders.batch(step)[0].tolist(), images[0], strict=True):
            by_row.setdefault(row, []).append(image)

    pairs = [pair for pair in by_row.values() if len(pair) == 2]
    assert len(pairs) >= 12
    assert all(torch.equal(one, other.flip(2)) for one, other in pairs)


@pytest.mark.parametrize("kind", [TaskKind.MULTICLASS, TaskKind.REGRESSION])
def test_mixed_images_have_mixed_targets(kind: TaskKind) -> None:
    (images,), targets = rows_of({"mixup": 1.0}, data=image_data(kind)).batch(0, 0.0)

    if kind.is_classification:
        assert targets.shape == (1, 8, 4)
        torch.testing.assert_close(targets.sum(dim=2), torch.ones(1, 8))
    else:
        levels = images[0].mean(dim=(1, 2, 3))
        assert targets.shape == (1, 8)
        assert float(torch.corrcoef(torch.stack([levels, targets[0]]))[0, 1]) > 0.999


def test_images_grow_over_the_training() -> None:
    source = rows_of({"progressive": 0.5})

    shapes = [tuple(source.batch(0, progress)[0][0].shape[3:]) for progress in (0.0, 0.3, 0.6, 1.0)]

    assert shapes == [(12, 12), (20, 16), (24, 20), (24, 20)]
