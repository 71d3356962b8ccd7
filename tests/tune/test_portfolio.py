from __future__ import annotations

import pytest

from luthier.core.recipe import Recipe
from luthier.core.task import InputShape, TaskKind
from luthier.nets import build
from luthier.optim import build_optimizer, build_schedule
from luthier.tune import batch_size_for, portfolio


@pytest.mark.parametrize("kind", list(TaskKind))
def test_every_recipe_can_be_built_and_written_down(kind: TaskKind) -> None:
    for recipe in portfolio(kind, rows=5_000):
        build(recipe.net, InputShape(numbers=3, cardinalities=(3, 20)), 2, seed=0)
        build_optimizer(recipe.optimizer)
        build_schedule(recipe.schedule)
        assert Recipe.from_json(recipe.to_json()) == recipe


def test_recipes_have_names_of_their_own() -> None:
    names = [recipe.name for recipe in portfolio(TaskKind.BINARY, rows=5_000)]

    assert len(set(names)) == len(names)


def test_batches_grow_with_the_table() -> None:
    sizes = [batch_size_for(rows) for rows in (100, 5_000, 50_000, 200_000, 10_000_000)]

    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 5
