"""What each choice added, from runs that were made for other reasons: paired where two runs differ in nothing else, else by an additive model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, sqrt
from typing import TypeVar

import numpy as np
from scipy.special import stdtrit

from luthier.core.recipe import Setting
from luthier.evaluate import Metric
from luthier.report.additions import FEWEST_RUNS, Additions, ChoiceEffect
from luthier.workflows.additive_model import Term, additive_model
from luthier.workflows.choice_levels import ChoiceLevels, choice_levels, scale_columns

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """One recipe that was trained on one fold."""

    settings: Mapping[str, Setting]
    "By path, such as `augmentation.flip`; what is not active is left out."
    fold: int
    seed: int
    error: float
    "On the rows that the fold held out, smaller is better; infinite where it diverged."
    rung: int = 0
    "How far it was trained: only runs of one rung are compared."


def additions(runs: Sequence[RunFacts], metric: Metric, *, best: Mapping[str, Setting] | None = None) -> Additions:
    """What each choice added, as the report tells it.

    Args:
        best: settings of the best recipe, by path, to say what was kept.
    """
    return Additions(
        effects=choice_effects(runs, best=best),
        metric_label=metric.label,
        in_points=metric.share is not None or metric.averages_classes,
        runs=sum(isfinite(run.error) for run in runs),
    )


def choice_effects(runs: Sequence[RunFacts], *, best: Mapping[str, Setting] | None = None) -> tuple[ChoiceEffect, ...]:
    """The gain of every choice over leaving it alone, where at least three runs stand on either side.

    Where enough runs differ in one setting only (a part's own settings, such as `schedule.warmup` beside `schedule`, may differ with it), the mean
    of their differences counts, on the rung with most such pairs. Else an additive model of all settings is fitted on the rung with most runs.
    Runs that diverged are left out: a gain is one among runs that ended well.
    """
    ended = [run for run in runs if isfinite(run.error)]
    chosen = [run.settings for run in ended]
    settings = [levels for path in _paths(chosen) if (levels := choice_levels(path, chosen))]
    open_questions = [
        (levels, ChoiceEffect(path=levels.path, value=level, instead_of=levels.without, gain=None, runs=0, runs_without=0))
        for levels in settings
        for level in levels.levels[1:]
    ]
    adjusted = _adjusted(_fullest_rung(ended, lambda run: run.rung), open_questions)
    answered = [_paired(ended, *question) or fallback for question, fallback in zip(open_questions, adjusted, strict=True)]
    fates = [None if best is None else {effect.value: True, levels.without: False}.get(levels.of(best)) for levels, effect in open_questions]
    return tuple(replace(effect, kept=kept) for effect, kept in zip(answered, fates, strict=True))


def _paired(runs: Sequence[RunFacts], levels: ChoiceLevels, effect: ChoiceEffect) -> ChoiceEffect | None:
    """From pairs that differ in this choice alone: of one seed where there are enough of them, else means over the seeds."""
    for same_seed in (True, False):
        pairs = _pairs(runs, levels, effect, same_seed=same_seed)
        if len(pairs) >= FEWEST_RUNS:
            gains = np.array([np.mean(without) - np.mean(chosen) for chosen, without in pairs])
            reach = stdtrit(len(gains) - 1, 0.975) * gains.std(ddof=1) / sqrt(len(gains))
            with_it, without_it = (sum(len(pair[side]) for pair in pairs) for side in (0, 1))
            return replace(effect, gain=float(gains.mean()), reach=float(reach), runs=with_it, runs_without=without_it, paired=True)
    return None


def _pairs(runs: Sequence[RunFacts], levels: ChoiceLevels, effect: ChoiceEffect, *, same_seed: bool) -> list[tuple[list[float], list[float]]]:
    """Errors with and without the choice in equal circumstances."""
    circumstances: dict[tuple[int, Hashable], tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for run in runs:
        level = levels.of(run.settings)
        if level in (effect.value, effect.instead_of):
            others = (run.fold, run.seed if same_seed else None, _other_settings(run, levels.path))
            circumstances[run.rung, others][level == effect.instead_of].append(run.error)
    complete = [(rung, pair) for (rung, _), pair in circumstances.items() if all(pair)]
    return [pair for _, pair in _fullest_rung(complete, lambda entry: entry[0])]


def _other_settings(run: RunFacts, path: str) -> frozenset[tuple[str, Setting]]:
    return frozenset((other, value) for other, value in run.settings.items() if other != path and not other.startswith(f"{path}."))


def _adjusted(runs: Sequence[RunFacts], questions: Sequence[tuple[ChoiceLevels, ChoiceEffect]]) -> list[ChoiceEffect]:
    """From an additive model of all recipes; a recipe counts once, by its mean over folds and seeds."""
    recipes: dict[frozenset[tuple[str, Setting]], list[RunFacts]] = defaultdict(list)
    for run in runs:
        recipes[frozenset(run.settings.items())].append(run)
    chosen = [own[0].settings for own in recipes.values()]
    told = {levels.path for levels, _ in questions}
    dummies = [np.array([levels.of(settings) == effect.value for settings in chosen], dtype=float) for levels, effect in questions]
    scales = [column for path in _paths(chosen) if path not in told for column in scale_columns(path, chosen)]
    terms = additive_model(_errors(runs, recipes.values()), [*dummies, *scales]) if chosen else []
    return [_answer(levels, effect, runs, chosen, term) for (levels, effect), term in zip(questions, terms, strict=False)]


def _answer(levels: ChoiceLevels, effect: ChoiceEffect, runs: Sequence[RunFacts], recipes: Sequence[Mapping[str, Setting]], term: Term) -> ChoiceEffect:
    """One term of the model as a gain, if there are recipes enough on both sides."""
    by_recipe, by_run = Counter(levels.of(settings) for settings in recipes), Counter(levels.of(run.settings) for run in runs)
    counted = replace(effect, runs=by_run[effect.value], runs_without=by_run[effect.instead_of])
    if min(by_recipe[effect.value], by_recipe[effect.instead_of]) < FEWEST_RUNS:
        return counted
    return replace(counted, gain=None if term.value is None else -term.value, reach=term.reach, entangled=term.entangled)


def _errors(runs: Sequence[RunFacts], recipes: Iterable[Sequence[RunFacts]]) -> np.ndarray:
    """Mean error of each recipe, freed of the differences between folds."""
    by_fold: dict[int, list[float]] = defaultdict(list)
    for run in runs:
        by_fold[run.fold].append(run.error)
    return np.array([np.mean([run.error - np.mean(by_fold[run.fold]) for run in own]) for own in recipes])


def _fullest_rung(entries: Sequence[Entry], rung: Callable[[Entry], int]) -> list[Entry]:
    """The entries of the rung that most of them have, of the longer training where two have as many."""
    counts = Counter(rung(entry) for entry in entries)
    most = max(counts, key=lambda number: (counts[number], number), default=0)
    return [entry for entry in entries if rung(entry) == most]


def _paths(chosen: Iterable[Mapping[str, Setting]]) -> list[str]:
    """Every setting that a run has, in the order of their first appearance."""
    return list(dict.fromkeys(path for settings in chosen for path in settings))
