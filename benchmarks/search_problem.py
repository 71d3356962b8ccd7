"""The search benchmark's problem: a made-up table, recipes, rungs, and what a contender is measured by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from torch import Tensor

from luthier.core.recipe import Choice, Recipe
from luthier.core.seeds import numpy_rng
from luthier.core.task import InputShape, TaskKind
from luthier.fit import FoldTensors, fold_tensors

NUMBERS, CLASSES, BATCH, VALIDATION_SHARE = 30, 2, 256, 0.2
WIDTHS = (64, 96, 128)
RUNGS, FACTOR = (2, 6, 18), 3
WARM_UP_RECIPES = 9
"Recipes of the round that finds how many threads suit a contender."
OURS = "Luthier"

Batches = Iterable[tuple[Tensor, Tensor]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a contender uses the cores."""

    threads: int
    "Inside one operation."
    jobs: int
    "Trials at the same time."

    def __str__(self) -> str:
        return f"{self.threads} thread{'s' * (self.threads > 1)} x {self.jobs} job{'s' * (self.jobs > 1)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one search came to."""

    trials: int
    useful: int
    "Trials that reached the last rung."
    best_error: float
    "Smallest validation log-loss among them."
    seconds: float = 0.0

    @property
    def trials_per_minute(self) -> float:
        """Trials, stopped ones included."""
        return 60.0 * self.trials / self.seconds

    @property
    def useful_per_minute(self) -> float:
        """Trials that reached the last rung."""
        return 60.0 * self.useful / self.seconds


Search = Callable[[Sequence[Recipe], Way], Found]


def make_data(rows: int) -> FoldTensors:
    """Correlated numbers, half of them skewed, that decide by products, bends and thresholds of what is behind them, with noise."""
    rng = numpy_rng(0, "search benchmark")
    behind = rng.normal(size=(rows, 12))
    numbers = behind @ rng.normal(size=(12, NUMBERS)) / np.sqrt(12) + 0.4 * rng.normal(size=(rows, NUMBERS))
    numbers[:, ::2] = np.exp(numbers[:, ::2])
    logits = 2 * np.sin(behind[:, 0] * behind[:, 1]) + behind[:, 2] * np.abs(behind[:, 3]) + 1.5 * (behind[:, 4] > 0.5) - behind[:, 5] ** 2
    logits += np.tanh(behind[:, 6] + behind[:, 7] * behind[:, 8])
    truth = (rng.random(rows) < 1 / (1 + np.exp(-2 * (logits - np.median(logits))))).astype(np.int64)
    learned = int(rows * (1 - VALIDATION_SHARE))
    numbers = (numbers - numbers[:learned].mean(axis=0)) / numbers[:learned].std(axis=0)
    return fold_tensors(
        kind=TaskKind.BINARY,
        shape=InputShape(numbers=NUMBERS),
        outputs=CLASSES,
        inputs=[(numbers.astype(np.float32), np.zeros((rows, 0), dtype=np.int64))],
        truth=truth,
        folds=[(np.arange(learned), np.arange(learned, rows))],
        device=torch.device("cpu"),
    )


def make_recipes(count: int, widths: Sequence[int] = WIDTHS) -> list[Recipe]:
    """The fixed list that everybody tries."""
    rng = numpy_rng(0, "recipes")
    return [
        Recipe(
            name="mlp",
            net=Choice(name="mlp", settings={"blocks": 2, "width": widths[number % len(widths)], "dropout": float(rng.uniform(0, 0.5)), "embedding": "none"}),
            optimizer=Choice(name="adamw"),
            schedule=Choice(name="constant"),
            learning_rate=float(np.exp(rng.uniform(np.log(1e-4), np.log(3e-2)))),
            weight_decay=float(np.exp(rng.uniform(np.log(1e-4), np.log(1e-1)))),
            batch_size=BATCH,
            patience=1_000,
        )
        for number in range(count)
    ]


def width_of(recipe: Recipe) -> int:
    """Units of a hidden layer."""
    return int(recipe.net.settings["width"])


# Luthier
