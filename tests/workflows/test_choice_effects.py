from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from luthier.core.recipe import Setting
from luthier.evaluate import METRICS
from luthier.report.additions import ChoiceEffect
from luthier.workflows.choice_effects import RunFacts, additions, choice_effects


def run(error: float, *, fold: int = 0, seed: int = 0, rung: int = 0, **settings: Setting) -> RunFacts:
    return RunFacts(settings={path.replace("__", "."): value for path, value in settings.items()}, fold=fold, seed=seed, error=error, rung=rung)


def searched(count: int, *, seed: int = 0) -> list[RunFacts]:
    """Recipes drawn at random, on two folds: a schedule that is worth 0.02, a mirror image that costs 0.01, a shift worth nothing."""
    rng = np.random.default_rng(seed)
    runs = []
    for _ in range(count):
        schedule, flip, shift = rng.choice(["constant", "one-cycle"]), rng.choice(["none", "alternating"]), float(rng.choice([0.0, 0.05, 0.1]))
        rate = float(10 ** rng.normal(-1, 0.5))
        error = 0.1 - 0.02 * (schedule == "one-cycle") + 0.01 * (flip == "alternating") + 0.03 * np.log10(rate / 0.1) ** 2 + rng.normal(0, 0.002)
        settings = {"schedule": str(schedule), "learning_rate": rate, "augmentation__flip": str(flip), "augmentation__shift": shift}
        runs += [run(float(error + 0.05 * fold + rng.normal(0, 0.001)), fold=fold, **settings) for fold in (0, 1)]
    return runs


def by_path(effects: tuple[ChoiceEffect, ...]) -> dict[str, ChoiceEffect]:
    return {effect.path: effect for effect in effects}


def test_choices_of_a_random_search_are_told_apart_by_an_additive_model() -> None:
    effects = by_path(choice_effects(searched(60)))

    assert set(effects) == {"schedule", "augmentation.flip", "augmentation.shift"}
    assert {path: effect.verdict for path, effect in effects.items()} == {
        "schedule": "helped",
        "augmentation.flip": "hurt",
        "augmentation.shift": "not clear",
    }
    assert effects["schedule"].gain == pytest.approx(0.02, abs=effects["schedule"].reach)
    assert effects["augmentation.flip"].gain == pytest.approx(-0.01, abs=effects["augmentation.flip"].reach)
    assert not effects["schedule"].paired


def test_runs_that_differ_in_one_setting_only_are_paired() -> None:
    runs = [run(0.20 + 0.03 * fold, fold=fold, schedule="constant", seed=fold) for fold in range(4)]
    runs += [run(0.18 + 0.03 * fold + 0.001 * (-1) ** fold, fold=fold, schedule="one-cycle", schedule__warmup=0.2, seed=fold) for fold in range(4)]

    effect = by_path(choice_effects(runs))["schedule"]

    assert (effect.value, effect.instead_of, effect.paired, effect.runs, effect.runs_without) == ("one-cycle", "constant", True, 4, 4)
    assert effect.gain == pytest.approx(0.02)
    assert effect.reach == pytest.approx(3.182 * 0.0011547 / 2, rel=1e-3)  # t with 3 degrees of freedom


def test_pairs_of_different_seeds_are_means_over_their_seeds() -> None:
    runs = [run(0.2 + 0.01 * fold, fold=fold, seed=10 + fold, flip="none") for fold in range(3)]
    runs += [run(0.1 + 0.01 * fold + 0.02 * seed, fold=fold, seed=seed, flip="random") for fold in range(3) for seed in (0, 1)]

    effect = by_path(choice_effects(runs))["flip"]

    assert (effect.gain, effect.runs, effect.runs_without) == (pytest.approx(0.09), 6, 3)


def test_runs_of_different_rungs_are_never_compared() -> None:
    short = [run(0.5, fold=fold, flip="none") for fold in range(3)]
    long = [run(0.1, fold=fold, flip="random", rung=1) for fold in range(3)]

    assert [effect.verdict for effect in choice_effects(short + long)] == ["unknown"]


def test_fewer_than_three_runs_on_a_side_say_nothing() -> None:
    runs = [*searched(20), *[replace(entry, settings={**entry.settings, "augmentation.mixup": 0.2}) for entry in searched(1, seed=9)]]

    effect = by_path(choice_effects(runs))["augmentation.mixup"]

    assert (effect.gain, effect.verdict, effect.runs, effect.runs_without) == (None, "unknown", 2, 40)


def test_choice_that_always_came_with_another_is_entangled() -> None:
    runs = [replace(entry, settings={**entry.settings, "net": "large" if entry.settings["schedule"] == "constant" else "small"}) for entry in searched(30)]

    assert by_path(choice_effects(runs))["net"].entangled


def test_number_that_does_nothing_is_the_one_without_even_where_it_is_not_zero() -> None:
    effects = choice_effects([run(0.1, augmentation__progressive=side) for side in (0.5, 1.0, 0.7)])

    assert [(effect.value, effect.instead_of) for effect in effects] == [(True, False)]


def test_runs_that_diverged_are_left_out() -> None:
    runs = searched(30)

    assert choice_effects([*runs, run(inf, schedule="one-cycle"), run(inf, schedule="cosine")]) == choice_effects(runs)


def test_what_the_best_recipe_has_is_told() -> None:
    runs = searched(30)

    kept = {path: effect.kept for path, effect in by_path(choice_effects(runs, best={"schedule": "one-cycle", "augmentation.flip": "none"})).items()}

    assert kept == {"schedule": True, "augmentation.flip": False, "augmentation.shift": None}


@pytest.mark.parametrize(
    ("values", "without"),
    [((True, False), False), (("muon", "none"), "none"), ((64, 16, 32), 16), (("b", "a", "b"), "b"), ((0.2, 0.1, 0), False), ((None, "x"), "not used")],
    ids=["switch", "name for nothing", "numbers", "names", "zero", "absent"],
)
def test_choices_are_compared_with_what_leaves_the_setting_alone(values: tuple[Setting, ...], without: object) -> None:
    effects = choice_effects([run(0.1, s=value) for value in values])

    assert {effect.instead_of for effect in effects} == {without}


@pytest.mark.parametrize("runs", [[], [run(0.1, schedule="constant")], [run(inf, a=1), run(inf, a=2)]], ids=["none", "one", "all diverged"])
def test_nothing_to_compare_has_no_effects(runs: list[RunFacts]) -> None:
    assert choice_effects(runs) == ()


@pytest.mark.parametrize(("metric", "in_points"), [("accuracy", True), ("balanced_accuracy", True), ("log_loss", False), ("rmse", False)])
def test_gains_of_shares_are_told_in_points(metric: str, in_points: bool) -> None:
    told = additions([*searched(5), run(inf)], METRICS[metric])

    assert (told.in_points, told.metric_label, told.runs) == (in_points, METRICS[metric].label, 10)
