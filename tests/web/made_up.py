"""A made-up ledger of a model in use: a week of traffic, passes with and without alarms, promotions, runs."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from luthier.ledger import Ledger, Prediction, RunPoint, StoredBundle
from luthier.web import create_pages
from tests.ledger.made_up import START, Clock, make_label, make_run, write_manifest

HOSTILE = "<script>alert('x')</script>"


class Visitor:
    """Asks an application for pages, in this process."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def get(self, path: str, *, host: str = "127.0.0.1:8001") -> httpx.Response:
        return asyncio.run(self._get(path, host))

    async def _get(self, path: str, host: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=self._app), base_url=f"http://{host}") as client:
            return await client.get(path)


def pages_of(ledger: Ledger) -> Visitor:
    """A visitor of a ledger's pages."""
    return Visitor(create_pages(ledger))


def keep(ledger: Ledger, folder: Path, name: str, *, score: float = 0.9, files: Mapping[str, bytes] | None = None, run: str | None = None) -> StoredBundle:
    """A stored model with a card and a report."""
    place = folder / name
    place.mkdir(parents=True)
    contents = {"card.md": CARD.encode(), "report.html": b"<!doctype html><title>report</title>", "model.onnx": name.encode(), **(files or {})}
    for file, content in contents.items():
        (place / file).write_bytes(content)
    hashes = {file: hashlib.sha256(content).hexdigest() for file, content in contents.items()}
    scores = {"roc_auc": {"metric": "roc_auc", "label": "ROC AUC", "greater_is_better": True, "value": score, "lower": score - 0.012, "upper": score + 0.011}}
    write_manifest(place, {"task": {"target": "sick", "kind": "binary"}, "scores": scores, "files": hashes, "format": 1})
    return ledger.bundles.keep(place, name=name, run=run)


CARD = """# Model card: sick

Predicts `sick` (binary) from 5 columns of `clinic.csv`.

## How good it is

| score | value | 95 % interval |
|---|---|---|
| ROC AUC | 0.9 | 0.888 to 0.911 |

## What to be careful about

- The scores hold for rows like those of the table.
"""


def answer(ledger: Ledger, bundle: StoredBundle, count: int, *, at: datetime, deployment: str = "clinic", name: str = "row") -> None:
    """Write down so many answers of one moment."""
    ledger.predictions.record(
        [
            Prediction(
                deployment=deployment,
                id=f"{name}-{number}",
                bundle=bundle.hash,
                at=at,
                inputs=b"{}",
                content=f"{name}-{number}",
                answer=b'{"prediction": "no"}',
            )
            for number in range(count)
        ]
    )


def ends(value: float, width: float = 0.02) -> dict[str, Any]:
    return {"value": value, "lower": value - width, "upper": value + width, "level": 0.95, "method": "bootstrap"}


def score_pair(then: float, now: float, *, width: float = 0.02, metric: str = "roc_auc", label: str = "ROC AUC") -> dict[str, Any]:
    return {"metric": metric, "label": label, "greater_is_better": True, "then": ends(then, 0.012), "now": ends(now, width)}


def quality(then: float, now: float, *, width: float = 0.02, rows: int = 800, **more: Any) -> dict[str, Any]:
    words = f"ROC AUC {now:.3f} (95 % interval {now - width:.3f} to {now + width:.3f}) against {then:.3f} in the reference"
    return {
        "metric": "ROC AUC",
        "loss": "log-loss",
        "rows": rows,
        "scores": [score_pair(then, now, width=width)],
        "rise": (then - now) * 2,
        "smallest_rise": 0.05,
        "p_value": 0.2,
        "sentence": f"Realised on {rows:,} labeled rows: {words}.",
        **more,
    }


def evidence(subject: str, effect: float, p_value: float, *, alarmed: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "kind": "drift",
        "aspect": "input",
        "name": f"Column {subject!r}",
        "subject": subject,
        "p_value": p_value,
        "effect": effect,
        "smallest": 0.05,
        "unit": "sigma",
        "detail": "median 50 then, 54 now",
        "rows_then": 2_000,
        "rows_now": 1_500,
        "worth_then": 2_000.0,
        "worth_now": 1_500.0,
        "examples": [],
        "allowed": 0.002,
        "alarmed": alarmed,
        "since": None,
        **more,
    }


