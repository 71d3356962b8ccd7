"""Batching: one worker answers all that waits, and nobody waits for others to come."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from luthier.bundle.answerer import RowAnswers
from luthier.bundle.plain_cells import Cells
from luthier.core.errors import RequestRefused
from luthier.serve.served_model import ServedModel

_INLINE_SECONDS = 0.003
"A batch that takes less is answered on the event loop: handing it to a thread and back would take longer than it saves."
_MEMORY = 0.9
"Share of what was known about a model's speed that stays when it answers again."


@dataclass(slots=True, eq=False)
class _Job:
    """The rows of one question."""

    model: ServedModel
    cells: Cells
    rows: int
    answers: asyncio.Future[RowAnswers]


class Batcher:
    """Puts questions together that wait at the same moment. Belongs to one event loop.

    A batch holds at most `batch_rows` rows, unless one question alone holds more, and questions to one model only. An idle
    model answers at once.

    Args:
        batch_rows: rows of one batch.
        most_rows: rows that may wait; more are refused.
    """

    def __init__(self, *, batch_rows: int, most_rows: int) -> None:
        self._batch_rows, self._most_rows = batch_rows, most_rows
        self._waiting: deque[_Job] = deque()
        self._awake = False
        self._seconds: dict[tuple[str, int], float] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="luthier-model")
        self.waiting_rows = 0

    async def answer(self, model: ServedModel, cells: Cells, rows: int) -> RowAnswers:
        """The answers to the rows of one question.

        Raises:
            RequestRefused: too many rows wait.
        """
        if self.waiting_rows + rows > self._most_rows:
            raise RequestRefused(
                f"At most {self._most_rows:,} rows may wait for the model, but {self.waiting_rows:,} do. Ask again in a second.",
                status=429,
                retry_after_seconds=1,
            )
        loop = asyncio.get_running_loop()
        job = _Job(model, cells, rows, loop.create_future())
        self._waiting.append(job)
        self.waiting_rows += rows
        if not self._awake:
            self._awake = True
            loop.call_soon(self._drain)
        return await job.answers

    def close(self) -> None:
        """Let go of the thread."""
        self._thread.shutdown()

    def _drain(self) -> None:
        jobs = self._take()
        if not jobs:
            self._awake = False
            return
        model, rows = jobs[0].model, sum(job.rows for job in jobs)
        cells = jobs[0].cells if len(jobs) == 1 else _together([job.cells for job in jobs])
        if self._seconds.get((model.hash, rows.bit_length()), _INLINE_SECONDS) < _INLINE_SECONDS:
            try:
                self._settle(jobs, self._timed(model, cells, rows), None)
            except Exception as error:  # noqa: BLE001 - whatever it is belongs to those who asked
                self._settle(jobs, None, error)
            return
        running = asyncio.get_running_loop().run_in_executor(self._thread, self._timed, model, cells, rows)
        running.add_done_callback(partial(self._settle_finished, jobs))

    def _take(self) -> list[_Job]:
        jobs: list[_Job] = []
        rows = 0
        while self._waiting and (not jobs or (rows + self._waiting[0].rows <= self._batch_rows and self._waiting[0].model is jobs[0].model)):
            job = self._waiting.popleft()
            self.waiting_rows -= job.rows
            if not job.answers.done():  # whoever asked may have gone
                jobs.append(job)
                rows += job.rows
        return jobs

    def _timed(self, model: ServedModel, cells: Cells, rows: int) -> RowAnswers:
        started = time.perf_counter()
        answers = model.answer(cells)
        seconds, size = time.perf_counter() - started, (model.hash, rows.bit_length())
        self._seconds[size] = min(seconds, _MEMORY * self._seconds.get(size, seconds) + (1 - _MEMORY) * seconds)  # what else ran only slows it
        return answers

    def _settle_finished(self, jobs: list[_Job], running: asyncio.Future[RowAnswers]) -> None:
        error = running.exception()
        self._settle(jobs, None if error else running.result(), error)

    def _settle(self, jobs: list[_Job], answers: RowAnswers | None, error: BaseException | None) -> None:
        start = 0
        for job in jobs:
            if not job.answers.done():
                if answers is None:
                    job.answers.set_exception(error or RuntimeError("no answer"))
                else:
                    job.answers.set_result(_part(answers, start, start + job.rows) if len(jobs) > 1 else answers)
            start += job.rows
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._drain)
        else:
            self._awake = False


def _together(parts: list[Cells]) -> Cells:
    return [[cell for part in parts for cell in part[place]] for place in range(len(parts[0]))]


def _part(answers: RowAnswers, start: int, stop: int) -> RowAnswers:
    return RowAnswers(
        predictions=answers.predictions[start:stop],
        probabilities=None if answers.probabilities is None else answers.probabilities[start:stop],
        sets=None if answers.sets is None else answers.sets[start:stop],
        lower=None if answers.lower is None else answers.lower[start:stop],
        upper=None if answers.upper is None else answers.upper[start:stop],
    )
