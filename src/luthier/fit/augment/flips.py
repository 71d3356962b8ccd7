"""Flips: which images of a batch are mirrored."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from luthier.fit.augment.draws import whole

_ODD_WORDS = (-7046029254386353131, -4658895280553007687)  # two 64-bit numbers of mixed bits, as signed ones


def by_coin(like: Tensor, generator: torch.Generator) -> Bool[Tensor, " batch"]:
    """Each image with probability one half."""
    return whole(0, 1, like, generator) == 1


def in_turn(rows: Int[Tensor, " batch"], epoch: int) -> Bool[Tensor, " batch"]:
    """Each image in every second epoch; which of the two hangs on its row number alone.

    A network sees both sides of an image within any two epochs, which a coin promises only on average.

    Example:
        >>> rows = torch.arange(1000)
        >>> bool((in_turn(rows, 0) != in_turn(rows, 1)).all())
        True

    Source: Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", arXiv 2404.00498, section 3.6.
    """
    mixed = rows.long()
    for word in _ODD_WORDS:
        mixed = (mixed ^ (mixed >> 29)) * word
    return ((mixed >> 40) + epoch) % 2 == 1


def mirrored(columns: Int[Tensor, "batch width"], flipped: Bool[Tensor, " batch"]) -> Int[Tensor, "batch width"]:
    """The columns, or lines, that the images read from, mirrored where `flipped` says so."""
    return torch.where(flipped[:, None], columns.shape[1] - 1 - columns, columns)
