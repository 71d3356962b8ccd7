"""Learning-rate range test: a short training whose rate grows from step to step shows where learning begins and where it breaks.

The sweep is a population: several networks with seeds of their own go up together, so that their mean is less noisy than one
network's loss, and their spread tells how noisy it still is.

Source: Smith, "Cyclical Learning Rates for Training Neural Networks", arXiv 1506.01186. It gives an order of magnitude, for one batch size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite, sqrt

import numpy as np
from jaxtyping import Float

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice, Member, Recipe
from luthier.core.seeds import derive_seed
from luthier.fit.folds import FoldTensors
from luthier.fit.population import Population

DIVERGED = 4.0
"A loss this many times the lowest so far has diverged, as in fastai's test."
RECENT = 3
"Steps over which the loss is averaged before it counts as diverged or as the lowest."
BLUR_DECADES = 0.15
"Spread of the bell by which the loss is smoothed over neighboring rates."
BELOW_LOWEST = 0.1
"The rate at the lowest loss is too large to train with; a tenth of it is not (fastai)."
HALF_WIDTH = 10.0
"A search goes a decade to each side of the suggestion."
BELOW_DIVERGENCE = 0.5
"But never above this share of the rate at which the loss diverged."
CLEAR = 4.0
"A fall of the loss by so many standard errors is no noise, though the lowest of some twenty places was picked."
FEWEST_STEPS, FEWEST_NETWORKS = 10, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningRateRange:
    """What a range test found."""

    rates: tuple[float, ...]
    "Learning rates in the order of the sweep, up to the divergence."
    losses: tuple[float, ...]
    "Training loss after a step at each of them: the mean over the networks, smoothed."
    steepest: float
    "Rate at which the loss falls fastest."
    lowest: float
    "Rate at which the loss is lowest."
    diverged_at: float | None
    "Rate at which it exploded; None where the sweep ended before."
    suggested: float
    "The smaller one of the steepest point and a tenth of the lowest."
    low_end: float
    "Where a search should begin."
    high_end: float
    "Where a search should end: half of the divergence point at most."
    fall: float
    "Loss at the start minus the lowest loss."
    fall_error: float
    "Standard error of that, from the spread of the losses around their curve."

    @property
    def is_clear(self) -> bool:
        """False where the loss fell no further than its noise does: the suggestion is a guess then."""
        return self.fall > CLEAR * self.fall_error


def learning_rate_range(
    recipe: Recipe, data: FoldTensors, *, low: float = 1e-6, high: float = 10.0, steps: int = 100, networks: int = 4, seed: int = 0, fold: int = 0
) -> LearningRateRange:
    """Train some networks side by side while the learning rate grows evenly on a logarithmic scale; they are thrown away.

    Args:
        recipe: everything but the learning rate and its schedule is taken from it.
        low, high: ends of the sweep.
        steps: of the whole sweep; it ends earlier where the loss diverges.
        networks: seeds side by side.
        fold: whose training rows are learned from; its validation rows are not looked at.

    Raises:
        SettingInvalid: the ends are reversed, or there are too few steps or networks.
    """
    _refuse_contradictions(low, high, steps, networks)
    rates = np.geomspace(low, high, steps)
    swept = replace(recipe, learning_rate=low, schedule=Choice(name="constant"), ema_decay=0.0)
    members = [Member(recipe=swept, fold=fold, seed=derive_seed(seed, "range", number)) for number in range(networks)]
    losses, diverged = _sweep(Population(members, data, seed=seed), ratio=float(rates[1] / rates[0]), steps=steps)
    return read_range(rates[: len(losses)], losses, diverged=diverged)


def read_range(rates: Float[np.ndarray, " rates"], losses: Float[np.ndarray, "rates members"], *, diverged: bool) -> LearningRateRange:
    """The findings of a sweep.

    Args:
        rates: ascending, evenly spaced on a logarithmic scale.
        losses: of each network after a step at each rate.
        diverged: whether the last of them is the explosion.
    """
    bounded = _bounded(losses)
    blur = _blur(np.log10(rates))
    curve = blur @ bounded.mean(axis=1)
    lowest = int(curve.argmin())
    steepest = _steepest(np.log10(rates), curve, lowest)
    diverged_at = float(rates[-1]) if diverged else None
    suggested = float(min(rates[steepest], rates[lowest] * BELOW_LOWEST))
    noise = float((bounded - curve[:, None])[: lowest + 1].std()) / sqrt(losses.shape[1])
    return LearningRateRange(
        rates=tuple(rates.tolist()),
        losses=tuple(curve.tolist()),
        steepest=float(rates[steepest]),
        lowest=float(rates[lowest]),
        diverged_at=diverged_at,
        suggested=suggested,
        low_end=suggested / HALF_WIDTH,
        high_end=min(suggested * HALF_WIDTH, inf if diverged_at is None else diverged_at * BELOW_DIVERGENCE),
        fall=float(curve[0] - curve[lowest]),
        fall_error=noise * float(np.linalg.norm(blur[0] - blur[lowest])),
    )


def _refuse_contradictions(low: float, high: float, steps: int, networks: int) -> None:
    if not 0 < low < high < inf:
        raise SettingInvalid(f"A range test goes from a low learning rate above 0 to a higher one, but {low!r} to {high!r} came. Exchange or correct them.")
    if steps < FEWEST_STEPS or networks < FEWEST_NETWORKS:
        raise SettingInvalid(f"A range test needs {FEWEST_STEPS} steps and {FEWEST_NETWORKS} networks or more, but {steps} and {networks} came. Give more.")


def _sweep(population: Population, *, ratio: float, steps: int) -> tuple[Float[np.ndarray, "rates members"], bool]:
    """Losses after a step at each rate, and whether the last of them ended the sweep."""
    losses: list[np.ndarray] = []
    population.step_together(0.0)  # a step gives the loss before it: this one's is the start's
    for _ in range(steps):
        population.scale_learning_rates(ratio)
        losses.append(population.step_together(0.0).cpu().numpy().astype(np.float64))
        if _has_diverged(losses):
            return np.array(losses), True
    return np.array(losses), False


def _has_diverged(losses: Sequence[np.ndarray]) -> bool:
    means = [float(step.mean()) for step in losses]
    recent = [float(np.mean(means[max(end - RECENT, 0) : end])) for end in range(1, len(means) + 1)]
    return not isfinite(means[-1]) or recent[-1] > DIVERGED * min(recent)


def _bounded(losses: Float[np.ndarray, "rates members"]) -> Float[np.ndarray, "rates members"]:
    """The losses, an explosion cut: it must not be smeared over its neighbors."""
    means = losses.mean(axis=1)
    largest = DIVERGED * float(means[np.isfinite(means)].min(initial=inf))
    largest = largest if isfinite(largest) else 1.0
    return np.nan_to_num(losses, nan=largest, posinf=largest).clip(max=largest)


def _blur(places: Float[np.ndarray, " rates"]) -> Float[np.ndarray, "rates rates"]:
    """The weights of a moving mean over places in decades; rows add up to 1."""
    bell = np.exp(-0.5 * ((places[:, None] - places) / BLUR_DECADES) ** 2)
    weights: np.ndarray = bell / bell.sum(axis=1, keepdims=True)
    return weights


def _steepest(places: Float[np.ndarray, " rates"], curve: Float[np.ndarray, " rates"], lowest: int) -> int:
    """Where the curve falls fastest on its way to its lowest point."""
    if lowest < 1:
        return 0
    return int(np.gradient(curve, places)[: lowest + 1].argmin())
