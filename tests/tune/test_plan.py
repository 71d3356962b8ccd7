from __future__ import annotations

import pytest

from luthier.tune import Lengths
from luthier.tune.plan import IMAGE_EPOCHS, IMAGES, MOST_IMAGE_EPOCHS, lengths_for_images, plan_training

IMAGE_LENGTHS = Lengths(recipe=12.0, fold=6.0, few_folds=4)


@pytest.mark.parametrize(("epochs", "folds"), [(0.5, 1), (11.0, 1), (12.0, 1), (24.0, 2), (59.0, 4), (60.0, 5), (6000.0, 5)])
def test_networks_that_stack_get_every_fold_that_the_budget_pays_for(epochs: float, folds: int) -> None:
    assert Lengths().folds(epochs, 5, lanes=2) == folds


@pytest.mark.parametrize("epochs", [0.5, 12.0, 23.9])
def test_one_image_network_gets_all_cores_until_the_budget_pays_for_one_a_lane(epochs: float) -> None:
    assert IMAGE_LENGTHS.folds(epochs, 10, lanes=2) == 1


@pytest.mark.parametrize(("epochs", "lanes", "folds"), [(12.0, 1, 2), (20.0, 1, 3), (24.0, 2, 4), (479.0, 2, 4), (48.0, 4, 4)])
def test_image_networks_are_trained_on_few_folds_while_a_search_does_not_pay(epochs: float, lanes: int, folds: int) -> None:
    assert IMAGE_LENGTHS.folds(epochs, 10, lanes=lanes) == folds


def test_folds_of_images_come_in_multiples_of_the_lanes() -> None:
    lengths = Lengths(recipe=12.0, fold=8.0, few_folds=4)

    assert [lengths.folds(epochs, 10, lanes=2) for epochs in (24.0, 31.0, 32.0)] == [2, 2, 4]


@pytest.mark.parametrize(("epochs", "split", "folds"), [(479.0, 10, 4), (480.0, 10, 10), (239.0, 5, 4), (240.0, 5, 5)])
def test_image_networks_are_trained_on_all_folds_where_a_search_on_them_pays(epochs: float, split: int, folds: int) -> None:
    assert IMAGE_LENGTHS.folds(epochs, split, lanes=2) == folds


@pytest.mark.parametrize("lanes", [1, 2, 4, 8])
@pytest.mark.parametrize("split", [2, 3, 5])
def test_no_more_folds_are_trained_than_the_split_has(lanes: int, split: int) -> None:
    assert all(1 <= IMAGE_LENGTHS.folds(epochs, split, lanes=lanes) <= split for epochs in (1.0, 12.0, 50.0, 100.0, 1e6))


def test_fewer_images_need_more_passes_and_fewer_looks() -> None:
    rows = [10, 1_000, 5_000, IMAGES, 1_000_000]

    passes = [lengths_for_images(count).fold for count in rows]

    assert passes == sorted(passes, reverse=True)
    assert (passes[0], passes[-2], passes[-1]) == (MOST_IMAGE_EPOCHS, IMAGE_EPOCHS, IMAGE_EPOCHS)
    assert [count * length for count, length in zip(rows, passes, strict=True)] == sorted(count * length for count, length in zip(rows, passes, strict=True))
    assert all(lengths_for_images(count).recipe == 2 * length for count, length in zip(rows, passes, strict=True))


def test_the_plan_is_told_before_it_starts() -> None:
    plan = plan_training(epochs_of_one_member=30.0, folds=10, recipes=4, lengths=IMAGE_LENGTHS, lanes=2)

    sentences = list(plan.sentences(["fast-cnn", "resnet"], bound="95 s"))

    assert sentences[0] == "Plan: the published recipes of fast-cnn on 4 folds within 95 s."
