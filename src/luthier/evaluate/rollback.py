"""Rollback: does the model that answers now prove worse than the one before it, which still answers in the shadow?"""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import ArrayLike

from luthier.core.errors import SettingInvalid
from luthier.core.task import Task
from luthier.evaluate.comparison import decimals, format_score
from luthier.evaluate.promotion import gain_bounds, mean_or_nan, row_losses
from luthier.evaluate.records import AbstractRecord
from luthier.evaluate.row_losses import row_loss_for


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackEvidence(AbstractRecord):
    """The present champion against the former one, on labeled rows that both answered."""

    metric: str
    loss: str
    "The loss of a row that was compared, as people write it."
    rows: int
    champion_loss: float
    former_loss: float
    rise: float
    "Mean loss of the champion minus that of the former one."
    lower: float
    "The rise is at least this, with certainty 1 - alpha, however often one has looked."
    upper: float
    margin: float
    "A rise up to this is tolerated, in the unit of the loss."
    alpha: float
    proven: bool
    "True where the champion is surely worse by more than the margin."

    @property
    def sentence(self) -> str:
        """The verdict with its numbers."""
        opening = "The champion is proven worse than the model before it" if self.proven else "The champion is not proven worse than the model before it"
        places = decimals(self.upper - self.lower)
        ours, theirs, rise, lower = (format_score(value, places) for value in (self.champion_loss, self.former_loss, self.rise, self.lower))
        sure = f"rise {rise}, {100 * (1 - self.alpha):g} % sure to be above {lower}, whenever one looks"
        return f"{opening}: {self.loss} {ours} against {theirs} on the same {self.rows:,} labeled rows ({sure})."

    def to_json(self) -> dict[str, object]:
        """Plain JSON values, with the sentence."""
        return {**AbstractRecord.to_json(self), "sentence": self.sentence}


def judge_rollback(
    task: Task, truth: ArrayLike, champion: ArrayLike, former: ArrayLike, *, margin: float = 0.0, alpha: float = 0.05, fewest_rows: int = 50
) -> RollbackEvidence:
    """Weigh the champion against the former one; a good champion is ever called worse with a probability of at most alpha.

    Args:
        truth: class numbers in the order of `task.classes`, or numbers.
        champion: its answers: probabilities [rows, classes], or numbers [rows].
        former: the shadow's answers to the same rows.
        fewest_rows: with fewer labeled rows nothing is proven.

    Example:
        >>> import numpy as np
        >>> from luthier.core.task import TaskKind
        >>> task = Task(kind=TaskKind.REGRESSION, target="price", metric="mae")
        >>> truth = np.arange(200.0)
        >>> judge_rollback(task, truth, truth + np.tile([2.0, -3.0], 100), truth + 1.0).proven
        True
    """
    loss = row_loss_for(task.metric, task.kind)
    now, then = row_losses(loss, truth, champion), row_losses(loss, truth, former)
    if len(now) != len(then):
        raise SettingInvalid(f"Both models must have answered the same rows, but {len(now):,} and {len(then):,} answers came. Give the rows of both.")
    lower, upper = gain_bounds(now - then, loss, alpha=alpha)
    return RollbackEvidence(
        metric=task.metric,
        loss=loss.label,
        rows=len(now),
        champion_loss=mean_or_nan(now),
        former_loss=mean_or_nan(then),
        rise=mean_or_nan(now - then),
        lower=lower,
        upper=upper,
        margin=margin,
        alpha=alpha,
        proven=len(now) >= fewest_rows and lower > margin,
    )
