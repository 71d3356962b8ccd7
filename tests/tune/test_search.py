from __future__ import annotations

import math
from pathlib import Path

import pytest

from luthier.core.errors import TrainingFailed
from luthier.core.journal import Journal
from luthier.core.recipe import Recipe
from luthier.testing.executors import ErrorOf
from luthier.tune import Family, Opening, Search, Space, TrialState, policy
from luthier.tune.domains import Real
from luthier.tune.opening import RUNG
from luthier.tune.rungs import FULL
from luthier.tune.search import ON_OTHER_ROWS, SHORT, STALLED_ROUNDS
from tests.fit.conftest import make_recipe
from tests.tune.benches import ROWS_A_FOLD, by_work, journal_in

FULL_TRAINING = 3 * 10 * ROWS_A_FOLD
"Rows of ten epochs on three folds."


def bowl(recipe: Recipe, fold: int, epochs: float) -> float:
    """Best at a learning rate of 0.1; longer is better; every fold has its own level."""
    return 0.2 + 0.05 * abs(math.log10(recipe.learning_rate / 0.1)) + 0.02 * fold + 0.1 / (1 + epochs)


def space(**families: float) -> Space:
    rates = families or {"far": 1e-3}
    recipes = {name: make_recipe(learning_rate=rate, name=name, epochs=10) for name, rate in rates.items()}
    domain = Real(1e-4, 1.0, log=True)
    return Space(families={name: Family(recipe=recipe, domains={"learning_rate": domain}) for name, recipe in recipes.items()})


def search(error: ErrorOf, trainings: float, *, journal: Journal | None = None, where: Space | None = None) -> Search:
    where = where or space()
    bench = by_work(error, int(trainings * FULL_TRAINING), journal=journal)
    return Search(bench=bench, space=where, proposer=policy(where, 200), say=lambda what, progress, error: None)


def found(error: ErrorOf, trainings: float, **settings: object) -> Search:
    made = search(error, trainings, **settings)
    made.run(list(made.space.families))
    return made


def test_the_published_recipe_is_trained_on_every_fold_first() -> None:
    first = found(bowl, 1.0)

    assert [trial.origin for trial in first.trials] == ["default"]
    assert (first.trials[0].state, first.trials[0].scores[0].folds) == (TrialState.FINISHED, (0, 1, 2))


def test_more_work_finds_better_recipes() -> None:
    little, much = found(bowl, 1.0), found(bowl, 40.0)

    assert min(trial.error for trial in much.trials if trial.state is TrialState.FINISHED) < little.trials[0].error - 0.05
    assert 0.02 < min(much.candidates, key=lambda candidate: candidate.error).recipe.learning_rate < 0.5


def test_worse_recipes_stop_on_a_rung_and_better_ones_go_on_to_every_fold() -> None:
    trials = found(bowl, 40.0).trials

    stopped = [trial for trial in trials if trial.state is TrialState.STOPPED]
    assert len(stopped) > len(trials) / 2
    assert all(len(trial.scores[-1].folds) < 3 and trial.scores[-1].epochs < 10 for trial in stopped)
    assert all(trial.scores[-1].folds == (0, 1, 2) for trial in trials if trial.state is TrialState.FINISHED)


def test_no_more_work_is_done_than_was_given() -> None:
    done = found(bowl, 12.0)

    assert done.bench.allowance.rows_used <= 12 * FULL_TRAINING


def test_the_best_recipes_are_trained_again_with_other_seeds() -> None:
    done = found(bowl, 12.0)

    again = [candidate for candidate in done.candidates if candidate.round_number > 0]
    best = min((candidate for candidate in done.candidates if candidate.round_number == 0), key=lambda candidate: candidate.error)
    assert again
    assert again[0].recipe == best.recipe
    assert {entry.member.seed for entry in again[0].trained}.isdisjoint({entry.member.seed for entry in best.trained})


def test_every_family_gets_its_own_recipe_tried() -> None:
    done = found(bowl, 12.0, where=space(near=0.05, far=1e-3))

    assert [trial.recipe.name for trial in done.trials[:2]] == ["near", "far"]


