"""Kills of the service: SIGKILL at random moments under load, and what had been acknowledged must be in the ledger.

    python -m benchmarks.service_kills [MODEL] [--kills 50] [--seconds 1.5] [--connections 6] [--ledger URL] [--seed 0]

MODEL is a bundle of a table; without it the thyroid table that comes with the package is fitted (--work 2M). Each round starts `luthier serve --durable`,
lets callers ask (some rows under ids of their own, some without) and label what was answered, and ends the process with SIGKILL at a random moment of the
load, the moments spread evenly over --seconds. Then: every prediction and label that was acknowledged is in the ledger with the same content; nothing is
there by halves; and, when the service has started again, a question whose answer never came is answered under its id, and one that was answered is
answered as before. A reply other than 200 is a fault. This is the end of a process, not of the power: the disk is not cut off.
Ends with exit code 3 where one of these was broken.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from benchmarks.resume import moments
from benchmarks.service_peers.graphs import fit_demo, write_graph
from luthier.ledger import Ledger

DEPLOYMENT = "killed"
Row = Mapping[str, Any]
_GONE = (OSError, http.client.HTTPException)
_START_SECONDS = 60.0


@dataclass(slots=True)
class Told:
    """What one caller knows: it heard it from the service."""

    predictions: dict[str, tuple[Row, Any]] = field(default_factory=dict)
    "Row and prediction by id."
    labels: dict[str, str] = field(default_factory=dict)
    "By prediction id."
    open_questions: dict[str, Row] = field(default_factory=dict)
    "Row by an id of the caller's own, whose answer never came."
    own: set[str] = field(default_factory=set)
    "Ids that the caller gave."
    faults: list[str] = field(default_factory=list)
    "Replies other than 200."

    def add(self, other: Told) -> None:
        """What another caller knows, too."""
        for mine, theirs in ((self.predictions, other.predictions), (self.labels, other.labels), (self.open_questions, other.open_questions)):
            mine.update(theirs)  # type: ignore[attr-defined]
        self.own |= other.own
        self.faults += other.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One start of the service and its end."""

    start_seconds: float
    told: Told
    broken: tuple[str, ...]
    "What should not be; empty where all is well."


def run_round(command: Sequence[str], ledger: str, rows: Sequence[Row], before: Told, *, moment: float, connections: int, dice: Random) -> Round:
    """Start the service, ask again what was asked before, load it, kill it, and look at the ledger.

    Args:
        command: starts the service of `DEPLOYMENT`; it says its address.
        before: what is known of the rounds before; open questions are moved from there.
        moment: of the kill, in seconds after the load began.
    """
    started = time.monotonic()
    with serving(command) as (process, address):
        start_seconds, told = time.monotonic() - started, Told()
        broken = _asked_again(address, before, told, dice)
        with ThreadPoolExecutor(connections) as pool:
            callers = [pool.submit(_call, address, rows, Random(dice.random())) for _ in range(connections)]
            time.sleep(moment)
            process.kill()
            for caller in callers:
                told.add(caller.result())
        process.wait()
    return Round(start_seconds=start_seconds, told=told, broken=(*broken, *told.faults, *missing(ledger, told), *halves(ledger)))


