"""The live demo: a model in service, a drift that is injected, late labels, an alarm, a challenger, its promotion; told step by step.

The rows are real and were never seen by the model. The drift is made: from some row on, the laboratory is said to report thyroxine in
micrograms per deciliter in place of nanomoles per liter (1 µg/dL is 12.87 nmol/L). Time is made, too: the clock of the record goes three
weeks in a minute or two.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import polars as pl
from fastapi import APIRouter

from luthier.core.errors import LuthierError, OutputExists
from luthier.core.files import refuse_existing
from luthier.core.listener import Listener
from luthier.core.seeds import numpy_rng
from luthier.data import read_table
from luthier.ledger import Ledger
from luthier.serve import ServeSettings, Service, serving
from luthier.workflows.demo import demo_data, demo_named
from luthier.workflows.deploying import deploy
from luthier.workflows.fit import fit
from luthier.workflows.retraining import Retraining, retrain
from luthier.workflows.serving import application
from luthier.workflows.watching import Watch, watch

NAME = "thyroid"
INJECTED_COLUMNS, NANOMOLES_IN_MICROGRAMS = ("TT4", "FTI"), 12.87
"What is reported in another unit, and by what its numbers are divided."
KEPT_SHARE = 0.45
"Share of the table that the model never sees: it is replayed."
ROWS_A_DAY = 120
"Answers in a day of the record."
QUIET_DAYS, DRIFTED_DAYS, LAST_DAYS = 7, 11, 5
DAYS_UNTIL_A_LABEL = 2
BATCH_ROWS = 10
BUDGET, LEDGER = "60s", "ledger.db"


class MadeClock:
    """The record's clock: it goes on like any other, and jumps ahead when it is told to."""

    def __init__(self, start: datetime) -> None:
        self._start, self._made = start, time.monotonic()

    def __call__(self) -> datetime:
        """What time it is in the record."""
        return self._start + timedelta(seconds=time.monotonic() - self._made)

    def microseconds(self) -> int:
        """Since 1970, as a service asks."""
        return round(self().timestamp() * 1e6)

    def pass_by(self, span: timedelta) -> None:
        """Let some time pass."""
        self._start += span


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveDemo:
    """What the demo came to."""

    address: str
    "Where the pages were."
    ledger: Path
    first_alarm: Watch
    "The pass that noticed the injected drift."
    retraining: Retraining
    losses: tuple[float, float, float]
    "Mean log-loss on labels: before the drift, in it, and with what answered at the end."


def live_demo(
    *,
    out: Path,
    budget: str = BUDGET,
    port: int = 8000,
    seed: int = 0,
    force: bool = False,
    pages: Callable[[Ledger], Sequence[APIRouter]] = lambda _: (),
    listener: Listener,
) -> LiveDemo:
    """Fit, serve, replay, watch, retrain and promote, in under five minutes.

    Args:
        out: folder for the model, the challenger and the ledger.
        budget: time for the model, and again for the challenger.
        force: replace what an earlier live demo left in `out`.
        pages: further routes of the service.
    """
    _make_room(out, force=force)
    clock = MadeClock(datetime.now(UTC) - timedelta(days=QUIET_DAYS + DRIFTED_DAYS + LAST_DAYS, minutes=10))
    with Ledger.open(out / LEDGER, clock=clock) as ledger:
        listener.say(f"1. A model of {1 - KEPT_SHARE:.0%} of the thyroid table; the other rows will come in as if they were new patients.")
        use = _fit(ledger, out, budget=budget, seed=seed, listener=listener)
        deployment = deploy(ledger, out / "model", name=NAME, who="luthier demo", why="the demo's first model")
        service = Service(ledger, deployment.name, ServeSettings(port=port, durable=True, poll_seconds=0.2), now=clock.microseconds)
        app = application(ledger, service, pages=pages(ledger))
        with serving(app, service) as address:
            listener.say(f"2. It answers at {address}/v1/predict; see {address}/ in a browser.")
            return _Story(ledger=ledger, clock=clock, use=use, address=address, listener=listener, out=out, classes=service.manifest.task.classes).told(
                budget=budget, seed=seed
            )


def _make_room(out: Path, *, force: bool) -> None:
    """An empty folder; what is removed is a live demo's own."""
    refuse_existing(out, force=force)
    if out.exists() and not (out / LEDGER).is_file():
        raise OutputExists(f"{out} exists and is no live demo: --force replaces those only. Choose another name with --out.")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)


