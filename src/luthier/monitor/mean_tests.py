"""Mean tests: has a mean risen? One for a single look at two windows, one that stays valid however often one looks."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import log_ndtr, stdtr

from luthier.evaluate.answers import Floats
from luthier.monitor.dependence import Inflation

_WIDTH = 0.15  # of the rises that are likely, in standard deviations of the losses: an error rate of 0.10 that becomes 0.15


def rise_p_value(then: Floats, now: Floats, inflation: Inflation | None = None) -> float:
    """Of the mean now being above the mean then: Welch's test, one-sided, at one look.

    Args:
        inflation: how far dependence between neighbors makes the rows worth fewer.

    Example:
        >>> round(rise_p_value(np.tile([0.0, 1.0], 100), np.tile([0.0, 1.0, 1.0, 1.0], 50)), 8)
        8e-08
    """
    worth = (inflation or Inflation()).effective(len(then), len(now))
    if min(worth) < 2.0:
        return 1.0
    doubts = float(then.var(ddof=1)) / worth[0], float(now.var(ddof=1)) / worth[1]
    rise, doubt = float(now.mean() - then.mean()), sum(doubts)
    if not doubt > 0.0:
        return 0.0 if rise > 0.0 else 1.0
    freedom = doubt**2 / (doubts[0] ** 2 / (worth[0] - 1.0) + doubts[1] ** 2 / (worth[1] - 1.0)) if min(worth) > 1.0 else 1.0
    return float(stdtr(freedom, -rise / math.sqrt(doubt)))


def anytime_rise_p_value(then: Floats, now: Floats, inflation: Inflation | None = None) -> float:
    """Of the mean of losses now being above the mean then: valid whenever one looks at `now`, and however often.

    One over the likelihood ratio of a rise of unknown size (half of a bell curve, 0.15 standard deviations wide) to no rise, where the doubt of the
    reference's own mean is part of both (Robbins' mixture; the ratio is a martingale, so it rarely ever grows large by luck). It rests on the central limit
    theorem, from 50 rows on. Simulated with looks from 50 to 3,000 rows against references of 50 to 2,000, for errors of 1 and 10 %, skewed
    log-losses, squared and lognormal errors: at alpha 0.05 at most 4 % false alarms, at 0.01 at most 1.2 %.

    Args:
        then: losses of the reference.
        now: losses of the window.
        inflation: how far dependence between neighbors makes the rows worth fewer.

    Source: H. Robbins 1970, Statistical Methods Related to the Law of the Iterated Logarithm.

    Example:
        >>> anytime_rise_p_value(np.tile([0.0, 1.0], 500), np.tile([0.0, 1.0, 1.0, 1.0], 50)) < 1e-4
        True
    """
    worth = (inflation or Inflation()).effective(len(then), len(now))
    spread = float(np.concatenate([then, now]).var())
    if not spread > 0.0:
        return 1.0
    rise = float(now.mean() - then.mean())
    by_luck, at_all = spread / worth[0] + spread / worth[1], _WIDTH**2 * spread
    both = by_luck + at_all
    two_sided = 0.5 * math.log(by_luck / both) + 0.5 * rise**2 * (1.0 / by_luck - 1.0 / both)
    evidence = two_sided + math.log(2.0) + float(log_ndtr(rise * math.sqrt(at_all / (by_luck * both))))
    return math.exp(min(-evidence, 0.0))
