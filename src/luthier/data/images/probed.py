"""Probed: the images of a listing that can be read as far as known, and those that cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from jaxtyping import Int64

from luthier.data.images.listing import Listing
from luthier.data.images.parallel import in_chunks
from luthier.data.images.probe import ImageUnreadable, Probe, probe_image
from luthier.data.images.references import Reference

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Probed:
    """Images with their headers read."""

    rows: Int64[np.ndarray, " rows"]
    "Which of the listing they are."
    references: tuple[Reference, ...]
    names: tuple[str, ...]
    probes: tuple[Probe, ...]
    unreadable: tuple[tuple[str, str], ...]
    "Name and reason of each that was set aside."

    def without(self, unreadable: Mapping[int, str]) -> Probed:
        """The others, where some turn out to be unreadable."""
        if not unreadable:
            return self
        kept = [row for row in range(len(self.names)) if row not in unreadable]
        return Probed(
            rows=self.rows[kept],
            references=_of(self.references, kept),
            names=_of(self.names, kept),
            probes=_of(self.probes, kept),
            unreadable=self.unreadable + tuple((self.names[row], reason) for row, reason in unreadable.items()),
        )


def probe_all(listing: Listing) -> Probed:
    """Read every header; what cannot be read is set aside."""
    found = list(in_chunks(_probe_or_reason, listing.references))
    kept = [row for row, probe in enumerate(found) if isinstance(probe, Probe)]
    return Probed(
        rows=np.array(kept, dtype=np.int64),
        references=_of(listing.references, kept),
        names=_of(listing.names, kept),
        probes=tuple(probe for probe in found if isinstance(probe, Probe)),
        unreadable=tuple((name, probe) for name, probe in zip(listing.names, found, strict=True) if isinstance(probe, str)),
    )


def _probe_or_reason(reference: Reference) -> Probe | str:
    try:
        return probe_image(reference)
    except ImageUnreadable as error:
        return error.reason


def _of(values: Sequence[Value], kept: Sequence[int]) -> tuple[Value, ...]:
    return tuple(values[row] for row in kept)
