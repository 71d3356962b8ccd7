from __future__ import annotations

from pathlib import Path

import pytest

from luthier.core.recipe import Member, Recipe
from luthier.fit import stack_key
from luthier.tune.workbench import Length, stacked
from tests.fit.conftest import make_recipe
from tests.tune.benches import ROWS_A_FOLD, by_clock, by_work, journal_in


def half(recipe: Recipe, fold: int, epochs: float) -> float:
    return 0.5


def fails(recipe: Recipe, fold: int, epochs: float) -> float:
    raise RuntimeError("the forward pass broke")


def passes(epochs: float) -> Length:
    return lambda recipe: epochs


def silent(progress: float, error: float) -> None:
    pass


def members(*rates: float, folds: int = 1, **changes: object) -> list[Member]:
    recipes = [make_recipe(learning_rate=rate, **changes) for rate in rates]
    return [Member(recipe=recipe, fold=fold, seed=fold) for recipe in recipes for fold in range(folds)]


def test_members_of_one_shape_are_one_stack_and_others_are_not_mixed_in() -> None:
    mixed = [*members(0.1, 0.2, 0.3), *members(0.1, batch_size=8)]

    stacks = stacked(mixed, lanes=1)

    assert [len(stack) for stack in stacks] == [3, 1]
    assert all(len({stack_key(member.recipe) for member in stack}) == 1 for stack in stacks)


@pytest.mark.parametrize(("lanes", "widest", "sizes"), [(1, 16, [5]), (2, 16, [2, 3]), (2, 2, [1, 2, 2]), (8, 16, [1] * 5)])
def test_stacks_keep_every_lane_busy_and_none_is_too_wide(lanes: int, widest: int, sizes: list[int]) -> None:
    assert [len(stack) for stack in stacked(members(0.1, folds=5), lanes=lanes, widest=widest)] == sizes


def test_results_come_in_the_order_of_the_members() -> None:
    mixed = [*members(0.1), *members(0.2, batch_size=8), *members(0.3)]
    bench = by_work(lambda recipe, fold, epochs: recipe.learning_rate, 10_000)

    results = bench.train(mixed, epochs=passes(2), keep=True, tell=silent)

    assert [result.entry.error for result in results if result.entry] == [0.1, 0.2, 0.3]


def test_what_work_does_not_pay_for_makes_every_training_shorter() -> None:
    bench = by_work(half, 8 * ROWS_A_FOLD)

    bench.train(members(0.1, 0.2), epochs=passes(16), share=0.5, keep=True, tell=silent)

    assert bench.executor.jobs[0].steps == 2 * (ROWS_A_FOLD // 16)  # two epochs each: half of eight, for two members
    assert bench.allowance.rows_used == 4 * ROWS_A_FOLD


@pytest.mark.parametrize("guess", [0.2, 1.0, 5.0], ids=["far too fast", "right", "far too slow"])
def test_a_wrong_guess_of_the_speed_never_costs_more_than_the_share(guess: float) -> None:
    bench = by_clock(half, seconds=100.0, seconds_per_row=0.01, guessed_per_row=0.01 * guess)

    bench.train(members(0.1, 0.2, 0.3), epochs=passes(1000), share=0.5, keep=True, tell=silent)

    assert bench.allowance.left >= 50.0


def test_the_second_training_of_a_shape_is_planned_by_what_the_first_took() -> None:
    bench = by_clock(half, seconds=100.0, seconds_per_row=0.01, guessed_per_row=0.1)
    for _ in range(8):
        bench.train(members(0.1), epochs=passes(1), keep=True, tell=silent)

    assert bench.speeds.seconds_per_row(members(0.1)[0].recipe) == pytest.approx(0.01, rel=0.1)


def test_without_memory_for_all_fewer_train_at_a_time_and_it_is_told() -> None:
    bench = by_work(half, 100_000, most_members=2)

    results = bench.train(members(0.1, folds=3), epochs=passes(1), keep=True, tell=silent)

    assert all(result.entry is not None for result in results)
    assert bench.widest == 2
    assert [event.what for event in bench.events] == ["test: 3 networks side by side did not fit into memory; 2 did."]


def test_a_stack_that_cannot_be_trained_is_told_and_the_others_are_not_lost() -> None:
    def breaks_for_small_batches(recipe: Recipe, fold: int, epochs: float) -> float:
        return fails(recipe, fold, epochs) if recipe.batch_size == 8 else 0.5

    results = by_work(breaks_for_small_batches, 10_000).train([*members(0.1), *members(0.1, batch_size=8)], epochs=passes(1), keep=True, tell=silent)

    assert results[0].entry is not None
    assert (results[1].entry, results[1].failure) == (None, "the forward pass broke")


def test_a_training_that_is_known_is_not_done_again(tmp_path: Path) -> None:
    first = by_work(half, 10_000, journal=journal_in(tmp_path))
    before = first.train(members(0.1, folds=3), epochs=passes(2), keep=True, tell=silent)

    second = by_work(fails, 10_000, journal=journal_in(tmp_path, resume=True))
    after = second.train(members(0.1, folds=3), epochs=passes(2), keep=True, tell=silent)

    assert second.executor.jobs == []
    assert second.allowance.rows_used == first.allowance.rows_used
    assert [result.entry.error for result in after if result.entry] == [result.entry.error for result in before if result.entry]


def test_what_was_only_compared_is_kept_without_its_weights(tmp_path: Path) -> None:
    bench = by_work(half, 10_000, journal=journal_in(tmp_path))

    result = bench.train(members(0.1), epochs=passes(2), keep=False, tell=silent)[0]

    assert result.entry is not None
    assert (result.entry.error, result.entry.weights.numel(), result.entry.predictions.size) == (0.5, 0, 0)
