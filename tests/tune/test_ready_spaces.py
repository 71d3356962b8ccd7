from __future__ import annotations

from pathlib import Path

import pytest

from luthier.core.task import TaskKind
from luthier.fit import stack_key
from luthier.tune import portfolio
from luthier.tune.contradictions import refuse_contradictions
from luthier.tune.proposers import Random
from luthier.tune.ready_spaces import ready_space

every_kind = pytest.mark.parametrize("kind", list(TaskKind))
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "search-space.md"


@every_kind
def test_every_ready_space_can_be_built_at_its_corners(kind: TaskKind) -> None:
    refuse_contradictions(ready_space(kind, rows=5_000))


@every_kind
@pytest.mark.parametrize("rows", [100, 5_000, 1_000_000])
def test_the_default_points_are_the_recipes_of_the_portfolio(kind: TaskKind, rows: int) -> None:
    space, recipes = ready_space(kind, rows=rows), portfolio(kind, rows=rows)

    assert tuple(space.recipe(space.default_point(name)) for name in space.families) == recipes


def test_labels_are_smoothed_in_classifications_only() -> None:
    searched = {kind: {"label_smoothing" in family.domains for family in ready_space(kind, rows=500).families.values()} for kind in TaskKind}

    assert searched == {TaskKind.BINARY: {True}, TaskKind.MULTICLASS: {True}, TaskKind.REGRESSION: {False}}


@pytest.mark.parametrize("family", ["tabm-mini", "realmlp", "residual-mlp", "mlp"])
def test_points_that_share_their_structural_values_may_be_one_population(family: str) -> None:
    space = ready_space(TaskKind.BINARY, rows=500)
    first, *_ = Random(space).ask(1, [], seed=0, fixed={"family": family})
    shape = {path: value for path, value in first.point.items() if path in space.structural_paths(family)}

    proposals = Random(space).ask(20, [], seed=1, fixed={"family": family, **shape})

    assert {stack_key(space.recipe(proposal.point)) for proposal in proposals} == {stack_key(space.recipe(first.point))}


@pytest.mark.parametrize("family", ["tabm-mini", "realmlp", "residual-mlp", "mlp"])
def test_every_setting_that_is_searched_stands_in_the_reference(family: str) -> None:
    part = PAGE.read_text().split(f"\n## {family}\n")[1].split("\n## ")[0]

    assert [path for path in ready_space(TaskKind.BINARY, rows=500).families[family].domains if f"| `{path}` |" not in part] == []
