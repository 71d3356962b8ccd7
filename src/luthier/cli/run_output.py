"""What `luthier runs` prints: a line a run, or a column a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer
from rich.box import SIMPLE
from rich.table import Table

from luthier.cli.output import print_json, print_table

if TYPE_CHECKING:
    from luthier.ledger import Run

HASH_LETTERS = 12
"Letters of a bundle's hash that are shown."


def print_runs(runs: Sequence[Run], *, json: bool) -> None:
    """A line a run."""
    if json:
        print_json([run_facts(run) for run in runs])
        return
    if not runs:
        typer.echo("The ledger knows no such run.")
        return
    table = Table(box=SIMPLE)
    for name in ("run", "began", "data", "predicts", "state"):
        table.add_column(name)
    for name in ("score", "interval", "model"):
        table.add_column(name, justify="right")
    for run in runs:
        began = f"{run.started_at:%Y-%m-%d %H:%M}"
        table.add_row(run.id[:8], began, run.name, run.target, run.state, _score(run), _interval(run), (run.bundle or "–")[:HASH_LETTERS])
    print_table(table)


def print_comparison(runs: Sequence[Run], *, json: bool) -> None:
    """A column a run, a line a fact."""
    if json:
        print_json([run_facts(run) for run in runs])
        return
    told = [{"data": run.name, "predicts": run.target, "task": run.task, "state": run.state, "score": f"{_score(run)} ({_interval(run)})"} for run in runs]
    told = [facts | {name: str(value) for name, value in run.facts.items()} for facts, run in zip(told, runs, strict=True)]
    table = Table(box=SIMPLE)
    table.add_column("")
    for run in runs:
        table.add_column(run.id[:8])
    for name in dict.fromkeys(name for facts in told for name in facts):
        values = [facts.get(name, "–") for facts in told]
        table.add_row(name.replace("_", " "), *values, style="bold" if len(set(values)) > 1 else None)
    print_table(table)


def run_facts(run: Run) -> dict[str, Any]:
    """A run as plain JSON."""
    times = {"started_at": run.started_at.isoformat(), "ended_at": run.ended_at.isoformat() if run.ended_at is not None else None}
    names = ("id", "name", "target", "task", "metric", "state", "path", "seed", "budget_seconds", "score", "score_lower", "score_upper", "bundle")
    return {name: getattr(run, name) for name in names} | times | {"facts": dict(run.facts)}


def _score(run: Run) -> str:
    return f"{run.metric} {run.score:.4g}" if run.score is not None else "–"


def _interval(run: Run) -> str:
    return f"{run.score_lower:.4g} to {run.score_upper:.4g}" if run.score_lower is not None and run.score_upper is not None else "–"
