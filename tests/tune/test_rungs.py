from __future__ import annotations

import pytest

from luthier.core.recipe import Choice, Recipe
from luthier.tune.rungs import BRACKETS, bracket_for, survivors
from luthier.tune.trials import Score, Trial

RECIPE = Recipe(name="a", net=Choice(name="mlp"), optimizer=Choice(name="adamw"), schedule=Choice(name="linear"), learning_rate=1e-3)


def trial(number: int, error: float, rung: int = 0) -> Trial:
    score = Score(rung=rung, folds=(0,), errors=(error,), epochs=2.0, rows=100)
    return Trial(number=number, point={}, recipe=RECIPE).with_score(score)


def numbers(trials: list[Trial]) -> list[int]:
    return [entry.number for entry in trials]


def test_the_best_go_on_best_first() -> None:
    running = [trial(0, 0.5), trial(1, 0.2), trial(2, 0.4), trial(3, 0.9), trial(4, 0.3), trial(5, 0.8)]

    assert numbers(survivors(running, [], 0, keep=2)) == [1, 4]


def test_who_is_worse_than_half_of_all_before_stays_behind_unless_it_is_the_best_of_its_round() -> None:
    before = [trial(number, 0.1) for number in range(6)]
    running = [trial(6, 0.5), trial(7, 0.05), trial(8, 0.4)]

    assert numbers(survivors(running, before, 0, keep=3)) == [7]
    assert numbers(survivors(running[:1], before, 0, keep=3)) == [6]


def test_trials_of_another_rung_are_not_compared() -> None:
    before = [trial(number, 0.1, rung=1) for number in range(6)]

    assert numbers(survivors([trial(6, 0.5), trial(7, 0.4)], before, 0, keep=2)) == [7]


def test_a_diverged_trial_never_goes_on() -> None:
    assert survivors([trial(0, float("inf"))], [], 0, keep=1) == []


@pytest.mark.parametrize(("affordable", "recipes"), [(1.0, None), (3.9, None), (5.0, 8), (20.0, 18), (500.0, 27)])
def test_the_more_is_affordable_the_more_recipes_come_in(affordable: float, recipes: int | None) -> None:
    bracket = bracket_for(affordable)

    assert (bracket.recipes if bracket else None) == recipes


@pytest.mark.parametrize(("least", "bracket"), BRACKETS, ids=[str(least) for least, _ in BRACKETS])
def test_a_bracket_costs_no_more_than_what_must_be_affordable(least: float, bracket) -> None:
    assert bracket.cost(folds=5) <= least


@pytest.mark.parametrize("bracket", [bracket for _, bracket in BRACKETS])
def test_rungs_grow_longer_and_let_fewer_through(bracket) -> None:
    lengths = [rung.epochs for rung in bracket.rungs] + [1.0]
    counts = [bracket.recipes, *(rung.keep for rung in bracket.rungs)]

    assert lengths == sorted(lengths)
    assert counts == sorted(counts, reverse=True)
    assert bracket.recipes % bracket.groups == 0