def test_a_recipe_that_diverges_is_told_and_not_in_the_way() -> None:
    def diverges_when_far(recipe: Recipe, fold: int, epochs: float) -> float:
        return math.inf if recipe.name == "far" else bowl(recipe, fold, epochs)

    done = found(diverges_when_far, 12.0, where=space(near=0.05, far=1e-3))

    assert done.trials[1].state is TrialState.FAILED
    assert "far (trial 2) was dropped: a fold's network diverged before it had learned anything." in [event.what for event in done.events]
    assert all(candidate.recipe.name == "near" for candidate in done.candidates)


def test_a_search_in_which_nothing_gets_better_ends_early_and_says_so() -> None:
    def the_default_is_best(recipe: Recipe, fold: int, epochs: float) -> float:
        return 0.1 if recipe.learning_rate == pytest.approx(1e-3) else 0.9

    done = found(the_default_is_best, 400.0)

    assert f"{STALLED_ROUNDS} rounds in a row brought no better network." in [event.what for event in done.events]
    assert done.bench.allowance.share_used < 0.9


def raise_(error: Exception) -> float:
    raise error


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (lambda *asked: raise_(RuntimeError("the forward broke")), "A network that can be trained is required, but the training ended with: the forward broke"),
        (
            lambda *asked: math.inf,
            "A network with finite weights is required, but every one that was tried diverged. Look for extreme values in the inputs, or exclude them.",
        ),
    ],
    ids=["a failure", "divergence"],
)
def test_where_no_network_can_be_trained_the_search_fails_with_the_reason(error: ErrorOf, message: str) -> None:
    with pytest.raises(TrainingFailed) as refusal:
        found(error, 4.0)

    assert str(refusal.value) == message


def test_a_family_that_cannot_be_trained_is_not_in_the_way_of_the_others() -> None:
    def breaks_when_far(recipe: Recipe, fold: int, epochs: float) -> float:
        return raise_(RuntimeError("too large")) if recipe.name == "far" else bowl(recipe, fold, epochs)

    done = found(breaks_when_far, 8.0, where=space(far=1e-3, near=0.05))

    assert done.candidates
    assert "far (trial 1) was dropped: too large." in [event.what for event in done.events]


def test_a_thousand_trials_keep_the_networks_of_the_best_few_only() -> None:
    done = found(lambda recipe, fold, epochs: 0.5 + 1e-4 / recipe.learning_rate, 120.0)

    assert len(done.candidates) > 24
    assert sum(candidate.held for candidate in done.candidates) == 24


class Killed(Exception):
    """Stands for kill -9."""


@pytest.mark.parametrize("after", [1, 3, 6, 11])
def test_a_search_that_was_killed_goes_the_same_way_to_the_same_end(after: int, tmp_path: Path) -> None:
    unbroken = found(bowl, 20.0)
    trained = iter(range(1000))

    def is_killed(recipe: Recipe, fold: int, epochs: float) -> float:
        if next(trained) >= 3 * after:
            raise Killed
        return bowl(recipe, fold, epochs)

    with pytest.raises(Killed):
        found(is_killed, 20.0, journal=journal_in(tmp_path))
    taken_up = found(bowl, 20.0, journal=journal_in(tmp_path, resume=True))

    assert taken_up.trials == unbroken.trials
    assert [candidate.error for candidate in taken_up.candidates] == [candidate.error for candidate in unbroken.candidates]
    assert len(taken_up.bench.executor.jobs) < len(unbroken.bench.executor.jobs)


def test_what_is_kept_for_other_rows_is_not_searched_with_and_the_best_recipe_learns_from_them() -> None:
    made = search(bowl, 20.0)
    made.kept_share = 0.5
    made.run(list(made.space.families))
    searched = made.bench.allowance.share_used

    made.learn_from(made.bench.data)

    assert searched <= 0.6
    assert made.candidates[-1].round_number == ON_OTHER_ROWS
    assert made.candidates[-1].recipe == min(made.candidates[:-1], key=lambda candidate: candidate.error).recipe
    assert {candidate.round_number for candidate in made.candidates[:-1]} == {0}


OPENING = Opening(factors=(({}, {"learning_rate": 0.1}),), deciding=frozenset({"learning_rate"}), epochs=3.0)
"Two recipes on two folds for three epochs: two fifths of a full training."


