"""Slice gains: is the challenger clearly worse somewhere? Holm's correction keeps luck from answering for many slices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scipy.special import stdtr

from luthier.evaluate.answers import Floats
from luthier.evaluate.records import AbstractRecord
from luthier.evaluate.slices import Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceGain(AbstractRecord):
    """How champion and challenger compare on one slice."""

    column: str
    level: str
    rows: int
    gain: float
    "Mean loss of the champion minus that of the challenger: negative where the challenger is worse."
    bound: float
    "A gain below minus this is not accepted."
    p_value: float
    "Of being worse by more than the bound, corrected for the number of slices. That of one look: it holds promotions back, and grants none."
    is_worse: bool

    @property
    def sentence(self) -> str:
        """What is wrong with this slice, as a reason against a promotion."""
        return (
            f"No slice may be worse by more than {self.bound:.3g} a row, but {self.column} = {self.level} is worse by {-self.gain:.3g} "
            f"({self.rows:,} rows, p = {self.p_value:.2g}). Look at these rows before you promote."
        )


def judge_slices(slices: Sequence[Slice], gains: Floats, *, bound: float, alpha: float) -> tuple[SliceGain, ...]:
    """The gain of each slice, the worst first; those that are worse than the bound beyond luck are marked.

    Example:
        >>> import numpy as np
        >>> part = Slice(column="sex", level="f", inside=np.tile([True, False], 100))
        >>> gains = np.tile([-1.0, 1.0, -0.9, 1.0], 50)
        >>> judge_slices([part], gains, bound=0.1, alpha=0.05)[0].is_worse
        True
    """
    judged = sorted((_judge(part, gains[part.inside], bound) for part in slices), key=lambda one: (one.p_value, one.gain))
    corrected, largest = [], 0.0
    for position, one in enumerate(judged):
        largest = max(largest, min(one.p_value * (len(judged) - position), 1.0))  # Holm 1979
        corrected.append(replace(one, p_value=largest, is_worse=largest <= alpha))
    return tuple(corrected)


def _judge(part: Slice, gains: Floats, bound: float) -> SliceGain:
    return SliceGain(
        column=part.column, level=part.level, rows=len(gains), gain=float(gains.mean()), bound=bound, p_value=_p_value(gains, -bound), is_worse=False
    )


def _p_value(gains: Floats, limit: float) -> float:
    """Student's t, one-sided: how far these gains speak for a mean below the limit."""
    below = limit - float(gains.mean())
    spread = float(gains.std(ddof=1)) if len(gains) > 1 else 0.0
    if not spread > 0.0:
        return 0.0 if below > 1e-12 else 1.0
    return float(stdtr(len(gains) - 1, -below / spread * math.sqrt(len(gains))))
