"""Predictions whose quality is known, because the truth was drawn from them."""

import numpy as np

from luthier.core.task import Task, TaskKind

TASKS = {
    2: Task(kind=TaskKind.BINARY, target="ill", classes=("no", "yes"), metric="log_loss"),
    4: Task(kind=TaskKind.MULTICLASS, target="kind", classes=("a", "b", "c", "d"), metric="log_loss"),
    6: Task(kind=TaskKind.MULTICLASS, target="kind", classes=("a", "b", "c", "d", "e", "f"), metric="log_loss"),
}
REGRESSION = Task(kind=TaskKind.REGRESSION, target="price", metric="rmse")


def calibrated(rng, *, rows, classes, sharpness=1.5):
    """Probabilities, and classes drawn from exactly these probabilities."""
    weights = np.exp(sharpness * rng.normal(size=(rows, classes)))
    probabilities = weights / weights.sum(axis=1, keepdims=True)
    truth = (rng.random((rows, 1)) > np.cumsum(probabilities, axis=1)).sum(axis=1).clip(0, classes - 1)
    return probabilities, truth
