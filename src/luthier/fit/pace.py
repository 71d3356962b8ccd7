"""Pace: how many steps a training takes, so that its schedule ends when its time does."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

FEWEST_EVALUATIONS = 12
"Evaluations in a training whose best epoch counts."


@dataclass(slots=True, kw_only=True)
class Pace:
    """The planned length of one training, corrected while it runs where a clock bounds it.

    The schedule is a function of progress, not of epochs: one recipe serves every deadline. With work as the bound (`until` is None)
    the plan is never changed, so that equal seeds give equal weights.
    """

    steps: int
    "Planned steps."
    most_steps: int
    "Steps that the recipe's epochs allow: a faster machine than expected trains no longer than this."
    fewest_evaluations: int = FEWEST_EVALUATIONS
    "Evaluations in a training, at least: its best epoch is one of them."
    until: float | None = None
    "When to be done, on the clock below; None where work is the bound."
    now: Callable[[], float] = time.monotonic
    stopped: Callable[[], bool] = lambda: False
    "True once somebody asked to finish with what there is (Ctrl-C)."
    _anchor: tuple[int, float, float] = field(default=(0, 0.0, 0.0))  # step, progress and moment at the last correction
    replanned: list[tuple[int, int]] = field(default_factory=list)
    "(step, planned steps) at each correction: the log that replays."

    def __post_init__(self) -> None:
        self._anchor = (0, 0.0, self.now())

    def progress(self, step: float) -> float:
        """Share of the training that is done at a step, 0 to 1; half a step further is the middle of that step."""
        at, done, _ = self._anchor
        return min(done + (1.0 - done) * (step - at) / max(self.steps - at, 1), 1.0)

    def finished(self, step: int) -> bool:
        """True when the planned steps are done or the time is over."""
        return step >= self.steps or self.stopped() or (self.until is not None and self.now() >= self.until)

    def facts(self) -> dict[str, Any]:
        """The plan as plain JSON; what the clock shows as a distance from now."""
        step, progress, _ = self._anchor
        left = None if self.until is None else self.until - self.now()
        return {"steps": self.steps, "step": step, "progress": progress, "replanned": self.replanned, "seconds_left": left}

    def put_back(self, facts: Mapping[str, Any]) -> None:
        """Go on with the plan that `facts` wrote."""
        moment = self.now()
        self.steps, self._anchor = facts["steps"], (facts["step"], facts["progress"], moment)
        self.replanned = [(step, steps) for step, steps in facts["replanned"]]
        if facts["seconds_left"] is not None:
            self.until = moment + facts["seconds_left"]

    def correct(self, step: int) -> None:
        """Re-plan the steps that are left by the speed since the last correction."""
        at, _, since = self._anchor
        if self.until is None or step <= at:
            return
        moment = self.now()
        seconds_per_step = (moment - since) / (step - at)
        affordable = step + int(max(self.until - moment, 0.0) / seconds_per_step)
        done = self.progress(step)
        self._anchor = (step, done, moment)
        self.steps = max(min(affordable, self.most_steps), step)
        self.replanned.append((step, self.steps))
