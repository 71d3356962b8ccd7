"""The ledger's record of a fit: begun, told while it runs, ended. A ledger that fails never stops a fit."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from luthier.core.errors import BundleError, LedgerError, LuthierError, OutputUnwritable
from luthier.core.findings import Event
from luthier.core.listener import Listener
from luthier.data import Source
from luthier.ledger import Ledger, Run, RunPoint, utc_now
from luthier.report import ReportRecord
from luthier.workflows.preparation import Preparation
from luthier.workflows.settings import FitSettings
from luthier.workflows.source import source_facts

SECONDS_BETWEEN_POINTS = 1.0
"A curve on a page moves about so often."
PATIENCE_SECONDS = 2.0
"A fit waits so long for its turn to write, and no longer."


def new_run_id() -> str:
    """Twelve letters that no other run has."""
    return uuid.uuid4().hex[:12]


class Recorder:
    """What the ledger hears of one fit; without a ledger, nothing happens."""

    def __init__(self, ledger: Ledger | None, listener: Listener) -> None:
        self.run = ""
        self._ledger, self._listener = ledger, listener
        self._curves: dict[str, tuple[list[float], list[float]]] = {}
        self._last = -SECONDS_BETWEEN_POINTS
        self._begun = False
        self.failure: str | None = None

    @classmethod
    @contextmanager
    def of(cls, ledger: Ledger | str | Path | None, listener: Listener) -> Iterator[Recorder]:
        """The recorder of one fit; a run that ends without a model is told as interrupted or failed.

        Args:
            ledger: a ledger that stays open, or the path or URL of one; None takes the one that is found upwards, "" none.
        """
        recorder = cls(ledger if isinstance(ledger, Ledger) else None, listener)
        found = Ledger.find() if ledger is None else ledger
        if found and not isinstance(found, Ledger):
            recorder._open(found)
        try:
            yield recorder
        except KeyboardInterrupt:
            recorder._give_up("interrupted")
            raise
        except BaseException:
            recorder._give_up("failed")
            raise
        finally:
            if recorder._ledger is not None and recorder._ledger is not ledger:
                recorder._ledger.close()

    def begin(self, prepared: Preparation, settings: FitSettings, folder: Path, *, source: Source, run: str) -> None:
        """The run has its data and starts to train, or goes on under the id that it had."""
        self.run = run
        task = prepared.dataset.task
        counts: dict[str, object] = {"rows": prepared.dataset.rows, "sealed_rows": len(prepared.split.test), "data_hash": prepared.data_hash}
        begun = Run(
            id=run,
            name=prepared.dataset.name,
            target=task.target,
            task=task.kind.value,
            metric=prepared.metric.name,
            state="running",
            path=str(folder.resolve()),
            started_at=self._ledger.now() if self._ledger is not None else utc_now(),
            seed=settings.seed,
            budget_seconds=settings.budget_seconds if settings.work is None else None,
            facts={**counts, **source_facts(source)},
        )
        self._write(lambda ledger: ledger.runs.begin(begun))
        self._begun = True

    def tell(self, title: str, error: float, *, seconds: float, metric: str) -> None:
        """The best error so far of what is being trained."""
        if time.monotonic() - self._last < SECONDS_BETWEEN_POINTS:
            return
        self._last = time.monotonic()
        xs, ys = self._curves.setdefault(title, ([], []))
        xs.append(seconds)
        ys.append(error)
        point = RunPoint(run=self.run, seconds=seconds, title=title, fold=0, epochs=tuple(xs), errors=tuple(ys), metric=metric)
        self._write(lambda ledger: ledger.runs.tell(point))

    def end(self, record: ReportRecord, folder: Path) -> None:
        """The model stands: its copy goes into the store, and the sealed rows' opening into the record."""
        self._write(lambda ledger: self._keep(ledger, record, folder))

    @property
    def events(self) -> tuple[Event, ...]:
        """Why the fit is not in the ledger, if it is not."""
        return (Event(name="not-recorded", what=f"The ledger does not hold this run: {self.failure}"),) if self.failure else ()

    def _give_up(self, state: str) -> None:
        if self._begun:
            self._write(lambda ledger: ledger.runs.end(self.run, state=state))

    def _keep(self, ledger: Ledger, record: ReportRecord, folder: Path) -> None:
        stored = ledger.bundles.keep(folder, run=self.run)
        score = record.model.score(record.metric) if record.model is not None else None
        ledger.runs.end(
            self.run,
            state="done",
            bundle=stored.hash,
            score=score.value if score is not None else None,
            score_lower=score.lower if score is not None else None,
            score_upper=score.upper if score is not None else None,
            facts={"rows": record.rows, "sealed_rows": record.sealed_rows, "sealed_opened_at": record.created, "seconds": record.seconds_used},
        )

    def _open(self, where: str | Path) -> None:
        try:
            self._ledger = Ledger.open(where, patience_seconds=PATIENCE_SECONDS)
        except LedgerError as error:
            self._fail(error)

    def _write(self, write: Callable[[Ledger], object]) -> None:
        if self._ledger is None or self.failure is not None:
            return
        try:
            write(self._ledger)
        except (LedgerError, BundleError, OutputUnwritable) as error:
            self._fail(error)

    def _fail(self, error: LuthierError) -> None:
        """From now on the fit goes on unrecorded, and says so."""
        self.failure = str(error)
        self._listener.say(f"The ledger does not hold this run: {error}")
