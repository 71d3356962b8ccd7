"""Verdicts: ranks over tables, and who is better on each, with intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from luthier.core.seeds import numpy_rng
from luthier.evaluate import Comparison, Metric, Verdict, compare

RESAMPLES, LEVEL = 10_000, 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanRank:
    """How a system stands over the tables; 1 is the best."""

    value: float
    lower: float
    upper: float


def mean_ranks(errors: np.ndarray, *, seed: int = 0) -> list[MeanRank]:
    """The mean rank of every system, with a bootstrap interval over the tables.

    Args:
        errors: [tables, systems], smaller is better; NaN where there is no answer: the last rank, shared.

    Example:
        >>> [rank.value for rank in mean_ranks(np.array([[0.1, 0.2], [0.3, np.nan]]))]
        [1.0, 2.0]
    """
    ranks = rankdata(np.nan_to_num(errors, nan=np.inf), axis=1)
    drawn = numpy_rng(seed, "tables").integers(0, len(ranks), size=(RESAMPLES, len(ranks)))
    lower, upper = np.quantile(ranks[drawn].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return [MeanRank(value=float(value), lower=float(low), upper=float(high)) for value, low, high in zip(ranks.mean(axis=0), lower, upper, strict=True)]


def against(metric: Metric, truth: np.ndarray, ours: np.ndarray | None, theirs: Mapping[str, np.ndarray | None]) -> dict[str, Comparison | Verdict]:
    """Our answer beside each of theirs: a comparison paired over the sealed rows, or who answered at all."""
    found: dict[str, Comparison | Verdict] = {}
    for name, answer in theirs.items():
        if ours is not None and answer is not None:
            found[name] = compare(metric, truth, ours, answer, baseline=name)
        else:
            found[name] = Verdict.NOT_DISTINGUISHABLE if ours is answer else Verdict.WORSE if ours is None else Verdict.BETTER
    return found


def verdict(judged: Comparison | Verdict) -> Verdict:
    """What it comes down to, seen from our side."""
    return judged.verdict if isinstance(judged, Comparison) else judged


def wins_ties_losses(verdicts: Sequence[Verdict]) -> str:
    """Counts, such as `3 / 5 / 1`."""
    counts = Counter(verdicts)
    return " / ".join(str(counts[kind]) for kind in (Verdict.BETTER, Verdict.NOT_DISTINGUISHABLE, Verdict.WORSE))