@dataclass(slots=True, kw_only=True)
class _Story:
    """The weeks of the demo, day by day."""

    ledger: Ledger
    clock: MadeClock
    use: pl.DataFrame
    address: str
    listener: Listener
    out: Path
    classes: tuple[str, ...]
    row: int = 0

    def told(self, *, budget: str, seed: int) -> LiveDemo:
        quiet = self.days(QUIET_DAYS, injected=False)
        drift_began = self.clock()
        self.listener.say(f"3. A quiet week, labels two days late: {_seen(quiet[-1])}")
        self.listener.say(
            f"4. INJECTED by this demo: from now on {' and '.join(INJECTED_COLUMNS)} come in µg/dL in place of nmol/L (divided by {NANOMOLES_IN_MICROGRAMS})."
        )
        drifted = self.days(DRIFTED_DAYS, injected=True)
        noticed = next((seen for seen in drifted if seen.raised), drifted[-1])
        self.listener.say(f"5. {sum(len(seen.raised) for seen in drifted)} alarms. The first, after a day: {_first_alarm(noticed)}")
        self.listener.say("6. A challenger learns from the old rows and from the new ones whose labels came back.")
        made = retrain(
            self.ledger, NAME, budget=budget, promote=True, who="luthier demo", why="the alarms", seed=seed, out=self.out / "challenger", listener=self.listener
        )
        word = "It is promoted, and the former champion answers in its shadow" if made.promoted else "It is not promoted"
        self.listener.say(f"7. {word}. Version {made.deployment.version} answers.")
        promoted_at = self.clock()
        self.days(LAST_DAYS, injected=True)
        losses = (self.loss(None, drift_began), self.loss(drift_began, promoted_at), self.loss(promoted_at, None))
        before, during, after = losses
        self.listener.say(f"8. Log-loss on labels: {before:.2f} before, {during:.2f} in the drift, {after:.2f} since then.")
        return LiveDemo(address=self.address, ledger=self.out / LEDGER, first_alarm=noticed, retraining=made, losses=losses)

    def loss(self, since: datetime | None, until: datetime | None) -> float:
        """Mean log-loss of the answers of some days, as far as they have a label."""
        rows = self.ledger.predictions.labeled(NAME, since=since, until=until)
        probabilities = np.array([json.loads(answer)["probabilities"] for answer in rows["answer"]])
        classes = list(self.classes)
        return float(-np.log(probabilities[np.arange(rows.height), [classes.index(label) for label in rows["label"]]]).mean())

    def days(self, count: int, *, injected: bool) -> list[Watch]:
        """Some days of answers, the labels of two days before, and a pass of the monitor at the end of each."""
        return [self.day(injected=injected) for _ in range(count)]

    def day(self, *, injected: bool) -> Watch:
        rows = self.use[self.row : self.row + ROWS_A_DAY]
        with _connection(self.address) as post:
            for part in rows.drop("diagnosis").iter_slices(BATCH_ROWS):
                asked = [_injected(row) if injected else row for row in part.to_dicts()]
                ids = [f"patient-{self.row + place}" for place in range(len(asked))]
                post("/v1/predict", {"rows": asked, "ids": ids})
                self.row += len(asked)
                self.clock.pass_by(timedelta(days=len(asked) / ROWS_A_DAY))
            known = range(max(self.row - (DAYS_UNTIL_A_LABEL + 1) * ROWS_A_DAY, 0), max(self.row - DAYS_UNTIL_A_LABEL * ROWS_A_DAY, 0))
            if known:
                diagnoses = self.use["diagnosis"]
                post("/v1/labels", {"labels": [{"prediction_id": f"patient-{place}", "label": diagnoses[place], "source": "clinic"} for place in known]})
        self.listener.progress(self.row / self.use.height, f"day {self.row // ROWS_A_DAY}: {rows.height} answers", float("inf"))
        return watch(self.ledger, NAME)


def _fit(ledger: Ledger, out: Path, *, budget: str, seed: int, listener: Listener) -> pl.DataFrame:
    """Fit a part of the table, and give back the rows that the model never saw, in an order of chance."""
    with demo_data(demo_named("health"), full=False) as path:
        table = read_table(path)
    order = numpy_rng(seed, "live demo").permutation(table.height)
    kept = round(KEPT_SHARE * table.height)
    learned = out / "thyroid.csv"
    learned.parent.mkdir(parents=True, exist_ok=True)
    table[order[kept:]].write_csv(learned)
    fit(learned, target="diagnosis", budget=budget, seed=seed, out=out / "model", ledger=ledger, listener=listener)
    return table[order[:kept]]


def _injected(row: dict[str, Any]) -> dict[str, Any]:
    changed = {name: row[name] / NANOMOLES_IN_MICROGRAMS for name in INJECTED_COLUMNS if row[name] is not None}
    return row | changed


@contextmanager
def _connection(address: str) -> Iterator[Callable[[str, Any], Any]]:
    """Posts JSON to the service, and gives back what it says."""
    where = urlsplit(address)
    connection = HTTPConnection(where.hostname or "127.0.0.1", where.port, timeout=60)

    def post(path: str, body: Any) -> Any:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        reply = connection.getresponse()
        content = json.loads(reply.read())
        if reply.status != 200:
            raise LuthierError(f"The service must answer the demo, but it said {reply.status}: {content}")
        return content

    try:
        yield post
    finally:
        connection.close()


def _seen(seen: Watch) -> str:
    return seen.examination.sentence if seen.examination is not None else "too few answers for a pass."


def _first_alarm(seen: Watch) -> str:
    return seen.raised[0].text if seen.raised else "none."