def alert(subject: str = "age", **more: Any) -> dict[str, Any]:
    return {
        "kind": "drift",
        "subject": subject,
        "since": START.timestamp(),
        "p_value": 0.0002,
        "effect": 0.4,
        "text": f"Column {subject!r} drifted since 2026-03-01 12:00 UTC: median 50 then, 54 now.",
        "remedy": "Find out what changed where the column comes from.",
        **more,
    }


def examination(*, alarmed: bool = False, **more: Any) -> dict[str, Any]:
    """What a pass writes down."""
    alerts = [alert()] if alarmed else []
    tests = [evidence("age", 0.4 if alarmed else 0.02, 0.0002 if alarmed else 0.4, alarmed=alarmed), evidence("TSH", 0.01, 0.8)]
    sentence = "1 alarm: age" if alarmed else "Nothing changed that is both sure and big enough to matter"
    return {
        "rows_then": 2_000,
        "rows_now": 1_500,
        "compared_then": 2_000,
        "compared_now": 1_500,
        "since": START.timestamp(),
        "until": (START + timedelta(days=1)).timestamp(),
        "alpha": 0.01,
        "evidence": tests,
        "estimated": None,
        "realised": None,
        "alerts": alerts,
        "notes": ["Rows carry no times."],
        "sentence": f"{sentence} (1,500 rows against 2,000 of the reference, 2 tests, error budget 0.01).",
        **more,
    }


def promotion_evidence(**more: Any) -> dict[str, Any]:
    """What `PromotionEvidence.to_json` writes."""
    return {
        "metric": "roc_auc",
        "loss": "log-loss",
        "loss_stands_in": True,
        "rows": 1_240,
        "champion_loss": 0.412,
        "challenger_loss": 0.351,
        "gain": 0.061,
        "lower": 0.022,
        "upper": 0.098,
        "margin": 0.0,
        "alpha": 0.05,
        "slices": [
            {"column": "sex", "level": "f", "rows": 700, "gain": 0.07, "bound": 0.04, "p_value": 1.0, "is_worse": False},
            {"column": "sex", "level": "m", "rows": 540, "gain": 0.049, "bound": 0.04, "p_value": 1.0, "is_worse": False},
        ],
        "latency_ratio": 1.08,
        "accepted": True,
        "reasons": [],
        "sentence": "The challenger is better: log-loss 0.35 against 0.41 on the same 1,240 labeled rows (gain 0.06).",
        **more,
    }


def clinic(folder: Path) -> tuple[Ledger, Clock]:
    """A ledger in which `clinic` was deployed, watched, labeled and promoted once, and a run goes on."""
    clock = Clock()
    ledger = Ledger.open(folder / "ledger.db", clock=clock)
    first, second = (keep(ledger, folder / "models", name, score=score) for name, score in (("thyroid-1", 0.9), ("thyroid-2", 0.93)))
    ledger.deployments.create("clinic", first.hash, who="ada", why="first deployment")
    answer(ledger, first, 40, at=clock.now)
    ledger.labels.add([make_label(0, "no")])
    clock.forward(86_400)
    ledger.passes.add(
        "clinic",
        bundle=first.hash,
        since=START,
        until=clock.now,
        rows=1_500,
        labeled=800,
        alpha=0.01,
        record=examination(alarmed=True, realised=quality(0.9, 0.84), estimated=quality(0.9, 0.87, method="CBPE")),
    )
    told = alert()
    facts = {name: told[name] for name in ("kind", "subject", "p_value", "effect", "text", "remedy")}
    ledger.alarms.raise_("clinic", bundle=first.hash, since=START, **facts)
    ledger.deployments.move(
        "clinic", expected_version=1, to=second.hash, kind="promote", who="grace", why="age drifted", evidence=promotion_evidence(), challenger=first.hash
    )
    answer(ledger, second, 7, at=clock.now, name="late")
    ledger.runs.begin(make_run("run-one", started_at=clock.now, metric="roc_auc", budget_seconds=300.0, facts={"rows": 7_200}))
    ledger.runs.tell(curve("mlp", 12.0, (0.5, 0.41)))
    return ledger, clock


def curve(title: str, seconds: float, errors: tuple[float, ...], *, run: str = "run-one") -> RunPoint:
    steps = tuple(seconds * (index + 1) / len(errors) for index in range(len(errors)))
    return RunPoint(run=run, seconds=seconds, title=title, fold=0, epochs=steps, errors=errors, metric="log_loss")
