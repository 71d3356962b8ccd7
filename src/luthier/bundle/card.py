"""The model card: what a stranger must know before using a model, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luthier.bundle.manifest import Manifest


def model_card(manifest: Manifest, *, name: str, rows: int, sealed_rows: int, comparisons: Sequence[str], warnings: Sequence[str]) -> str:
    """The card of a model.

    Args:
        name: of the table, or of the folder of images.
        comparisons: sentences that compare the model with its baselines on the sealed rows.
        warnings: what the data checks warned of.
    """
    task, called = manifest.task, "rows" if manifest.pixels is None else "images"
    classes = f"\nClasses: {', '.join(task.classes)}." if task.classes else ""
    parts = [
        f"# Model card: {task.target}\n\nPredicts `{task.target}` ({task.kind}) from {_what(manifest)} `{name}`.{classes}",
        f"## How good it is\n\nOn {sealed_rows:,} sealed {called} of {rows:,}, opened once after the last choice:\n\n{_scores(manifest.scores)}",
        _list("## Compared with baselines", comparisons),
        f"## What it is\n\n{_networks(manifest)}",
        _list("## What to be careful about", [*warnings, *(CAVEATS if manifest.pixels is None else IMAGE_CAVEATS)]),
        _list("## Inputs", _inputs(manifest)),
        _list("## Where it comes from", [f"{label}: {value}" for label, value in manifest.provenance.items()]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


CAVEATS = (
    "The scores hold for rows like those of the table: they say nothing about other times, places or ways of measuring.",
    "Probabilities, sets and intervals are calibrated on average over the table, not for every group of rows in it.",
    "The model finds what goes together, not what causes what.",
)
IMAGE_CAVEATS = (
    "The scores hold for images like those of the set: they say nothing about other cameras, light, backgrounds or times.",
    "Probabilities, sets and intervals are calibrated on average over the set, not for every group of images in it.",
    "An image of something that is none of the classes gets a class too.",
    "The model uses whatever goes with the class, a background or a border included.",
)


def _what(manifest: Manifest) -> str:
    return f"{len(manifest.schema.inputs)} columns of" if manifest.pixels is None else "the images of"


def _inputs(manifest: Manifest) -> list[str]:
    if (pixels := manifest.pixels) is None:
        return [f"`{column.name}`: {column.kind}" for column in manifest.schema.inputs]
    color = "gray" if pixels.channels == 1 else "red, green and blue"
    return [f"`image`: uint8 of any height and width, {color}; the networks see {pixels.width} x {pixels.height} pixels"]


def _scores(scores: Mapping[str, Any]) -> str:
    lines = ["| score | value | 95 % interval |", "|---|---|---|"]
    lines += [f"| {entry['label']} | {_number(entry['value'])} | {_number(entry['lower'])} to {_number(entry['upper'])} |" for entry in scores.values()]
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _networks(manifest: Manifest) -> str:
    counts = [(stack, len(stack["folds"])) for stack in manifest.recipes]
    lines = [f"- {sum(stack['weights']):.0%}: {stack['recipe']['name']}, {count} network{'s' if count > 1 else ''}" for stack, count in counts]
    return "A weighted mean of networks:\n\n" + "\n".join(lines)


def _list(title: str, entries: Sequence[str]) -> str:
    return title + "\n\n" + "\n".join(f"- {entry}" for entry in entries) if entries else ""
