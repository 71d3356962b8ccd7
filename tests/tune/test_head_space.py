from __future__ import annotations

import pytest

from luthier.core.task import InputShape, TaskKind
from luthier.nets import build
from luthier.tune.contradictions import refuse_contradictions
from luthier.tune.head_space import HEAD, head_space
from luthier.tune.proposers import Random


@pytest.mark.parametrize("kind", TaskKind)
def test_a_space_of_heads_can_be_built_at_its_corners(kind: TaskKind) -> None:
    space = head_space(kind, rows=1_000)

    refuse_contradictions(space)

    assert ("label_smoothing" in space.families[HEAD].domains) == kind.is_classification


def test_the_own_place_is_the_recipe_of_the_family() -> None:
    space = head_space(TaskKind.BINARY, rows=1_000)

    assert space.recipe(space.default_point(HEAD)) == space.families[HEAD].recipe


def test_every_head_takes_features_without_embedding_them() -> None:
    space = head_space(TaskKind.BINARY, rows=1_000)

    for proposal in Random(space).ask(8, [], seed=0):
        net = build(space.recipe(proposal.point).net, InputShape(numbers=40), 2, seed=0)
        assert net.get_submodule("hidden.0").in_features == 40
