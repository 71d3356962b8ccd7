"""ImageSet: images that are ready to be checked, split and learned from: an ordinary dataset of one column, and the pixels beside it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int64, UInt8

from luthier.core.errors import DataUnreadable, TooFewRows
from luthier.core.findings import Event
from luthier.core.task import Column, ColumnKind, PixelShape, Schema, Task
from luthier.data.dataset import FEWEST_ROWS, Dataset
from luthier.data.images.cache import Progress, open_cache
from luthier.data.images.decode import decode, is_gray
from luthier.data.images.fingerprints import take_fingerprints
from luthier.data.images.listing import Listing
from luthier.data.images.near_duplicates import near_duplicate_clusters
from luthier.data.images.parallel import in_chunks
from luthier.data.images.probe import ImageUnreadable, Probe
from luthier.data.images.probed import Probed, probe_all
from luthier.data.images.references import Reference
from luthier.data.images.resizing import Resizer, pillow_resizer
from luthier.data.images.size import PIXELS_PER_SECOND, choose_size
from luthier.data.target import guess_task, target_values

COLUMN = "image"
"Name of the one input column: it holds what each image is called."
_GRAY_MODES = ("L", "1", "LA", "I", "F")
_GRAY_SAMPLE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeChoice:
    """What decides at which size the images are seen; see `choose_size`."""

    image_size: int | None = None
    "Side of a square, as a person states it; None goes by the images and the budget."
    budget_seconds: float = 600.0
    "Seconds of the whole fit."
    pixels_per_second: float = PIXELS_PER_SECOND
    "What the device learns from."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageSet:
    """Decoded images, one a row, and what is known of them."""

    dataset: Dataset
    "Names, labels, task; the column `image`, and the group's if there is one."
    pixels: UInt8[np.ndarray, "rows height width channel"]
    "Read-only; mapped from the cache."
    shape: PixelShape
    sealed: Bool[np.ndarray, " rows"] | None
    "True for the rows that the source itself sets apart for the test."
    clusters: Int64[np.ndarray, " rows"]
    "The same number for near duplicates."
    probes: tuple[Probe, ...]
    "Size, mode and format of each file."
    borders: Float[np.ndarray, "rows channel"]
    "Mean level of the outermost pixels."
    unreadable: tuple[tuple[str, str], ...] = ()
    "Name and reason of each image that was set aside."
    missing: tuple[str, ...] = ()
    "Paths that lead nowhere: set aside."
    digest: str = ""
    "Hash of all pixels."
    cache_path: Path | None = None
    "Where the pixels lie; None in memory."

    @property
    def names(self) -> pl.Series:
        """What each image is called."""
        return self.dataset.frame[COLUMN]


def build_image_set(
    listing: Listing,
    *,
    size: SizeChoice | None = None,
    resizer: Resizer = pillow_resizer,
    task: str = "auto",
    metric: str | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> ImageSet:
    """Probe, decode and compare the images of a listing. What cannot be read is set aside and named.

    Args:
        size: what decides at which size the images are seen.
        resizer: makes the function that resizes; a fit passes the one of the graph that serves.
        task: `auto`, `classification` or `regression`.
        metric: what chooses networks; log-loss or RMSE where `None`.
        cache: folder of the pixel cache; None is the user's (`LUTHIER_CACHE`).
        progress: hears how many images are decoded, of how many.

    Raises:
        DataUnreadable: no image can be read.
        TooFewRows: fewer than 10 can.
        OutputUnwritable: the cache cannot be written, and the pixels are too many for memory.
    """
    with warnings.catch_warnings():  # Pillow warns of odd metadata; what matters is whether the pixels can be read
        warnings.simplefilter("ignore")
        probed = probe_all(listing)
        _require_images(listing, probed)
        shape, chosen = _shape(probed, size or SizeChoice())
        cached = open_cache(probed.references, probed.names, shape, resizer=resizer, folder=cache, progress=progress)
    present = probed.without(cached.unreadable)
    _require_images(listing, present)
    prints = take_fingerprints(cached.pixels)
    place = (
        () if cached.path is None else (Event(name="pixel-cache", what=f"The decoded images lie in {str(cached.path)!r} ({cached.pixels.nbytes:,} bytes)."),)
    )
    return ImageSet(
        dataset=_dataset(listing, present, task, metric, (*listing.events, *chosen, *cached.events, *place)),
        pixels=cached.pixels,
        shape=shape,
        sealed=None if listing.sealed is None else listing.sealed[present.rows],
        clusters=near_duplicate_clusters(prints),
        probes=present.probes,
        borders=prints.borders,
        unreadable=present.unreadable,
        missing=listing.missing,
        digest=prints.digest,
        cache_path=cached.path,
    )


def _shape(probed: Probed, size: SizeChoice) -> tuple[PixelShape, tuple[Event, ...]]:
    height, width = choose_size(
        probed.probes, budget_seconds=size.budget_seconds, rows=len(probed.rows), image_size=size.image_size, pixels_per_second=size.pixels_per_second
    )
    channels, events = _channels(probed)
    resized = sum((probe.height, probe.width) != (height, width) for probe in probed.probes)
    if resized:
        what = f"{resized:,} of {len(probed.rows):,} images were resized to {height} × {width} (height × width)."
        events = (*events, Event(name="images-resized", what=what))
    return PixelShape(channels=channels, height=height, width=width), events


def _channels(probed: Probed) -> tuple[int, tuple[Event, ...]]:
    """1 where every image is gray: by its header, or in its pixels as far as a sample tells."""
    colored = [row for row, probe in enumerate(probed.probes) if probe.mode.split(";")[0] not in _GRAY_MODES]
    if not colored:
        return 1, ()
    sample = [colored[place] for place in np.unique(np.linspace(0, len(colored) - 1, _GRAY_SAMPLE).astype(int))]
    if not all(in_chunks(_looks_gray, [probed.references[row] for row in sample])):
        return 3, ()
    what = f"The images were taken for gray: in {len(sample):,} of the {len(colored):,} that may hold color, red, green and blue are equal everywhere."
    return 1, (Event(name="taken-for-gray", what=what),)


def _looks_gray(reference: Reference) -> bool:
    try:
        return is_gray(decode(reference, 3))
    except ImageUnreadable:
        return True


def _require_images(listing: Listing, probed: Probed) -> None:
    came = len(listing.references)
    if not probed.names:
        name, reason = probed.unreadable[0]
        raise DataUnreadable(f"None of the {came:,} images of {listing.name!r} can be read (first: {name!r}: {reason}). Check that they are whole image files.")
    if len(probed.names) < FEWEST_ROWS:
        besides = f" that can be read, of {came:,}" if came > len(probed.names) else ""
        raise TooFewRows(f"A fit needs at least {FEWEST_ROWS} images, but {listing.name!r} has {len(probed.names)}{besides}. Add images.")


def _dataset(listing: Listing, present: Probed, task: str, metric: str | None, events: tuple[Event, ...]) -> Dataset:
    labels = listing.labels[present.rows]
    decided = _task(listing, labels, task, metric)
    frame, columns = pl.DataFrame({COLUMN: present.names}, schema={COLUMN: pl.String}), [_column(COLUMN, ColumnKind.IMAGE, "String")]
    if listing.groups is not None:
        frame = frame.with_columns(listing.groups[present.rows])
        columns.append(_column(listing.groups.name, ColumnKind.CATEGORY, str(listing.groups.dtype)))
    return Dataset(
        name=listing.name,
        frame=frame,
        schema=Schema(columns=tuple(columns), group=None if listing.groups is None else listing.groups.name),
        task=decided,
        target=target_values(labels, decided),
        events=events,
    )


def _task(listing: Listing, labels: pl.Series, task: str, metric: str | None) -> Task:
    if not listing.why_classes or task != "auto":
        return guess_task(labels, task=task, metric=metric)
    return replace(guess_task(labels, task="classification", metric=metric), guessed=True, why=listing.why_classes)


def _column(name: str, kind: ColumnKind, dtype: str) -> Column:
    return Column(name=name, kind=kind, dtype=dtype, why="images" if kind is ColumnKind.IMAGE else "the group")
