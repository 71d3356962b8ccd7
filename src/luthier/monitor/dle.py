"""DLE: how large a regression's errors probably are on rows without labels, learned from which rows of the reference were hard.

Direct loss estimation: a model of the loss, with the prediction and the inputs as its columns. It is checked on rows that it did not learn from; where it
explains nothing there, it says nothing. The name and the idea are NannyML's; the model is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from luthier.core.seeds import numpy_rng
from luthier.evaluate.answers import Floats
from luthier.evaluate.intervals import LEVEL, Interval
from luthier.monitor.features import Feature
from luthier.monitor.loss_steps import Binning, LossSteps

_FOLDS = 5
_CHECKPOINTS = (0, 10, 20, 40, 80, 160)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectLosses:
    """Expected losses of both windows, and how far to trust them."""

    then: Floats
    "Of the reference's rows, each from a model that has not seen it."
    now: Floats
    "Of the current rows: the mean of all models."
    correlation: float
    "Rank correlation of expected and real losses on the reference; 0 where nothing was learned."
    explained: float
    "Share of the variance of the real losses that the expected ones explain there; 0 where nothing was learned."
    leftover: float
    "Mean square of the real losses' distance from the expected ones, as a share of that of the expected ones: hard rows scatter more."

    @property
    def interval(self) -> Interval:
        """The mean loss to expect now; what one cannot know of a row averages out over the rows of both windows."""
        value = float(self.now.mean())
        scatter = self.leftover * np.square(self.now).mean() * (1.0 / len(self.now) + 1.0 / len(self.then))
        half = float(ndtri(0.5 + LEVEL / 2.0)) * float(np.sqrt(scatter))
        return Interval(value=value, lower=max(value - half, 0.0), upper=value + half, method="normal")


def expect_losses(features: Sequence[Feature], losses: Floats, *, seed: int = 0) -> DirectLosses:
    """Learn the losses of the reference's rows and expect those of the current ones.

    Args:
        features: inputs and prediction of both windows.
        losses: of the reference's rows.
    """
    binning = Binning.of([feature.then for feature in features], [feature.levels is not None for feature in features])
    then, now = (binning.place([getattr(feature, side) for feature in features]) for side in ("then", "now"))
    fold = numpy_rng(seed, "dle").permutation(len(losses)) % _FOLDS
    models = [LossSteps.fit(then[fold != held], losses[fold != held], binning.sizes, _CHECKPOINTS) for held in range(_FOLDS)]
    expected = np.empty((len(_CHECKPOINTS), len(losses)))
    for held, model in enumerate(models):
        expected[:, fold == held] = model.predict(then[fold == held])
    best = int(np.argmin(np.square(expected - losses).mean(axis=1)))
    scatter = float(np.square(expected[best] - losses).mean())
    return DirectLosses(
        then=expected[best],
        now=np.mean([model.predict(now)[best] for model in models], axis=0),
        correlation=_rank_correlation(expected[best], losses) if best else 0.0,
        explained=max(1.0 - scatter / float(losses.var()), 0.0) if best else 0.0,
        leftover=scatter / (float(np.square(expected[best]).mean()) or 1.0),
    )


def _rank_correlation(first: Floats, second: Floats) -> float:
    ranks = rankdata(first), rankdata(second)
    return float(np.corrcoef(*ranks)[0, 1]) if min(float(side.std()) for side in ranks) > 0.0 else 0.0
