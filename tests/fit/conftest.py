from __future__ import annotations

import numpy as np
import pytest
import torch

from luthier.core.recipe import Choice, Member, Recipe
from luthier.core.task import InputShape, TaskKind
from luthier.fit import FoldTensors, fold_tensors


def make_data(kind: TaskKind = TaskKind.MULTICLASS, *, rows: int = 120, folds: int = 3, seed: int = 0) -> FoldTensors:
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(rows, 4)).astype(np.float32)
    codes = rng.integers(0, 4, size=(rows, 2)).astype(np.int64)
    signal = numbers[:, 0] - numbers[:, 1] + codes[:, 0]
    truth = np.digitize(signal, [0.5, 2.0]).astype(np.int64) if kind.is_classification else signal.astype(np.float64) * 10 + 50
    parts = np.arange(rows) % folds
    return fold_tensors(
        kind=kind,
        shape=InputShape(numbers=4, cardinalities=(4, 4)),
        outputs=3 if kind.is_classification else 1,
        inputs=[(numbers + k, codes) for k in range(folds)],
        truth=truth,
        folds=[(np.flatnonzero(parts != k), np.flatnonzero(parts == k)) for k in range(folds)],
        device=torch.device("cpu"),
    )


def make_recipe(net: str = "mlp", optimizer: str = "adamw", **changes: object) -> Recipe:
    settings = {
        "name": "test",
        "net": Choice(name=net),
        "optimizer": Choice(name=optimizer),
        "schedule": Choice(name="linear"),
        "learning_rate": 3e-3,
        "batch_size": 16,
    }
    return Recipe(**{**settings, **changes})


def make_members(recipe: Recipe, folds: int = 3) -> list[Member]:
    return [Member(recipe=recipe, fold=fold, seed=100 + fold) for fold in range(folds)]


@pytest.fixture
def data() -> FoldTensors:
    return make_data()
