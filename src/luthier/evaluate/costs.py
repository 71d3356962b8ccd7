"""What each kind of error costs, and the probability from which on it pays to answer yes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from luthier.core.errors import SettingInvalid
from luthier.core.task import Task, TaskKind
from luthier.evaluate.answers import Answers, Floats
from luthier.evaluate.count_metrics import predicted_classes
from luthier.evaluate.intervals import Interval
from luthier.evaluate.records import AbstractRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs(AbstractRecord):
    """The price of the two errors of a yes-or-no answer; yes is the second class."""

    miss: float
    "Of answering no where the truth is yes."
    false: float
    "Of answering yes where the truth is no."

    def __post_init__(self) -> None:
        for name, cost in (("miss", self.miss), ("false", self.false)):
            if not 0 < cost < float("inf"):
                raise SettingInvalid(f"The cost {name} must be more than 0, but {cost!r} came.")

    @property
    def threshold(self) -> float:
        """The probability of yes from which on the expected cost of yes is the smaller one; right for calibrated probabilities.

        Example:
            >>> Costs(miss=9, false=1).threshold
            0.1
        """
        return self.false / (self.false + self.miss)

    def losses(self, answers: Answers) -> Floats:
        """What each row cost."""
        answered = answers.kept(predicted_classes)
        return np.where(answers.truth > answered, self.miss, np.where(answers.truth < answered, self.false, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class CostScore(AbstractRecord):
    """What the answers cost on the judged rows."""

    costs: Costs
    threshold: float
    "Probability of the second class from which on the answer is the second class."
    cost_per_row: Interval
    cost_per_row_at_half: float
    "What the same rows would have cost with the threshold 0.5."


def require_two_classes(task: Task) -> None:
    """Refuse costs where there are not exactly two errors to tell apart."""
    if task.kind is not TaskKind.BINARY:
        raise SettingInvalid(f"--cost needs a target with two classes, but {task.target!r} is a {task.kind} task. Leave --cost out.")


def parse_costs(text: str) -> Costs:
    """Costs as `--cost` takes them.

    Example:
        >>> parse_costs("miss=10,false=1")
        Costs(miss=10.0, false=1.0)
    """
    try:
        pairs = [(name.strip().lower(), float(cost)) for name, cost in (part.split("=") for part in text.split(","))]
    except ValueError:
        pairs = []
    if sorted(name for name, _ in pairs) != ["false", "miss"]:
        raise SettingInvalid(f"Costs must look like miss=10,false=1, but {text!r} came.")
    return Costs(**dict(pairs))
