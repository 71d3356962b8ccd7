"""Results on stdout: text for people, JSON for programs, both drawn from the same records."""

from __future__ import annotations

import json as json_format
from typing import TYPE_CHECKING, Any

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from luthier.evaluate import Evaluation
    from luthier.report import ReportRecord
    from luthier.workflows.result import FitResult

WIDTH_WITHOUT_TERMINAL = 120


def print_json(plain: Any) -> None:
    """One JSON document."""
    typer.echo(json_format.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False))


def print_facts(facts: dict[str, str]) -> None:
    """Lines of a name and a value."""
    width = max(map(len, facts))
    for name, value in facts.items():
        typer.echo(f"{name:<{width}}  {value}")


NEW = {"rows": "NEW_ROWS.csv", "images": "NEW_IMAGES/"}
"What a model is asked about."


def print_fit(result: FitResult, *, json: bool) -> None:
    """What a fit came to, and where it lies."""
    if json:
        print_json(result.record.to_json() | {"path": str(result.path), "report": str(result.report), "weights_hash": result.weights_hash})
        return
    print_record(result.record)
    typer.echo("")
    print_facts(
        {
            "Model": str(result.path),
            "Report": str(result.report),
            "Predict": f"luthier predict {result.path} {NEW[result.record.rows_called]} --out predictions.csv",
        }
    )


def print_summary(record: ReportRecord) -> None:
    """What a model predicts, and from what."""
    inputs = [column.name for column in record.columns if column.used]
    recipes = [f"{entry.name} ({entry.weight:.0%})" for entry in record.tried if entry.weight > 0]
    print_facts(
        {
            "Predicts": f"{record.target} ({record.task})",
            "From": "images" if record.images is not None else f"{len(inputs)} columns: {', '.join(inputs[:8])}{', ...' if len(inputs) > 8 else ''}",
            "Learned from": f"{record.name}, {record.rows - record.sealed_rows:,} {record.rows_called}; {record.sealed_rows:,} sealed",
            "Networks": ", ".join(recipes),
            "Fitted": record.created,
        }
    )
    typer.echo("")


def print_record(record: ReportRecord) -> None:
    """The verdict, its limits, and the scores of everybody who was judged."""
    from luthier.report import cautions, interval_text, number, verdict

    typer.echo(verdict(record))
    for caution in cautions(record):
        typer.echo(f"Note: {caution}")
    table = Table(box=SIMPLE)
    table.add_column(f"On the sealed {record.rows_called}")
    for contestant in record.contestants:
        table.add_column(contestant.label, justify="right")
    for score in record.model.scores if record.model else ():
        others = [baseline.score(score.metric) for baseline in record.baselines]
        table.add_row(score.label, interval_text(score), *(number(other.value) if other else "–" for other in others))
    print_table(table)


def print_evaluation(evaluation: Evaluation, *, rows_called: str) -> None:
    """Scores with their intervals; precision and recall of each class, and how many rows, or images, are of it."""
    from luthier.report import number

    scores = Table("Score", box=SIMPLE)
    for name in ("value", "lower", "upper"):
        scores.add_column(name, justify="right")
    for score in evaluation.scores:
        scores.add_row(score.label, number(score.interval.value), number(score.interval.lower), number(score.interval.upper))
    print_table(scores)
    if evaluation.class_scores:
        classes = Table("Class", box=SIMPLE)
        for name in ("precision", "recall", "F1", rows_called):
            classes.add_column(name, justify="right")
        for row in evaluation.class_scores:
            classes.add_row(row.name, *(number(share.value, 3) for share in (row.precision, row.recall, row.f1)), str(row.support))
        print_table(classes)


def print_table(table: Table) -> None:
    """A table, as wide as the terminal."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH_WITHOUT_TERMINAL)
    console.print(table)
