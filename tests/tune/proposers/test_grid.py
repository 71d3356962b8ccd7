from __future__ import annotations

from collections import Counter
from itertools import product

from luthier.tune.proposers import Grid, GridRandom
from tests.tune.spaces import make_history, make_space

SPACE = make_space()


def test_a_grid_holds_every_combination_once_and_the_rest_as_expected() -> None:
    proposals = Grid(SPACE, paths=("net.width", "optimizer"), steps=4).ask(100, [], seed=0, fixed={"family": "mlp"})

    assert sorted((proposal.point["net.width"], proposal.point["optimizer"]) for proposal in proposals) == list(product((64, 128, 192, 256), ("adamw", "muon")))
    assert {proposal.point["learning_rate"] for proposal in proposals} == {1e-3}


def test_a_grid_goes_on_where_its_trials_end() -> None:
    grid = Grid(SPACE, steps=5)
    whole = grid.ask(100, [], seed=0)

    first = grid.ask(4, [], seed=0)
    rest = grid.ask(100, make_history(SPACE, first, lambda point: 1.0), seed=0)

    assert len(whole) == 10  # five learning rates in two families
    assert Counter(map(str, [*first, *rest])) == Counter(map(str, whole))


def test_a_long_grid_is_not_given_up_while_the_known_places_are_passed() -> None:
    grid = Grid(SPACE, paths=("learning_rate", "net.dropout"), steps=25)
    asked = {"family": "residual-mlp"}
    known = make_history(SPACE, grid.ask(600, [], seed=0, fixed=asked), lambda point: 1.0)

    assert len(grid.ask(100, known, seed=0, fixed=asked)) == 25


def test_a_grid_beside_random_values_sees_every_cell_equally_often_and_every_rest_once() -> None:
    proposals = GridRandom(SPACE, steps=4).ask(12, [], seed=0, fixed={"family": "mlp"})

    assert set(Counter(proposal.point["learning_rate"] for proposal in proposals).values()) == {3}
    assert len({proposal.point["net.dropout"] for proposal in proposals}) == 12


def test_a_path_that_a_family_does_not_search_is_left_out_there() -> None:
    proposals = Grid(SPACE, paths=("net.width",)).ask(9, [], seed=0, fixed={"family": "residual-mlp"})

    assert [proposal.point for proposal in proposals] == [SPACE.default_point("residual-mlp")]
