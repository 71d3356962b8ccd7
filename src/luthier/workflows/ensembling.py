"""From candidates to one calibrated answer: ensemble weights, temperature, conformal rules; all from out-of-fold rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from luthier.core.task import Task
from luthier.evaluate import Costs, IntervalRule, Metric, apply_temperature, fit_interval_rule, fit_set_threshold, fit_temperature
from luthier.tune import MOST_NUMBERS, Candidate, Ensemble, select_ensemble
from luthier.workflows.training import Training

COVERAGE = 0.9
"Probability with which a prediction set or interval holds the truth."


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """The chosen candidates and everything that was fitted on their out-of-fold predictions."""

    chosen: tuple[tuple[Candidate, float], ...]
    "Candidates with their weights, the heaviest first; the weights add up to 1."
    error: float
    "Out-of-fold error of the mixture, before calibration."
    predictions: np.ndarray
    "Out-of-fold, calibrated."
    temperature: float = 1.0
    set_threshold: float | None = None
    interval_rule: IntervalRule | None = None
    decision_threshold: float | None = None
    "Probability of the second class from which on it is answered; None is 0.5."


def mix(training: Training, task: Task, metric: Metric, costs: Costs | None, *, most_numbers: int = MOST_NUMBERS) -> Mixture:
    """Choose and weigh candidates, then calibrate, on rows that did not train them.

    Args:
        most_numbers: trained numbers of all chosen networks together.
    """
    truth = training.oof_truth
    candidates = [candidate for candidate in training.candidates if candidate.held]
    answers = [candidate.predictions for candidate in candidates]
    ensemble = select_ensemble(answers, truth, metric.error, sizes=[candidate.size for candidate in candidates], most_numbers=most_numbers)
    predictions = np.tensordot(ensemble.weights, answers, axes=1)
    chosen = _heaviest_first(candidates, ensemble)
    if not task.kind.is_classification:
        return Mixture(chosen=chosen, error=ensemble.error, predictions=predictions, interval_rule=fit_interval_rule(predictions, truth, coverage=COVERAGE))
    temperature = fit_temperature(predictions, truth)
    calibrated = apply_temperature(predictions, temperature)
    return Mixture(
        chosen=chosen,
        error=ensemble.error,
        predictions=calibrated,
        temperature=temperature,
        set_threshold=fit_set_threshold(calibrated, truth, coverage=COVERAGE),
        decision_threshold=costs.threshold if costs is not None else None,
    )


def _heaviest_first(candidates: list[Candidate], ensemble: Ensemble) -> tuple[tuple[Candidate, float], ...]:
    pairs = [(candidates[number], ensemble.weights[number]) for number in ensemble.chosen]
    return tuple(sorted(pairs, key=lambda pair: -pair[1]))
