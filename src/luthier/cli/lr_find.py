"""luthier lr-find: a learning-rate range test and the noise of gradients, on a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from luthier.cli.options import Data, Debug, Json, parse_kinds
from luthier.cli.output import print_json
from luthier.cli.progress import listening

if TYPE_CHECKING:
    from luthier.workflows.lr_find import RateFinding, RateFindings

BARS, CURVE_WIDTH = "▁▂▃▄▅▆▇█", 24


def lr_find(
    data: Data,
    *,
    target: Annotated[str | None, typer.Option(help="Column to predict.")] = None,
    net: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Recipe to test, such as realmlp; without it all of the portfolio.")] = None,
    task: Annotated[str, typer.Option(help="auto, classification or regression.")] = "auto",
    time: Annotated[str | None, typer.Option(help="Column with the order in time: the latest rows are sealed.")] = None,
    group: Annotated[str | None, typer.Option(help="Column whose values stay together on one side of every split.")] = None,
    steps: Annotated[int, typer.Option(help="Gradient steps of a test.")] = 100,
    seed: Annotated[int, typer.Option(help="Starts every random number.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1.")] = "auto",
    kind: Annotated[
        list[str] | None, typer.Option(metavar="COL=KIND", help="Kind of a column: numeric, boolean, category, datetime, text, identifier.")
    ] = None,
    force_through: Annotated[list[str] | None, typer.Option(metavar="CHECK", help="Override the refusal of this data check.")] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Find the learning rates at which networks learn on a table, and whether their batches are of a sensible size."""
    from luthier.workflows.lr_find import lr_find as run

    with listening() as listener:
        # fmt: off
        found = run(
            data, target=target, nets=net or [], task=task, time=time, group=group, steps=steps, seed=seed, device=device, kinds=parse_kinds(kind or []),
            force_through=force_through or [], listener=listener,
        )
        # fmt: on
    if json:
        print_json(found.to_json())
    else:
        print_rates(found)


def print_rates(found: RateFindings) -> None:
    """A line for each network, then what is to be said about them."""
    head = ("Network", "batch", "published", "suggested", "search from", "to", "diverges at", "loss, rates rising")
    rows = [head, *(_row(finding) for finding in found.findings)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    for row in rows:
        typer.echo("  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip())
    typer.echo("")
    for finding in found.findings:
        typer.echo(f"{finding.name}: {finding.noise.advice}")
        if not finding.range.is_clear:
            typer.echo(f"{finding.name}: the loss fell no further than its noise does, so the suggestion is a guess. Give more --steps.")


def curve(losses: Sequence[float], *, width: int = CURVE_WIDTH) -> str:
    """A line as a row of bars, low where the loss is low.

    Example:
        >>> curve([2.0, 2.0, 1.0, 0.5, 4.0], width=5)
        '▄▄▂▁█'
    """
    places = [round(place * (len(losses) - 1) / (width - 1)) for place in range(width)]
    low, high = min(losses), max(losses)
    return "".join(BARS[round((len(BARS) - 1) * (losses[place] - low) / ((high - low) or 1.0))] for place in places)


def _row(finding: RateFinding) -> tuple[str, ...]:
    found = finding.range
    rates = (finding.published, found.suggested, found.low_end, found.high_end)
    diverged = f"{found.diverged_at:.2g}" if found.diverged_at is not None else "-"
    return (finding.name, str(finding.batch_size), *(f"{rate:.2g}" for rate in rates), diverged, curve(found.losses))