@contextmanager
def serving(command: Sequence[str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process of a service, and its host and port; it is killed with the block."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            until, said = time.monotonic() + _START_SECONDS, ""
            while time.monotonic() < until and process.poll() is None:
                said = process.stdout.readline()
                if (found := re.search(r"http://\S+", said)) is not None:
                    yield process, urlsplit(found.group()).netloc
                    return
            raise RuntimeError(f"the service did not start: {said}")
        finally:
            process.kill()


def missing(ledger: str, told: Told) -> Iterator[str]:
    """What was acknowledged and is not in the ledger, or not as it was told."""
    with Ledger.open(ledger) as opened:
        known = opened.predictions.known(DEPLOYMENT, told.predictions)
        for name, (row, prediction) in told.predictions.items():
            if name not in known:
                yield f"the prediction {name} is lost"
            elif json.loads(known[name].answer)["prediction"] != prediction or json.loads(known[name].inputs) != row:
                yield f"the prediction {name} is not the one that was told"
        for name, label in told.labels.items():
            if label not in {fact.label for fact in opened.labels.facts(DEPLOYMENT, name)}:
                yield f"the label of {name} is lost"


def halves(ledger: str) -> Iterator[str]:
    """What is in the ledger by halves."""
    with Ledger.open(ledger) as opened:
        window, labeled = opened.predictions.window(DEPLOYMENT), opened.predictions.labeled(DEPLOYMENT)
        if len(window) != opened.predictions.count(DEPLOYMENT) or window["id"].n_unique() != len(window):
            yield f"{opened.predictions.count(DEPLOYMENT)} predictions are counted, {len(window)} are there"
        if len(labeled) != opened.labels.coverage(DEPLOYMENT).labeled:
            yield f"{opened.labels.coverage(DEPLOYMENT).labeled} labeled predictions are counted, {len(labeled)} are there"
        if opened.database.is_sqlite:
            with closing(sqlite3.connect(opened.where)) as plain:
                if (found := plain.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
                    yield f"the database is damaged: {found}"


def _asked_again(address: str, before: Told, told: Told, dice: Random) -> list[str]:
    """Open questions are answered now; others as before."""
    broken: list[str] = []
    with closing(http.client.HTTPConnection(address, timeout=30)) as connection:
        for name, row in before.open_questions.items():
            if (reply := _post(connection, "/v1/predict", {"rows": [row], "ids": [name]}, told)) is not None:
                told.predictions[name] = row, reply["predictions"][0]["prediction"]
        before.open_questions.clear()
        asked = sorted(before.own & set(before.predictions))
        for name in dice.sample(asked, min(len(asked), 10)):
            row, prediction = before.predictions[name]
            reply = _post(connection, "/v1/predict", {"rows": [row], "ids": [name]}, told)
            if reply is None or reply["predictions"][0]["prediction"] != prediction:
                broken.append(f"{name} is answered in another way than before")
    return broken


def _call(address: str, rows: Sequence[Row], dice: Random) -> Told:
    """One caller, until the service is gone."""
    told = Told()
    with closing(http.client.HTTPConnection(address, timeout=30)) as connection:
        try:
            while not told.faults:
                _ask(connection, dice.choices(rows, k=dice.choice((1, 1, 1, 8))), dice, told)
                if told.predictions and dice.random() < 0.5:
                    name, label = dice.choice(list(told.predictions)[-20:]), str(dice.randrange(3))
                    if _post(connection, "/v1/labels", {"labels": [{"prediction_id": name, "label": label}]}, told) is not None:
                        told.labels[name] = label
        except _GONE:
            return told
    return told


def _ask(connection: http.client.HTTPConnection, rows: Sequence[Row], dice: Random, told: Told) -> None:
    question: dict[str, Any] = {"rows": rows}
    if dice.random() < 0.5:
        question["ids"] = [f"own-{dice.getrandbits(64):x}" for _ in rows]
        told.open_questions |= dict(zip(question["ids"], rows, strict=True))
        told.own |= set(question["ids"])
    if (reply := _post(connection, "/v1/predict", question, told)) is not None:
        for row, answer in zip(rows, reply["predictions"], strict=True):
            told.predictions[answer["prediction_id"]] = row, answer["prediction"]
            told.open_questions.pop(answer["prediction_id"], None)


def _post(connection: http.client.HTTPConnection, path: str, content: object, told: Told) -> Any:
    """The reply; None where it was a fault, which is noted."""
    connection.request("POST", path, json.dumps(content), {"Content-Type": "application/json"})
    reply = connection.getresponse()
    body = reply.read()
    if reply.status != 200:
        told.faults.append(f"{path} replied {reply.status}: {body[:200]!r}")
        return None
    return json.loads(body)


def run_all(
    command: Sequence[str], ledger: str, rows: Sequence[Row], *, kills: int, seconds: float, connections: int, seed: int, tell: Callable[[str], None]
) -> list[str]:
    """All rounds; what was broken."""
    known, starts, broken = Told(), list[float](), list[str]()
    dice = Random(seed)
    for number, moment in enumerate(moments(kills, seconds, seed)):
        found = run_round(command, ledger, rows, known, moment=moment, connections=connections, dice=dice)
        known.add(found.told)
        starts.append(found.start_seconds)
        broken += found.broken
        tell(f"kill {number + 1}: after {moment:.2f} s, {len(found.told.predictions):,} predictions and {len(found.told.labels):,} labels acknowledged, "
             f"{len(found.told.open_questions)} rows without an answer, {len(found.broken)} broken")  # fmt: skip
    broken += missing(ledger, known)
    tell(f"{kills} kills: {len(known.predictions):,} predictions and {len(known.labels):,} labels were acknowledged; {len(broken)} promises were broken")
    tell(f"starts: median {median(starts):.1f} s ({min(starts):.1f} to {max(starts):.1f}, n = {len(starts)})")
    return broken


def main() -> int:
    """Kill, look, and say by the exit code whether the promise holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=1.5, help="of load before the latest kill")
    parser.add_argument("--connections", type=int, default=6)
    parser.add_argument("--ledger", help="path or URL of an empty ledger; a temporary SQLite file without it")
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("LUTHIER_STORE", str(Path(folder) / "bundles"))
        ledger = wanted.ledger or str(Path(folder) / "ledger.db")
        model = wanted.model or fit_demo(Path(folder), work="2M")
        rows = write_graph(model, Path(folder) / "graph")
        with Ledger.open(ledger) as opened:
            opened.deployments.create(DEPLOYMENT, opened.bundles.keep(model).hash, who="a benchmark", why="to be killed")
        command = [sys.executable, "-m", "luthier", "serve", DEPLOYMENT, "--ledger", ledger, "--port", "0", "--durable"]
        counts = {"kills": wanted.kills, "seconds": wanted.seconds, "connections": wanted.connections, "seed": wanted.seed}
        broken = run_all(command, ledger, rows, **counts, tell=lambda text: print(text, flush=True))
    for text in broken[:20]:
        print(text, file=sys.stderr)
    return 3 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
