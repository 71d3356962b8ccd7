"""Ready spaces: what is worth searching around the recipes of the portfolio, from the published spaces.

Ranges are those of the named source, narrowed to what two cores can train and moved to where learning rates lie that fall to 0 within
a short budget. Where no source is named, the range is a judgement.
"""

from __future__ import annotations

from luthier.core.recipe import Recipe
from luthier.core.task import TaskKind
from luthier.tune.domains import Domain, OneOf, Real, Whole
from luthier.tune.portfolio import portfolio
from luthier.tune.space import Family, Space

SHARES = {"tabm-mini": 0.4, "realmlp": 0.3, "residual-mlp": 0.15, "mlp": 0.15}
"How much of a search each family gets at first: TabM is the best without tuning, RealMLP the best with it (TabArena, 51 tables)."

SMALLEST_BATCH = 16


def ready_space(kind: TaskKind, *, rows: int) -> Space:
    """The families of the portfolio with the settings that are searched, the best bet first.

    Args:
        rows: training rows of a fold.
    """
    searched = {"tabm-mini": _tabm_mini, "realmlp": _realmlp, "residual-mlp": _residual_mlp, "mlp": _mlp}
    families = {}
    for recipe in portfolio(kind, rows=rows):
        domains = {**searched[recipe.name](), "batch_size": _batch_sizes(recipe)}
        if kind.is_classification:
            domains["label_smoothing"] = _label_smoothing()
        families[recipe.name] = Family(recipe=recipe, domains=domains, share=SHARES[recipe.name])
    return Space(families=families)


def _tabm_mini() -> dict[str, Domain]:
    """The space of TabM (arXiv 2410.24210; TabArena), two cores in mind.

    There: blocks 1-4, width 64-1024, dropout {0, U[0, 0.5]}, bins 2-128, embeddings of 8-32, and LogU[1e-4, 5e-3] for a rate that is constant.
    """
    return {
        "learning_rate": Real(1e-3, 3e-2, log=True),
        "decay_rate": Real(1e-6, 1e-3, log=True, or_zero=0.2),
        "net.dropout": Real(0.0, 0.5, or_zero=0.2),
        "net.width": Whole(96, 384, step=32),
        "net.blocks": Whole(1, 4),
        "net.ensemble": OneOf((2, 4, 8)),
        "net.bins": Whole(8, 64, step=8),
        "net.embedding_size": Whole(4, 16, step=4),
        **_adamw_or_muon(muon=0.35, largest_ratio=30.0),
    }


def _realmlp() -> dict[str, Domain]:
    """The space `tabarena-new` of RealMLP (arXiv 2407.04491; pytabkit), two cores in mind.

    There: blocks 2-4, width 256-512, sigma LogU[0.01, 50], and weight decay LogU[1e-3, 0.05] beside a rate of LogU[0.02, 0.3].
    """
    return {
        "learning_rate": Real(0.02, 0.3, log=True),
        "decay_rate": Real(2e-5, 1.5e-2, log=True),
        "net.dropout": Real(0.0, 0.5),
        "net.width": Whole(128, 384, step=64),
        "net.blocks": Whole(2, 4),
        "net.activation": OneOf(("selu", "mish")),
        "net.sigma": Real(0.01, 10.0, log=True),
        "net.scale_rate": Real(2.0, 10.0, log=True),
        "net.embedding_rate": Real(0.05, 0.3, log=True),
        "optimizer.beta2": Real(0.95, 0.995),
    }


def _residual_mlp() -> dict[str, Domain]:
    """The space of the ResNet for tables (arXiv 2106.11959): layers 1-8, width 64-512, hidden factor 1-4, dropouts U[0, 0.5], rate LogU[1e-5, 1e-2]."""
    return {
        "learning_rate": Real(1e-4, 1e-2, log=True),
        "decay_rate": Real(1e-6, 1e-3, log=True, or_zero=0.1),
        "net.hidden_dropout": Real(0.0, 0.5),
        "net.dropout": Real(0.0, 0.5, or_zero=0.5),
        "net.width": Whole(96, 384, step=32),
        "net.blocks": Whole(1, 4),
        "net.hidden_factor": OneOf((1.0, 2.0, 3.0)),
        "net.bins": Whole(8, 64, step=8),
        "ema_decay": _averaging(),
        **_adamw_or_muon(muon=0.4, largest_ratio=10.0),
    }


def _mlp() -> dict[str, Domain]:
    """The space of the MLP (arXiv 2106.11959), with the decay of arXiv 2604.15297.

    There: the median over 17 tables of the best rate times decay was 8.5e-5 with AdamW and 4e-5 with Muon.
    """
    return {
        "learning_rate": Real(1e-4, 1e-2, log=True),
        "decay_rate": Real(1e-6, 1e-3, log=True, or_zero=0.1),
        "net.dropout": Real(0.0, 0.5, or_zero=0.2),
        "net.width": Whole(96, 384, step=32),
        "net.blocks": Whole(1, 4),
        "net.embedding": OneOf(("piecewise-linear", "periodic", "none"), shares=(0.6, 0.2, 0.2)),
        "net.bins": Whole(8, 64, step=8, when={"net.embedding": ("piecewise-linear",)}),
        "net.embedding_size": Whole(4, 16, step=4, when={"net.embedding": ("piecewise-linear", "periodic")}),
        "ema_decay": _averaging(),
        **_adamw_or_muon(muon=0.6, largest_ratio=10.0),
    }


def _adamw_or_muon(*, muon: float, largest_ratio: float) -> dict[str, Domain]:
    """Muon beat AdamW on 55 of 85 pairs of architecture and table and lost 5 (arXiv 2604.15297); the rate of its matrices was
    in the median 5 times the rate of the rest for MLPs and 34 times for TabM, in a scale in which its steps are smaller than here."""
    return {
        "optimizer": OneOf(("adamw", "muon"), shares=(1 - muon, muon)),
        "optimizer.beta2": OneOf((0.9, 0.95, 0.98, 0.99, 0.999), when={"optimizer": ("adamw",)}),
        "optimizer.learning_rate_ratio": Real(0.3, largest_ratio, log=True, when={"optimizer": ("muon",)}),
        "optimizer.momentum": Real(0.85, 0.98, when={"optimizer": ("muon",)}),
    }


def _averaging() -> Domain:
    """Decay a step of the averaged weights: 0.90, 0.956 and 0.991 are the tenth, half and nine tenths of the best over 17 tables (arXiv 2604.15297)."""
    return Real(0.9, 0.995, or_zero=0.2)


def _label_smoothing() -> Domain:
    """LogU[5e-3, 0.1] in `tabarena-new`, and mostly none: the metric is log-loss unless somebody says otherwise."""
    return Real(5e-3, 0.1, log=True, or_zero=0.7)


def _batch_sizes(recipe: Recipe) -> Domain:
    """Half, the same and double: batch size is for speed more than for quality."""
    size = recipe.batch_size
    return OneOf((max(size // 2, SMALLEST_BATCH), size, size * 2))
