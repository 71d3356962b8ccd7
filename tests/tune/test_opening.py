from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from luthier.tune import Opening, Space, Trial
from luthier.tune.image_spaces import image_opening, image_space
from luthier.tune.opening import RUNG
from luthier.tune.trials import Point, Score

ROWS = 2_000
ErrorAt = Callable[[Point, int], float]
"(place, fold) to the error there."


def played(space: Space, opening: Opening, error: ErrorAt) -> list[Trial]:
    """The trials of an opening whose errors a function makes up."""
    trials = [Trial(number=number, point=point, recipe=space.recipe(point)) for number, point in enumerate(opening.points(space))]
    folds = tuple(range(RUNG.folds))
    return [
        trial.with_score(Score(rung=RUNG.number, folds=folds, errors=tuple(error(trial.point, fold) for fold in folds), epochs=3.0, rows=100))
        for trial in trials
    ]


def decided(error: ErrorAt, *, mirrors: bool = False) -> tuple[Point, Point]:
    """The own place on images, and the one that an opening with these errors decides for."""
    space = image_space(rows=ROWS, mirrors=mirrors)
    opening = image_opening(space, rows=ROWS)
    return space.default_point("fast-cnn"), opening.decided(space, played(space, opening, error))


def noise(point: Point, fold: int) -> float:
    """Larger than 0.01, and another one for every flip and schedule."""
    return 0.05 * math.sin(10 * len(str(sorted(point.items()))) + 3 * fold)


def is_mirrored(point: Point) -> bool:
    return point.get("augmentation.flip", "none") != "none"


def test_every_combination_of_the_changes_is_tried_and_the_recipe_itself_comes_first() -> None:
    space = image_space(rows=ROWS, mirrors=False)

    points = image_opening(space, rows=ROWS).points(space)

    tried = [(point["schedule"], point["augmentation"], point.get("augmentation.flip"), point["net.mirror"]) for point in points]
    assert points[0] == space.default_point("fast-cnn")
    assert tried == [
        (schedule, *images)
        for schedule in ("linear", "constant")
        for images in (("images", "none", False), ("none", None, False), ("images", "alternating", True))
    ]


def test_a_combination_that_changes_nothing_is_not_tried_twice() -> None:
    space = image_space(rows=ROWS, mirrors=False)
    opening = Opening(factors=(({}, {"schedule": "linear"}, {"schedule": "constant"}), ({}, {"net.mirror": False})), epochs=3.0)

    assert [point["schedule"] for point in opening.points(space)] == ["linear", "constant"]


def test_a_change_of_what_the_first_family_does_not_search_is_left_out() -> None:
    space = image_space(rows=ROWS, mirrors=False)

    assert Opening(factors=(({}, {"net.dropout": 0.5}),), epochs=3.0).points(space) == [space.default_point("fast-cnn")]


def test_mirrored_images_that_are_better_for_sure_are_taken_and_answers_are_mirrored_with_them() -> None:
    own, after = decided(lambda point, fold: 0.5 - 0.1 * is_mirrored(point) + 0.02 * fold)

    assert after == {**own, "augmentation.flip": "alternating", "net.mirror": True}


def test_mirrored_images_that_are_worse_for_sure_are_given_up_and_answers_with_them() -> None:
    own, after = decided(lambda point, fold: 0.5 + 0.1 * is_mirrored(point) + 0.02 * fold, mirrors=True)

    assert (own["augmentation.flip"], own["net.mirror"]) == ("alternating", True)
    assert after == {**own, "augmentation.flip": "none", "net.mirror": False}


@pytest.mark.parametrize("mirrors", [False, True])
def test_a_gain_inside_the_noise_decides_nothing(mirrors: bool) -> None:
    own, after = decided(lambda point, fold: 0.5 + noise(point, fold) - 0.001 * (is_mirrored(point) is not mirrors), mirrors=mirrors)

    assert after == own


def test_what_hangs_on_the_length_of_a_training_stays_however_much_better_it_was() -> None:
    own, after = decided(lambda point, fold: 0.9 - 0.4 * (point["schedule"] == "constant") - 0.4 * (point["augmentation"] == "none"))

    assert after == own


@pytest.mark.parametrize("broken", [0, 2], ids=["the recipe itself", "the mirrored one"])
def test_a_training_that_diverged_decides_nothing(broken: int) -> None:
    space = image_space(rows=ROWS, mirrors=False)
    opening = image_opening(space, rows=ROWS)
    trials = played(space, opening, lambda point, fold: 0.5 - 0.1 * is_mirrored(point))
    lost = Score(rung=RUNG.number, folds=(0, 1), errors=(math.inf, math.inf), epochs=3.0, rows=100)
    trials = [Trial(number=t.number, point=t.point, recipe=t.recipe, scores=(lost,)) if t.number % 3 == broken else t for t in trials]

    assert opening.decided(space, trials) == space.default_point("fast-cnn")
