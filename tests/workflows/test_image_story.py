from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from luthier.workflows.image_story import (
    JudgedImages,
    augmented,
    confident_mistakes,
    explained,
    label_suspects,
    largest_errors,
    rows_to_explain,
    suspicious_rows,
    worst_cells,
)
from tests.data.images.pictures import taking_at_most

CLASSES = ("cat", "dog", "owl")


def judged(truth: list[int], answers: list[int], sureness: list[float]) -> JudgedImages:
    """Images that are called so with that probability; the rest is shared by the other classes."""
    probabilities = np.tile((1 - np.array(sureness)[:, None]) / 2, (1, 3))
    probabilities[np.arange(len(truth)), answers] = sureness
    pixels = np.random.default_rng(0).integers(0, 256, (len(truth), 8, 6, 3), dtype=np.uint8)
    names = [f"{CLASSES[label]}/{row}.png" for row, label in enumerate(truth)]
    return JudgedImages(names=names, pixels=pixels, places=np.arange(len(truth)), classes=CLASSES, truth=np.array(truth), probabilities=probabilities)


def test_worst_cells_are_the_largest_with_their_surest_mistakes_first() -> None:
    images = judged([0, 0, 0, 0, 1, 2], [1, 1, 0, 1, 0, 2], [0.6, 0.9, 0.8, 0.7, 0.95, 0.5])

    cells = worst_cells(images, examples=2)

    assert [(cell.truth, cell.answer, cell.count, cell.share) for cell in cells] == [("cat", "dog", 3, 0.75), ("dog", "cat", 1, 1.0)]
    assert [(image.name, image.probability) for image in cells[0].examples] == [("cat/1.png", 0.9), ("cat/3.png", 0.7)]


def test_no_mistake_makes_no_cell() -> None:
    assert worst_cells(judged([0, 1], [0, 1], [0.9, 0.9])) == ()


def test_surest_mistakes_come_first() -> None:
    images = judged([0, 1, 2, 2], [1, 1, 0, 1], [0.6, 0.99, 0.5, 0.8])

    mistakes = confident_mistakes(images, most=2)

    assert [(image.name, image.answer, image.probability) for image in mistakes] == [("owl/3.png", "dog", 0.8), ("cat/0.png", "dog", 0.6)]


def test_answers_that_costs_moved_are_the_ones_that_are_judged() -> None:
    images = judged([0, 1], [0, 1], [0.9, 0.5])
    moved = replace(images, called=np.array([0, 2]))

    assert [(image.truth, image.answer) for image in confident_mistakes(moved)] == [("dog", "owl")]


def test_largest_errors_of_numbers_come_first() -> None:
    pixels = np.zeros((3, 4, 4, 1), np.uint8)

    errors = largest_errors(["a", "b", "c"], lambda row: pixels[row], np.array([1.0, 2.0, 3.0]), np.array([1.5, 0.0, 3.0]), most=2)

    assert [(image.name, image.truth, image.answer, image.probability) for image in errors] == [("b", "2", "0", None), ("a", "1", "1.500", None)]


def test_suspicious_row_is_as_surely_of_another_class_as_the_rows_of_that_class_are() -> None:
    truth = np.array([0, 0, 0, 1, 1, 0])
    sure_of_one = np.array([0.1, 0.2, 0.3, 0.9, 0.7, 0.85])

    rows, suggested = suspicious_rows(truth, np.stack([1 - sure_of_one, sure_of_one], axis=1))

    assert (rows.tolist(), suggested.tolist()) == ([5], [1])


def test_flipped_labels_are_found_and_few_others() -> None:
    rng = np.random.default_rng(3)
    true = rng.integers(0, 3, 3000)
    logits = rng.normal(size=(3000, 3)) + 4 * np.eye(3)[true]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    flipped = rng.random(3000) < 0.05
    given = np.where(flipped, (true + 1) % 3, true)

    rows, suggested = suspicious_rows(given, probabilities)

    assert flipped[rows].mean() > 0.8
    assert flipped[rows].sum() > 0.8 * flipped.sum()
    assert np.mean(suggested[flipped[rows]] == true[rows][flipped[rows]]) > 0.98


def test_rows_without_a_prediction_and_classes_without_rows_are_never_suspected() -> None:
    probabilities = np.array([[np.nan, np.nan, np.nan], [0.1, 0.0, 0.9], [0.8, 0.1, 0.1]])

    rows, _ = suspicious_rows(np.array([0, 0, 0]), probabilities)

    assert rows.tolist() == []


def test_suspects_are_listed_with_their_margin_and_only_the_first_have_a_picture() -> None:
    images = judged([0, 0, 1, 1, 1], [1, 0, 1, 1, 0], [0.9, 0.9, 0.8, 0.8, 0.95])

    suspects, count = label_suspects(images, pictured=1, listed=1)

    assert count == 2
    assert [(s.name, s.given, s.suggested, s.picture is not None) for s in suspects] == [("dog/4.png", "dog", "cat", True)]
    assert suspects[0].margin == pytest.approx(0.925)


def test_rows_to_explain_are_half_mistakes_of_different_cells_and_right_answers_of_different_classes() -> None:
    images = judged([0, 0, 0, 1, 2, 1, 2, 0], [1, 1, 2, 1, 2, 1, 2, 0], [0.9, 0.8, 0.4, 0.99, 0.9, 0.98, 0.7, 0.6])

    assert rows_to_explain(images, most=4).tolist() == [3, 4, 0, 2]


def test_rows_to_explain_are_all_mistakes_where_nothing_is_right() -> None:
    assert rows_to_explain(judged([0, 1], [1, 2], [0.9, 0.8]), most=4).tolist() == [0, 1]


def test_explained_images_carry_their_heat() -> None:
    images = judged([0, 1], [0, 2], [0.9, 0.8])

    told = explained(images, [1, 0], np.ones((2, 8, 6)))

    assert [(entry.image.name, entry.image.is_right) for entry in told] == [("dog/1.png", False), ("cat/0.png", True)]
    assert told[0].heat.shown == (72, 96)


@pytest.mark.parametrize("tell", [worst_cells, confident_mistakes, label_suspects, lambda images: explained(images, [1, 0], np.ones((2, 8, 6)))])
def test_pictures_are_those_of_the_places_and_no_others_are_read(tell: Callable[[JudgedImages], Any]) -> None:
    images = judged([0, 1, 1, 0, 1], [0, 2, 1, 1, 0], [0.9, 0.8, 0.7, 0.9, 0.9])
    others = np.zeros((20, *images.pixels.shape[1:]), np.uint8)
    among = replace(images, pixels=taking_at_most(1, np.concatenate([others, images.pixels])), places=images.places + 20)

    assert tell(among) == tell(images)


def test_augmented_images_are_told_with_their_original() -> None:
    views = np.zeros((2, 9, 8, 8, 1), np.uint8)

    story = augmented(["a.png", "b.png"], ["cat", "dog"], views[:, 0], views, {"flip": "random"})

    assert [(image.name, image.label, len(image.views)) for image in story.images] == [("a.png", "cat", 6), ("b.png", "dog", 6)]
