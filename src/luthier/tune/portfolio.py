"""The portfolio: published default recipes, in the order in which a short budget should try them."""

from __future__ import annotations

from luthier.core.recipe import Choice, Recipe
from luthier.core.task import TaskKind

BATCH_SIZES = ((2_000, 64), (6_000, 128), (100_000, 256), (400_000, 512))
"(training rows up to, rows a step): small tables need the steps, large ones the speed."
LARGEST_BATCH = 1024


def batch_size_for(rows: int) -> int:
    """Rows a step for a fold of so many training rows."""
    return next((size for limit, size in BATCH_SIZES if rows < limit), LARGEST_BATCH)


def portfolio(kind: TaskKind, *, rows: int) -> tuple[Recipe, ...]:
    """The recipes to try, best bet first.

    Args:
        rows: training rows of a fold.
    """
    batch_size = batch_size_for(rows)
    return (_tabm_mini(batch_size), _realmlp(kind, batch_size), _residual_mlp(batch_size), _mlp(batch_size))


def _tabm_mini(batch_size: int) -> Recipe:
    """TabM-mini with piecewise-linear embeddings (arXiv 2410.24210), narrow for two cores; the learning rate is that of a schedule that ends at 0."""
    return Recipe(
        name="tabm-mini",
        net=Choice(name="tabm-mini"),
        optimizer=Choice(name="adamw", settings={"beta2": 0.95}),
        schedule=Choice(name="linear", settings={"warmup": 0.05}),
        learning_rate=8e-3,
        weight_decay=0.02,
        batch_size=batch_size,
        patience=8,
        gradient_clip=1.0,
    )


def _realmlp(kind: TaskKind, batch_size: int) -> Recipe:
    """RealMLP-TD (arXiv 2407.04491); no label smoothing, as the metric is log-loss; activation by task."""
    return Recipe(
        name="realmlp",
        net=Choice(name="realmlp", settings={"activation": "selu" if kind.is_classification else "mish"}),
        optimizer=Choice(name="adamw", settings={"beta2": 0.95}),
        schedule=Choice(name="coslog4"),
        learning_rate=0.04 if kind.is_classification else 0.2,
        weight_decay=0.02,
        batch_size=batch_size,
        patience=20,
        regularization_schedule="flat-cos",
    )


def _residual_mlp(batch_size: int) -> Recipe:
    """Residual MLP (arXiv 2106.11959) with averaged weights."""
    return Recipe(
        name="residual-mlp",
        net=Choice(name="residual-mlp"),
        optimizer=Choice(name="adamw"),
        schedule=Choice(name="linear", settings={"warmup": 0.05}),
        learning_rate=1e-3,
        weight_decay=0.1,
        batch_size=batch_size,
        patience=8,
        ema_decay=0.98,
    )


def _mlp(batch_size: int) -> Recipe:
    """A plain MLP with Muon on its hidden matrices and averaged weights (arXiv 2604.15297)."""
    return Recipe(
        name="mlp",
        net=Choice(name="mlp"),
        optimizer=Choice(name="muon"),
        schedule=Choice(name="linear", settings={"warmup": 0.05}),
        learning_rate=1e-3,
        weight_decay=0.1,
        batch_size=batch_size,
        patience=8,
        ema_decay=0.98,
    )
