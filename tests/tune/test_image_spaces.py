from __future__ import annotations

import pytest

from luthier.core.task import PixelShape
from luthier.fit import build_augmentation, network_size, stack_key
from luthier.nets import build
from luthier.optim import build_optimizer, build_schedule
from luthier.tune.contradictions import refuse_contradictions
from luthier.tune.image_spaces import EPOCHS, IMAGES_LEARNED, batch_size_for_images, image_opening, image_space
from luthier.tune.plan import lengths_for_images
from luthier.tune.proposers import Random
from tests.fit.test_images import image_data

FAMILIES = ("fast-cnn", "residual-cnn", "wide-resnet", "resnet")
every_family = pytest.mark.parametrize("family", FAMILIES)


@pytest.mark.parametrize("mirrors", [False, True])
def test_a_space_of_images_can_be_built_at_its_corners(mirrors: bool) -> None:
    space = image_space(rows=5_000, mirrors=mirrors)

    refuse_contradictions(space)

    assert tuple(space.families) == FAMILIES


@every_family
def test_the_own_place_of_a_family_is_its_published_recipe(family: str) -> None:
    space = image_space(rows=5_000, mirrors=True)

    assert space.recipe(space.default_point(family)) == space.families[family].recipe


@every_family
def test_everything_that_is_proposed_can_be_built(family: str) -> None:
    space = image_space(rows=500, mirrors=False)

    for proposal in Random(space).ask(12, [], seed=0, fixed={"family": family}):
        recipe = space.recipe(proposal.point)
        build_augmentation(recipe.augmentation)
        build_optimizer(recipe.optimizer)
        build_schedule(recipe.schedule)
        build(recipe.net, PixelShape(channels=1, height=12, width=10), 3, seed=0)


@every_family
@pytest.mark.parametrize(("mirrors", "flip"), [(True, "alternating"), (False, "none")])
def test_training_starts_with_flips_and_answers_with_mirrors_where_images_have_none(family: str, mirrors: bool, flip: str) -> None:
    recipe = image_space(rows=5_000, mirrors=mirrors).families[family].recipe

    assert recipe.augmentation.settings.get("flip", "none") == flip
    assert recipe.net.settings.get("mirror", False) is mirrors


def test_a_search_tries_flips_the_other_way_too() -> None:
    domains = image_space(rows=5_000, mirrors=False).families["fast-cnn"].domains

    assert set(domains["augmentation.flip"].values) == {"none", "random", "alternating"}
    assert set(domains["net.mirror"].values) == {True, False}


def test_settings_of_an_augmentation_are_not_searched_where_images_stay_as_they_are() -> None:
    space = image_space(rows=5_000, mirrors=True)

    point = space.point("fast-cnn", {"augmentation": "none"})

    assert [path for path in point if path.startswith("augmentation.")] == []
    assert space.recipe(point).augmentation.name == "none"


@pytest.mark.parametrize("rows", [30, 999, 1_000, 99_999, 100_000, 400_000, 10_000_000])
def test_more_images_have_larger_batches_and_fewer_passes(rows: int) -> None:
    few, many = (image_space(rows=count, mirrors=False).families["fast-cnn"].recipe for count in (rows, 2 * rows))

    assert few.batch_size == batch_size_for_images(rows) <= many.batch_size
    assert EPOCHS[0] <= many.epochs <= few.epochs <= EPOCHS[1]
    assert few.epochs * rows <= IMAGES_LEARNED or few.epochs == EPOCHS[0]


def test_an_opening_is_a_third_as_long_as_a_training_that_is_worth_a_fold() -> None:
    space = image_space(rows=48_000, mirrors=False)

    assert image_opening(space, rows=48_000).epochs == pytest.approx(lengths_for_images(48_000).fold / 3, rel=0.1)


def test_networks_of_one_shape_and_batch_size_have_one_key_and_the_sizes_that_were_chosen() -> None:
    space = image_space(rows=5_000, mirrors=False)
    wide, narrow = (space.recipe(space.point("fast-cnn", {**space.default_point("fast-cnn"), "net.width": width})) for width in (32, 16))
    data = image_data()

    assert stack_key(wide) != stack_key(narrow)
    assert network_size(wide, data) > 2 * network_size(narrow, data)
