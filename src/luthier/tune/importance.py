"""Importance: which settings decide how good a recipe is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from luthier.tune.space import FAMILY, Space
from luthier.tune.studies import ZERO, distributions, encoded, quiet_optuna
from luthier.tune.trials import Trial

FEWEST_TRIALS = 10
"Trials below which an importance would be a number without a meaning."
TOP_SHARE, TOP_TRIALS = 0.2, 5
"The good trials: this share of all, and so many at least, as the method needs."


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingImportance:
    """How much of what separates good recipes from others goes back to one setting."""

    path: str
    family: str
    "The family whose recipes are compared; empty where the families themselves are, all settings of all of them beside the choice."
    share: float
    "Of all settings compared, 0 to 1."


def setting_importance(trials: Sequence[Trial], space: Space) -> tuple[SettingImportance, ...]:
    """The settings of every family, the most important first, after the choice of the family itself.

    Trials are compared on the rung that most of them reached. A family with fewer than 10 trials there is left out, and so is the choice of the
    family where only one has been tried.

    Source: Watanabe et al., "PED-ANOVA", arXiv 2304.10255; for settings that exist only sometimes arXiv 2601.20800.
    """
    scored = _comparable([trial for trial in trials if trial.usable and space.contains(trial.point)])
    families = {name: [(trial, error) for trial, error in scored if trial.point[FAMILY] == name] for name in space.families}
    found: list[SettingImportance] = []
    if len(scored) >= FEWEST_TRIALS and sum(1 for own in families.values() if own) > 1:
        found.append(SettingImportance(path=FAMILY, family="", share=_shares(scored, space, across=True)[FAMILY]))
    for name, own in families.items():
        if len(own) >= FEWEST_TRIALS:
            shares = sorted(_shares(own, space, across=False).items(), key=lambda item: (-item[1], item[0]))
            found += [SettingImportance(path=path, family=name, share=share) for path, share in shares]
    return tuple(found)


def _comparable(trials: Sequence[Trial]) -> list[tuple[Trial, float]]:
    """The trials on the rung that most have, the higher one where two have as many, with their errors there."""
    counts = Counter(score.rung for trial in trials for score in trial.scores)
    rung = max(counts, key=lambda rung: (counts[rung], rung), default=0)
    return [(trial, score.error) for trial in trials if (score := trial.score_at(rung)) is not None]


def _shares(scored: Sequence[tuple[Trial, float]], space: Space, *, across: bool) -> dict[str, float]:
    """The importance of each path; across families the paths of each are settings of their own, beside the choice."""
    with quiet_optuna() as optuna:
        study = optuna.create_study()
        for trial, error in scored:
            parameters, wanted = _described(optuna, trial, space, across=across)
            study.add_trial(optuna.trial.create_trial(params=parameters, distributions=wanted, value=error))
        top = min(max(TOP_SHARE, TOP_TRIALS / len(scored)), 0.5)
        found = optuna.importance.PedAnovaImportanceEvaluator(target_quantile=top).evaluate(study)
    sums: dict[str, float] = {}
    for name, importance in found.items():
        sums[name.removesuffix(ZERO)] = sums.get(name.removesuffix(ZERO), 0.0) + float(importance)
    total = sum(sums.values())
    return {name: importance / total if total > 0 else 0.0 for name, importance in sums.items()}


def _described(optuna: Any, trial: Trial, space: Space, *, across: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """A trial's parameters and their distributions: of the settings that exist there, and across families of the family too.

    A range that is left for 0 does not exist there: only that it is left counts.
    """
    name = str(trial.point[FAMILY])
    domains = {path: domain for path, domain in space.families[name].domains.items() if path in trial.point}
    parameters, wanted = encoded(domains, trial.point), distributions(optuna, domains)
    for path in domains:
        if parameters.get(path + ZERO):
            del parameters[path], wanted[path]
    if not across:
        return parameters, wanted
    families = optuna.distributions.CategoricalDistribution(tuple(space.families))
    return (
        {FAMILY: name, **{f"{name}/{path}": value for path, value in parameters.items()}},
        {FAMILY: families, **{f"{name}/{path}": distribution for path, distribution in wanted.items()}},
    )
