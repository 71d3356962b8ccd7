"""Which source of rows a population learns from."""

from __future__ import annotations

from collections.abc import Sequence

from luthier.core.recipe import Member
from luthier.core.task import PixelShape
from luthier.fit.batches import FoldRows, RowSource
from luthier.fit.folds import FoldTensors
from luthier.fit.images import ImageRows
from luthier.fit.streamed import StreamedRows


def row_source(members: Sequence[Member], data: FoldTensors) -> RowSource:
    """Images, changed at random; the streams of the data, where it has some; else the rows in memory."""
    if isinstance(data.shape, PixelShape):
        (member,) = members
        return ImageRows(member, data, dtype=data.precision)
    return StreamedRows(members, data) if data.streams else FoldRows(members, data)
