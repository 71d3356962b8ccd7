"""The search as the report tells it: from trials to plain numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

import luthier.report as told
from luthier.core.recipe import Setting
from luthier.evaluate import Metric
from luthier.tune import FAMILY, FULL, ON_OTHER_ROWS, SHORT, Candidate, Trial, TrialState, setting_importance
from luthier.workflows.training import Training


def search_story(training: Training, metric: Metric, weights: Mapping[int, float]) -> told.SearchStory:
    """What was tried, and what mattered.

    Args:
        weights: of the trials in the ensemble, by their number.
    """
    trials = [trial for trial in training.trials if trial.scores]
    present = sorted({score.rung for trial in trials for score in trial.scores})
    places = {rung: place for place, rung in enumerate(present)}
    seconds = sum(score.seconds for trial in trials for score in trial.scores)
    return told.SearchStory(
        trials=tuple(_trial(trial, metric, place=places[trial.rung], weight=weights.get(trial.number, 0.0)) for trial in trials),
        rungs=tuple(_rung(trials, rung, place) for rung, place in places.items()),
        importance=tuple(
            told.SettingImportance(path=entry.path, family=entry.family, share=entry.share) for entry in setting_importance(training.trials, training.space)
        ),
        metric_label=metric.label,
        greater_is_better=metric.greater_is_better,
        seed_noise=seed_noise(training.candidates, metric),
        plan=training.told,
        proposer=training.proposer,
        stopped_early=sum(trial.state is TrialState.STOPPED for trial in trials),
        trials_per_minute=len(trials) / (seconds / training.lanes / 60) if seconds > 0 else None,
    )


def seed_noise(candidates: Iterable[Candidate], metric: Metric) -> float | None:
    """Standard deviation of the score between seeds of one recipe, pooled over the recipes that were trained more than once; None where none was."""
    scores: dict[int, list[float]] = defaultdict(list)
    for candidate in candidates:
        if candidate.round_number in (ON_OTHER_ROWS, SHORT):
            continue
        scores[candidate.trial].append(metric.to_value(candidate.error))
    repeated = [values for values in scores.values() if len(values) > 1]
    if not repeated:
        return None
    squares = sum(float(np.var(values)) * len(values) for values in repeated)
    return float(np.sqrt(squares / sum(len(values) - 1 for values in repeated)))


def _trial(trial: Trial, metric: Metric, *, place: int, weight: float) -> told.TrialFacts:
    last = trial.scores[-1]
    return told.TrialFacts(
        number=trial.number,
        family=str(trial.point[FAMILY]),
        origin=trial.origin,
        state=trial.state.value,
        rung=place,
        folds=len(last.folds),
        epochs=last.epochs,
        score=metric.to_value(trial.error) if trial.usable else None,
        settings={path: _plain(value) for path, value in trial.point.items() if path != FAMILY},
        weight=weight,
        seconds=sum(score.seconds for score in trial.scores),
    )


def _plain(value: Setting) -> bool | float | str:
    return value if isinstance(value, bool | int | float | str) else str(value)


def _rung(trials: Iterable[Trial], rung: int, place: int) -> told.RungFacts:
    stood = [(trial, score) for trial in trials if (score := trial.score_at(rung)) is not None]
    went_on = [trial for trial, score in stood if (trial.state is TrialState.FINISHED if rung == FULL else trial.rung > rung)]
    return told.RungFacts(
        number=place,
        epochs=max(score.epochs for _, score in stood),
        folds=max(len(score.folds) for _, score in stood),
        trials=len(stood),
        kept=len(went_on),
        seconds=sum(score.seconds for _, score in stood),
    )
