"""luthier fit: a table or images in, an honest network out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luthier.cli.options import Cost, Data, Debug, Force, Json, LedgerUrl, parse_kinds
from luthier.cli.output import print_fit
from luthier.cli.progress import listening
from luthier.core.clock import process_started


def fit(
    data: Data,
    *,
    target: Annotated[str | None, typer.Option(help="Column to predict; images in folders need none.")] = None,
    task: Annotated[str, typer.Option(help="auto, classification or regression.")] = "auto",
    time: Annotated[str | None, typer.Option(help="Column with the order in time: the latest rows are sealed.")] = None,
    group: Annotated[str | None, typer.Option(help="Column whose values stay together on one side of every split.")] = None,
    metric: Annotated[str | None, typer.Option(help="Metric that chooses; without it log_loss or rmse.")] = None,
    budget: Annotated[str, typer.Option(help="Time from the start to the written report: 90s, 5m, 1h.")] = "5m",
    work: Annotated[str | None, typer.Option(help="Training rows to look at, such as 2M, instead of a time: reproducible.")] = None,
    folds: Annotated[int | None, typer.Option(help="Folds inside the training rows.", show_default="5, and 10 of many images")] = None,
    seed: Annotated[int, typer.Option(help="Starts every random number.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1.")] = "auto",
    out: Annotated[Path | None, typer.Option(help="Folder for the model; without it a new one, named for the target.")] = None,
    force: Force = False,
    kind: Annotated[
        list[str] | None, typer.Option(metavar="COL=KIND", help="Kind of a column: numeric, boolean, category, datetime, text, identifier.")
    ] = None,
    force_through: Annotated[list[str] | None, typer.Option(metavar="CHECK", help="Override the refusal of this data check; it is recorded.")] = None,
    cost: Cost = None,
    space: Annotated[Path | None, typer.Option(metavar="FILE", help="YAML or JSON that changes the search space.")] = None,
    like: Annotated[list[Path] | None, typer.Option(metavar="MODEL", help="Begin with the best recipes of a model of the same columns.")] = None,
    max_latency: Annotated[str | None, typer.Option(help="Longest median time for one row, such as 2ms: bounds the ensemble.")] = None,
    image: Annotated[str | None, typer.Option(metavar="COL", help="Column of a table that holds images, or paths to them.")] = None,
    group_from_name: Annotated[str | None, typer.Option(metavar="REGEX", help="What in an image's name keeps it on one side of every split.")] = None,
    image_size: Annotated[int | None, typer.Option(metavar="N", help="See images as squares of N pixels; without it by the images and the budget.")] = None,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Learn from the features of this trained backbone: safetensors, or a state dict.")
    ] = None,
    fine_tune: Annotated[bool, typer.Option("--fine-tune", help="Go on training the backbone itself: wants a GPU, or a long budget.")] = False,
    seal_last: Annotated[int | None, typer.Option(metavar="N", help="Seal the last N rows of a table.", show_default="a fifth, drawn at random")] = None,
    reference: Annotated[bool, typer.Option("--reference/--no-reference", help="Keep some rows in the model, for the monitor.")] = True,
    ledger: LedgerUrl = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run of the same command.")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Fit a network to a table or to images, judge it on rows that nothing had seen, and save it."""
    from luthier.ledger import ledger_for_runs
    from luthier.workflows.fit import fit as run

    with listening() as listener:
        # fmt: off
        result = run(
            data, target=target, task=task, time=time, group=group, metric=metric, budget=budget, work=work, folds=folds, seed=seed, device=device,
            out=out, force=force, kinds=parse_kinds(kind or []), force_through=force_through or [], cost=cost,
            space=space, like=like or (), max_latency=max_latency, image=image,
            group_from_name=group_from_name, image_size=image_size, weights=weights, fine_tune=fine_tune, seal_last=seal_last, reference=reference,
            ledger=ledger_for_runs() if ledger is None else ledger, resume=resume,
            listener=listener, started=process_started(),
        )
        # fmt: on
    print_fit(result, json=json)
