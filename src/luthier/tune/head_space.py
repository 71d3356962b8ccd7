"""The ready space for heads: small networks over the features of a frozen backbone.

Where no source is named, a range is a judgement.
"""

from __future__ import annotations

from luthier.core.recipe import Choice, Recipe
from luthier.core.task import TaskKind
from luthier.tune.domains import Domain, OneOf, Real, Whole
from luthier.tune.portfolio import batch_size_for
from luthier.tune.space import Family, Space

HEAD = "mlp-head"
"Name of the one family."
SMALLEST_BATCH = 16


def head_space(kind: TaskKind, *, rows: int) -> Space:
    """The MLP for tables (arXiv 2106.11959) without embeddings and with more dropout: features are many, and images often few.

    Heads train in stacks, as networks for tables do.

    Args:
        rows: training images of a fold.
    """
    size = batch_size_for(rows)
    recipe = Recipe(
        name=HEAD,
        net=Choice(name="mlp", settings={"embedding": "none", "blocks": 1, "width": 256, "dropout": 0.3}),
        optimizer=Choice(name="adamw"),
        schedule=Choice(name="linear", settings={"warmup": 0.05}),
        learning_rate=1e-3,
        weight_decay=0.1,
        batch_size=size,
        ema_decay=0.98,
    )
    domains: dict[str, Domain] = {
        "learning_rate": Real(1e-4, 1e-2, log=True),
        "decay_rate": Real(1e-6, 3e-3, log=True, or_zero=0.1),
        "net.blocks": Whole(1, 2),
        "net.width": Whole(64, 512, step=64),
        "net.dropout": Real(0.0, 0.6, or_zero=0.1),
        "net.activation": OneOf(("relu", "selu", "mish"), shares=(0.6, 0.2, 0.2)),
        "ema_decay": Real(0.9, 0.995, or_zero=0.2),
        "batch_size": OneOf((max(size // 2, SMALLEST_BATCH), size, size * 2)),
    }
    if kind.is_classification:
        domains["label_smoothing"] = Real(5e-3, 0.2, log=True, or_zero=0.5)
    return Space(families={HEAD: Family(recipe=recipe, domains=domains)})
