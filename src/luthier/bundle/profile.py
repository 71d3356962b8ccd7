"""The reference profile: what the training rows looked like, for the monitor to compare with."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float, Int, UInt8

from luthier.core.task import Column, ColumnKind, Schema, Task
from luthier.data.dates import seconds_since_1970

QUANTILES = 101
"Points of a numeric column's distribution: its percentiles, ends included."
MOST_LEVELS = 200
"Levels of a category that are counted one by one, the most frequent."
MOST_IMAGES = 4_096
"Images that are measured, evenly spread over the rows: enough for a percentile, and read in a second where they lie on a disk."
LEVELS, LEVEL_BINS = 256, 32
"What a pixel may be in a channel, and the bins of the histogram of it."


def reference_profile(frame: pl.DataFrame, schema: Schema, task: Task, predictions: np.ndarray) -> dict[str, Any]:
    """Plain JSON values.

    Args:
        frame: typed frame of the training rows.
        predictions: out-of-fold probabilities [rows, classes] or numbers [rows].
    """
    return {
        "rows": frame.height,
        "columns": {column.name: _column(frame[column.name], column) for column in schema.inputs},
        "predictions": _predictions(task, predictions),
    }


def image_profile(
    pixels: UInt8[np.ndarray, "rows height width channel"], task: Task, predictions: np.ndarray, *, rows: Int[np.ndarray, " kept"] | None = None
) -> dict[str, Any]:
    """Plain JSON values, of images: what light they were taken in, by channel.

    Each channel is told by the share of its levels in each of 32 bins, and by the percentiles over the images of their mean
    (how bright) and of their deviation (how much contrast), in levels of 0 to 255.

    Args:
        pixels: may lie in a mapped file; they are looked at one by one.
        predictions: out-of-fold probabilities [rows, classes] or numbers [rows].
        rows: which of them are training rows; None is all.
    """
    training = np.arange(len(pixels)) if rows is None else rows
    measured = training[:: -(-len(training) // MOST_IMAGES)]
    counts = np.stack([_level_counts(pixels[row]) for row in measured])
    channels = [_channel(counts[:, place]) for place in range(pixels.shape[3])]
    facts = {"kind": ColumnKind.IMAGE.value, "missing": 0.0, "measured": len(measured), "channels": channels}
    return {"rows": len(training), "columns": {"image": facts}, "predictions": _predictions(task, predictions)}


def _level_counts(image: UInt8[np.ndarray, "height width channel"]) -> Int[np.ndarray, "channel 256"]:
    """How many pixels have each level."""
    return np.stack([np.bincount(image[..., place].ravel(), minlength=LEVELS) for place in range(image.shape[2])])


def _channel(counts: Int[np.ndarray, "rows 256"]) -> dict[str, Any]:
    whole = counts.sum(axis=0, keepdims=True)
    mean, deviation = _mean_and_deviation(whole)
    means, deviations = _mean_and_deviation(counts)
    return {
        "mean": float(mean[0]),
        "deviation": float(deviation[0]),
        "histogram": (whole.reshape(LEVEL_BINS, -1).sum(axis=1) / whole.sum()).tolist(),
        "image_means": _quantiles(means),
        "image_deviations": _quantiles(deviations),
    }


def _mean_and_deviation(counts: Int[np.ndarray, "rows 256"]) -> tuple[Float[np.ndarray, " rows"], Float[np.ndarray, " rows"]]:
    shares, levels = counts / counts.sum(axis=1, keepdims=True), np.arange(LEVELS)
    means = shares @ levels
    return means, np.sqrt((shares * (levels - means[:, None]) ** 2).sum(axis=1))


def _column(values: pl.Series, column: Column) -> dict[str, Any]:
    facts: dict[str, Any] = {"kind": column.kind.value, "missing": values.null_count() / max(len(values), 1)}
    if column.kind is ColumnKind.CATEGORY:
        return facts | _levels(values)
    if column.kind is ColumnKind.TEXT:
        return facts | {"length": _quantiles(values.str.len_chars().drop_nulls().to_numpy().astype(float))}
    numbers = seconds_since_1970(values) if column.kind is ColumnKind.DATETIME else values.drop_nulls().to_numpy()
    return facts | {"quantiles": _quantiles(numbers)}


def _levels(values: pl.Series) -> dict[str, Any]:
    counts = values.drop_nulls().alias("level").value_counts(name="rows").sort(["rows", "level"], descending=[True, False])
    shown = counts.head(MOST_LEVELS)
    return {"levels": dict(zip(shown["level"], shown["rows"], strict=True)), "other_rows": int(counts["rows"].sum()) - int(shown["rows"].sum())}


def _predictions(task: Task, predictions: np.ndarray) -> dict[str, Any]:
    if not task.kind.is_classification:
        return {"quantiles": _quantiles(predictions)}
    return {"probabilities": {name: _quantiles(predictions[:, place]) for place, name in enumerate(task.classes)}}


def _quantiles(values: np.ndarray) -> list[float]:
    finite = values[np.isfinite(values)]
    return [float(value) for value in np.quantile(finite, np.linspace(0, 1, QUANTILES))] if finite.size else []
