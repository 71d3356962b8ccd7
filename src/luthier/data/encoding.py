"""Encoding: raw columns to the numbers and codes that a network sees. Every statistic comes from the rows it was fitted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Float32, Int64

from luthier.data.columns import CodeFeature, Layout, is_missing
from luthier.data.dates import DATE_PARTS, date_parts, seconds_since_1970
from luthier.data.splits import Fold
from luthier.data.text import fit_topics, text_topics

LARGEST_SCALED = 1e6
"Scaled numbers are cut here: their smooth limit is reached long before, and infinity becomes a number."
CHUNK_ROWS = 65_536
"Rows encoded at a time: what is in double precision stays small."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs:
    """Encoded rows."""

    numbers: Float32[np.ndarray, "rows numbers"]
    "Continuous inputs in (-3, 3); 0 is missing or the median."
    codes: Int64[np.ndarray, "rows codes"]
    "Categorical inputs; 0 is a level that the training rows did not have."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Encoding:
    """What was learned from the training rows of one fold, and its application to any rows.

    A number x becomes z = (x - center) · scale in double precision, then z / √(1 + (z/3)²) in single: the robust scaling
    and smooth clipping of RealMLP (arXiv 2407.04491). A missing number becomes 0.
    """

    layout: Layout
    center: Float[np.ndarray, " numbers"]
    "The median."
    scale: Float[np.ndarray, " numbers"]
    "1 / interquartile range; 2 / range where that is zero; 0 for a constant."
    known: Bool[np.ndarray, " all_codes"]
    "Which codes of which feature these rows had, all features in one line (`Layout.offsets`); what they had not becomes code 0."
    topics: Mapping[str, Float32[np.ndarray, "buckets topics"]]
    "For each text column the directions that turn its buckets into topics."

    def encode(self, frame: pl.DataFrame) -> Inputs:
        """The numbers and codes of a typed frame, row by row."""
        numbers = np.empty((frame.height, len(self.layout.numbers)), dtype=np.float32)
        codes = np.empty((frame.height, len(self.layout.codes)), dtype=np.int64)
        for start in range(0, frame.height, CHUNK_ROWS):
            chunk, rows = frame.slice(start, CHUNK_ROWS), slice(start, start + CHUNK_ROWS)
            for column, place, parts in self.layout.number_blocks():
                numbers[rows, place] = self._scaled(raw_numbers(chunk[column], parts, self.topics.get(column)), place)
            for index, feature in enumerate(self.layout.codes):
                codes[rows, index] = level_codes(chunk[feature.column], feature)
            codes[rows] *= self.known[self.layout.offsets + codes[rows]]
        return Inputs(numbers=numbers, codes=codes)

    def _scaled(self, raw: Float[np.ndarray, "rows parts"], place: slice) -> Float32[np.ndarray, "rows parts"]:
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = (raw - self.center[place]) * self.scale[place]
        scaled[np.isnan(scaled)] = 0.0
        z = np.clip(scaled, -LARGEST_SCALED, LARGEST_SCALED).astype(np.float32)
        return z / np.sqrt(1 + np.square(z / np.float32(3)))

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Everything but the layout, as named arrays."""
        return {"center": self.center, "scale": self.scale, "known": self.known} | {f"topics.{column}": matrix for column, matrix in self.topics.items()}

    @classmethod
    def from_arrays(cls, layout: Layout, arrays: Mapping[str, np.ndarray]) -> Encoding:
        """The encoding that `to_arrays` wrote."""
        topics = {name.removeprefix("topics."): matrix for name, matrix in arrays.items() if name.startswith("topics.")}
        return cls(layout=layout, center=arrays["center"], scale=arrays["scale"], known=arrays["known"], topics=topics)


def fit_encoding(frame: pl.DataFrame, layout: Layout) -> Encoding:
    """Learn an encoding from a typed frame that holds the training rows of one fold and nothing else."""
    center, scale = np.zeros(len(layout.numbers)), np.zeros(len(layout.numbers))
    topics = {}
    for column, place, parts in layout.number_blocks():
        if frame[column].dtype == pl.String:
            topics[column] = fit_topics(frame[column])
        raw = raw_numbers(frame[column], parts, topics.get(column))
        center[place], scale[place] = np.transpose([robust_scale(values) for values in raw.T])
    return Encoding(layout=layout, center=center, scale=scale, known=_known_codes(frame, layout), topics=topics)


def fit_encodings(frame: pl.DataFrame, layout: Layout, folds: Sequence[Fold]) -> list[Encoding]:
    """One encoding a fold, learned from the rows that the fold's networks learn from: the way in which a fit encodes.

    Args:
        frame: the typed frame of the whole table; only the folds' training rows are looked at.
        layout: of the rows that are not sealed (`fit_layout(frame[split.train], schema)`).
    """
    return [fit_encoding(frame[fold.train], layout) for fold in folds]


def robust_scale(values: Float[np.ndarray, " rows"]) -> tuple[float, float]:
    """Center and scale of a number: see `Encoding`. Missing and infinite values do not count.

    Example:
        >>> robust_scale(np.array([0.0, 1.0, 2.0, 3.0, 4.0, np.nan]))
        (2.0, 0.5)
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 0.0
    low, center, high = np.quantile(finite, [0.25, 0.5, 0.75])
    with np.errstate(over="ignore", divide="ignore"):
        spread = (high - low) or np.ptp(finite) / 2
        scale = 1.0 / spread if spread else 0.0
    return float(center), float(scale) if np.isfinite(scale) else 0.0


def raw_numbers(values: pl.Series, parts: Sequence[str], directions: Float32[np.ndarray, "buckets topics"] | None) -> Float[np.ndarray, "rows parts"]:
    """The numbers of one typed column before scaling; missing is NaN."""
    if directions is not None:
        return text_topics(values, directions)
    if values.dtype.is_temporal():
        return date_parts(seconds_since_1970(values))[:, [DATE_PARTS.index(part) for part in parts]]
    return values.to_numpy()[:, None]  # Polars gives NaN for null


def level_codes(values: pl.Series, feature: CodeFeature) -> Int64[np.ndarray, " rows"]:
    """The code of each value: 1 + its place among the levels, 0 where it is none of them."""
    if feature.purpose == "missing":
        return 1 + is_missing(values).to_numpy().astype(np.int64)
    if feature.purpose == "boolean":
        return (values.eq(0).fill_null(False).cast(pl.Int64) + 2 * values.eq(1).fill_null(False).cast(pl.Int64)).to_numpy()
    places = values.fill_null("").cast(pl.Enum(feature.levels), strict=False).to_physical()
    return (places.cast(pl.Int64) + 1).fill_null(0).to_numpy()


def _known_codes(frame: pl.DataFrame, layout: Layout) -> Bool[np.ndarray, " all_codes"]:
    known = np.zeros(sum(layout.input_shape.cardinalities), dtype=bool)
    for offset, feature in zip(layout.offsets, layout.codes, strict=True):
        known[offset + np.unique(level_codes(frame[feature.column], feature))] = True
    return known
