from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from luthier.data.images import mirrors_keep_class
from tests.data.images.pictures import picture, taking_at_most


def variations(count: int, *, classes: int, symmetric: bool) -> tuple[np.ndarray, np.ndarray]:
    """Noisy copies of one picture a class: the same seen from both sides, or with all that differs on one side."""
    rng = np.random.default_rng(0)
    models = [picture(seed, height=16, width=12).astype(np.int64) for seed in range(classes)]
    models = [(model + model[:, ::-1]) // 2 for model in models] if symmetric else models
    truth = np.arange(count) % classes
    pixels = np.stack([models[label] + rng.integers(-20, 21, models[label].shape) for label in truth])
    return pixels.clip(0, 255).astype(np.uint8), truth


def test_digits_are_not_mirrored() -> None:
    digits = load_digits()
    pixels = (digits.images * 15).astype(np.uint8)[..., None]

    assert not mirrors_keep_class(pixels, digits.target.astype(np.int64), seed=0)


@pytest.mark.parametrize("seed", range(3))
def test_pictures_that_are_the_same_from_both_sides_are_mirrored(seed: int) -> None:
    assert mirrors_keep_class(*variations(200, classes=5, symmetric=True), seed=seed)


def test_two_classes_that_are_mirror_images_of_each_other_are_not_mirrored() -> None:
    (pixels, _), truth = variations(100, classes=1, symmetric=False), np.arange(100) % 2
    pixels[truth == 1] = pixels[truth == 1][:, :, ::-1]

    assert not mirrors_keep_class(pixels, truth, seed=0)


def test_light_and_contrast_do_not_matter() -> None:
    pixels, truth = variations(200, classes=5, symmetric=True)
    darker = (pixels * np.random.default_rng(1).uniform(0.2, 0.9, (200, 1, 1, 1))).astype(np.uint8)

    assert mirrors_keep_class(darker, truth, seed=0)


@pytest.mark.parametrize("count", [2, 8, 10])
@pytest.mark.parametrize("kind", ["different", "alike", "black"])
def test_a_handful_of_images_gets_an_answer(count: int, kind: str) -> None:
    pixels, truth = variations(count, classes=1 if kind == "alike" else 2, symmetric=False)

    assert mirrors_keep_class(pixels * (kind != "black"), truth, seed=0) in (True, False)


def test_the_same_seed_gives_the_same_answer_and_the_images_stay_as_they_are() -> None:
    pixels, truth = variations(60, classes=3, symmetric=False)
    before = pixels.copy()

    answers = {mirrors_keep_class(pixels, truth, seed=4) for _ in range(3)}

    assert len(answers) == 1
    assert np.array_equal(pixels, before)


@pytest.mark.parametrize("symmetric", [True, False])
def test_training_images_alone_are_asked_and_a_few_at_a_time(symmetric: bool) -> None:
    pixels, truth = variations(200, classes=5, symmetric=symmetric)
    large = pixels.repeat(20, axis=1).repeat(20, axis=2)
    black, rows = np.zeros((100, *large.shape[1:]), dtype=np.uint8), np.r_[0:100, 200:300]

    among = np.concatenate([large[:100], black, large[100:]])
    answer = mirrors_keep_class(taking_at_most(5, among), np.r_[truth[:100], np.zeros(100, int), truth[100:]], rows=rows, seed=0)

    assert answer == mirrors_keep_class(large, truth, seed=0)