def opened(error: ErrorOf, trainings: float, *, opening: Opening = OPENING) -> Search:
    made = search(error, trainings)
    made.opening = opening
    made.run(list(made.space.families))
    return made


def test_an_opening_that_costs_less_than_half_is_played_first() -> None:
    done = opened(bowl, 4.0)

    first, second = done.trials[:2]
    assert [(trial.origin, trial.recipe.learning_rate) for trial in (first, second)] == [("default", 1e-3), ("opening", 0.1)]
    assert [trial.score_at(RUNG.number).folds[:2] for trial in (first, second)] == [(0, 1), (0, 1)]
    assert max(trial.score_at(RUNG.number).epochs for trial in (first, second)) <= OPENING.epochs


def test_an_opening_that_costs_more_than_half_is_left_out() -> None:
    done = opened(bowl, 0.7)

    assert [(trial.origin, trial.state) for trial in done.trials] == [("default", TrialState.FINISHED)]
    assert done.trials[0].score_at(RUNG.number) is None


def test_what_an_opening_decided_is_trained_fully() -> None:
    done = opened(bowl, 2.0)

    full = [trial for trial in done.trials if trial.score_at(FULL) is not None]
    assert [trial.recipe.learning_rate for trial in full] == [0.1]
    assert full[0].state is TrialState.FINISHED
    assert full[0].score_at(FULL).epochs == pytest.approx(10.0)


def test_without_a_sure_gain_the_recipe_itself_is_trained_fully() -> None:
    done = opened(lambda recipe, fold, epochs: 0.5, 2.0)

    assert [trial.recipe.learning_rate for trial in done.trials if trial.score_at(FULL) is not None] == [1e-3]


def test_the_short_training_of_an_opening_is_a_candidate_and_makes_no_full_one_shorter() -> None:
    done = search(bowl, 4.0)

    assert done.open(OPENING)

    assert [candidate.round_number for candidate in done.candidates] == [SHORT, 0]
    assert done.candidates[0].epochs <= OPENING.epochs
    assert done.candidates[1].epochs == pytest.approx(10.0)
    assert done.full_cost == FULL_TRAINING


class CountingProposer:
    """Remembers how many recipes were asked for at once."""

    def __init__(self, where: Space) -> None:
        self.inner = policy(where, 200)
        self.asked: list[tuple[int, bool]] = []

    def ask(self, count: int, trials: list, *, seed: int, fixed: dict | None = None) -> list:
        self.asked.append((count, bool(fixed)))
        return self.inner.ask(count, trials, seed=seed, fixed=fixed or {})


@pytest.mark.parametrize(("widest", "asked"), [(1, [(8, False)]), (64, [(2, False), (3, True), (3, True)])], ids=["one at a time", "side by side"])
def test_where_networks_train_one_at_a_time_all_recipes_are_asked_for_at_once(widest: int, asked: list[tuple[int, bool]]) -> None:
    made = search(bowl, 9.0)
    made.bench.widest = widest
    made.proposer = CountingProposer(made.space)

    made.run(list(made.space.families))

    assert made.proposer.asked[: len(asked)] == asked
    assert made.rounds[0].bracket.recipes == 8


@pytest.mark.parametrize("after", [2, 3])
def test_a_search_that_was_killed_in_its_opening_goes_the_same_way_to_the_same_end(after: int, tmp_path: Path) -> None:
    unbroken, trained = opened(bowl, 6.0), iter(range(1000))

    def is_killed(recipe: Recipe, fold: int, epochs: float) -> float:
        if next(trained) >= 3 * after - 1:
            raise Killed
        return bowl(recipe, fold, epochs)

    broken = search(is_killed, 6.0, journal=journal_in(tmp_path))
    broken.opening = OPENING
    with pytest.raises(Killed):
        broken.run(list(broken.space.families))
    taken_up = search(bowl, 6.0, journal=journal_in(tmp_path, resume=True))
    taken_up.opening = OPENING
    taken_up.run(list(taken_up.space.families))

    assert taken_up.trials == unbroken.trials
    assert len(taken_up.bench.executor.jobs) < len(unbroken.bench.executor.jobs)
