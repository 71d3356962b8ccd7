"""An executor that trains nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Self, TypeAlias

import numpy as np
import torch

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Member, Recipe
from luthier.fit import Curve, FoldTensors, Judge, Outcome, TrainedMember
from luthier.tune.executor import STOPPED, Job, JobResult, Tell

ErrorOf: TypeAlias = Callable[[Recipe, int, float], float]
"""(recipe, fold, epochs) -> validation error; infinite for a member that diverges, a RuntimeError for a job that fails."""


class FakeExecutor:
    """Answers every job at once, with errors that a function makes up.

    The predictions of a member fit its error: for a regression it is their RMSE, for a classification their log-loss.

    Args:
        error: (recipe, fold, epochs) to the error of a member.
        data: tells rows, folds and truth; a few rows are enough.
        lanes: what the executor says of itself.
        most_members: a job of more members fails for lack of memory; None is no limit.
        seconds_per_row: how long a training row takes on the clock of the test.
        pass_time: hears the seconds of each job: a test moves its clock.
    """

    def __init__(
        self,
        error: ErrorOf,
        data: FoldTensors,
        *,
        lanes: int = 1,
        most_members: int | None = None,
        seconds_per_row: float = 0.0,
        pass_time: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._error, self._data, self._lanes, self._most_members = error, data, lanes, most_members
        self._seconds_per_row, self._pass_time = seconds_per_row, pass_time
        self._stopped = self._closed = False
        self.jobs: list[Job] = []
        "Every job that was seen, in order, also those that failed."

    def give(self, data: FoldTensors, judge: Judge) -> Self:
        """Other rows; the judge is not asked."""
        self._data = data
        return self

    @property
    def lanes(self) -> int:
        """Jobs that train at the same time."""
        return self._lanes

    def run(self, jobs: Sequence[Job], *, tell: Tell) -> list[JobResult]:
        """Answer the jobs."""
        if self._closed:
            raise SettingInvalid("An executor trains until it is closed, and this one is. Make a new one.")
        return [self._answer(job, tell) for job in jobs]

    def stop(self) -> None:
        """Fail the jobs that have not begun."""
        self._stopped = True

    def close(self) -> None:
        """Train no more."""
        self._closed = True

    def _answer(self, job: Job, tell: Tell) -> JobResult:
        if self._stopped:
            return JobResult(trained=(), failure=STOPPED)
        self.jobs.append(job)
        if self._most_members is not None and len(job.members) > self._most_members:
            return JobResult(trained=(), failure=f"not enough memory for {len(job.members)} members")
        batch, steps = self._batch_size(job.members[0]), self._steps(job)
        try:
            trained = tuple(self._train(member, epochs=steps / (self._rows(member) // batch)) for member in job.members)
        except RuntimeError as error:
            return JobResult(trained=(), failure=str(error))
        rows = steps * batch * len(job.members)
        self._pass_time(rows * self._seconds_per_row)
        tell(1.0, float(np.mean([entry.error for entry in trained])))
        return JobResult(trained=trained, rows_seen=rows, seconds=rows * self._seconds_per_row)

    def _steps(self, job: Job) -> int:
        """The planned steps, or those that the job's seconds allow."""
        if job.seconds is None or self._seconds_per_row == 0:
            return job.steps
        affordable = job.seconds / (self._seconds_per_row * self._batch_size(job.members[0]) * len(job.members))
        return max(min(job.steps, int(affordable)), 1)

    def _rows(self, member: Member) -> int:
        return len(self._data.train_rows[member.fold])

    def _batch_size(self, member: Member) -> int:
        return min(member.recipe.batch_size, self._rows(member))

    def _train(self, member: Member, *, epochs: float) -> TrainedMember:
        error = self._error(member.recipe, member.fold, epochs)
        usable = math.isfinite(error)
        return TrainedMember(
            member=member,
            weights=torch.tensor([error if usable else 0.0, epochs]),
            buffers={},
            error=error,
            predictions=self._predictions(member.fold, error) if usable else np.empty(0),
            best_epoch=epochs,
            curve=Curve(epochs=(epochs,), train_loss=(error,), validation_error=(error,)),
            outcome=Outcome.FINISHED if usable else Outcome.DIVERGED,
            rollbacks=0 if usable else 3,
        )

    def _predictions(self, fold: int, error: float) -> np.ndarray:
        truth = self._data.truth[self._data.validation_rows[fold].cpu().numpy()]
        if not self._data.kind.is_classification:
            return truth + error * np.where(np.arange(len(truth)) % 2, 1.0, -1.0)
        given = math.exp(-error)
        probabilities = np.full((len(truth), self._data.outputs), (1 - given) / (self._data.outputs - 1))
        probabilities[np.arange(len(truth)), truth] = given
        return probabilities
