"""One pass over a matrix of weights in blocks that stay in the processor's cache.

An optimizer step is a chain of some eight element-wise operations over matrices of a few million numbers. Done one after another over
the whole matrix, each of them waits for memory; done block by block, only the first touch of a block does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

import torch
from jaxtyping import Float
from torch import Tensor

from luthier.optim.layout import Span, WeightLayout

BLOCK_ELEMENTS = 262_144
"""Numbers a block on a CPU: the five float32 matrices of an AdamW step then take 5 MB.

Measured between 2^15 and 2^20: where the matrices fit in the cache, blocks cost up to a fifth; where they do not, a step takes 0.6 of the time.
"""


Shrinkage: TypeAlias = dict[float, Tensor]
"""By learning rate factor, what a step of decoupled decay multiplies weights by: [members, 1]. Empty where no member decays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Neighboring columns of a block that are treated alike."""

    columns: slice
    "Counted from the block's first column."
    factor: float
    "Their learning rate factor."


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some members' rows over some neighboring columns."""

    rows: slice
    columns: slice
    paces: tuple[Run, ...]
    "The whole block, cut where the learning rate factor changes."
    decaying: tuple[Run, ...]
    "The columns with weight decay."

    def cut(self, *matrices: Tensor) -> list[Tensor]:
        """This block's part of each matrix, as views."""
        return [matrix[self.rows, self.columns] for matrix in matrices]

    def decay_(self, weights: Tensor, shrinkage: Shrinkage) -> None:
        """Shrink the decaying columns of this block of weights."""
        if shrinkage:
            for run in self.decaying:
                weights[:, run.columns].mul_(shrinkage[run.factor][self.rows])

    def penalized(self, gradients: Tensor, weights: Tensor, decay: Float[Tensor, "members 1"] | None, buffer: Tensor) -> Tensor:
        """The gradients with the gradient of an L2 penalty added, in the buffer; the gradients themselves where there is no decay."""
        if decay is None or not self.decaying:
            return gradients
        buffer.copy_(gradients)
        for run in self.decaying:
            buffer[:, run.columns].addcmul_(weights[:, run.columns], decay[self.rows].to(weights.dtype))
        return buffer

    def descend_(self, weights: Tensor, directions: Tensor, rates: Float[Tensor, "members 1"]) -> None:
        """Go from the weights against the directions, by the members' rates and the columns' factors."""
        for run in self.paces:
            weights[:, run.columns].addcmul_(directions[:, run.columns], rates[self.rows], value=-run.factor)

    def descend_divided_(self, weights: Tensor, directions: Tensor, divisors: Tensor) -> None:
        """Go from the weights against directions / divisors (the members' rates are in the divisors), by the columns' factors."""
        for run in self.paces:
            weights[:, run.columns].addcdiv_(directions[:, run.columns], divisors[:, run.columns], value=-run.factor)


def blocks(layout: WeightLayout, weights: Float[Tensor, "members parameters"], spans: tuple[Span, ...] | None = None) -> tuple[Block, ...]:
    """The blocks that cover the matrix, or only some spans of its columns: small ones on a CPU, as few as possible elsewhere."""
    elements = BLOCK_ELEMENTS if weights.device.type == "cpu" else weights.numel() + 1
    return _planned(layout, len(weights), spans if spans is not None else ((0, layout.size),), elements)


def buffers(weights: Tensor, planned: tuple[Block, ...], count: int) -> Iterator[list[Tensor]]:
    """For each block in turn, `count` scratch tensors of its shape; the memory is the same for all."""
    shapes = [(block.rows.stop - block.rows.start, block.columns.stop - block.columns.start) for block in planned]
    scratch = weights.new_empty(count, max((rows * columns for rows, columns in shapes), default=0))
    for rows, columns in shapes:
        yield [part[: rows * columns].view(rows, columns) for part in scratch]


def present(weight_decay: Float[Tensor, "members 1"]) -> Tensor | None:
    """The decay in float64, or None where no member has any; only a CPU is asked, as others would have to be waited for."""
    if weight_decay.device.type == "cpu" and not weight_decay.any():
        return None
    return weight_decay.double()


def shrinkage(weights: Tensor, learning_rate: Tensor, weight_decay: Tensor, layout: WeightLayout) -> Shrinkage:
    """What decoupled weight decay multiplies weights by, one minus learning rate times weight decay, for each learning rate factor."""
    decay = present(weight_decay)
    factors = {slot.learning_rate_factor for slot in layout.slots if slot.decays}
    return {} if decay is None else {factor: (1 - decay * learning_rate * factor).to(weights.dtype) for factor in factors}


@lru_cache(maxsize=256)
def _planned(layout: WeightLayout, members: int, spans: tuple[Span, ...], elements: int) -> tuple[Block, ...]:
    width = sum(stop - start for start, stop in spans)
    height = max(1, min(members, elements // max(width, 1)))
    pieces = [piece for span in spans for piece in _pieces(span, 2 * elements)]
    return tuple(
        Block(rows=slice(top, min(top + height, members)), columns=slice(*piece), paces=_paces(layout, piece), decaying=_decaying(layout, piece))
        for top in range(0, members, height)
        for piece in pieces
    )


def _pieces(span: Span, largest: int) -> list[Span]:
    start, stop = span
    count = -(-(stop - start) // largest)
    edges = torch.linspace(start, stop, count + 1, dtype=torch.float64).round().int().tolist()
    return list(pairwise(edges))


def _paces(layout: WeightLayout, piece: Span) -> tuple[Run, ...]:
    return _runs([(slot.span, slot.learning_rate_factor) for slot in layout.slots], piece)


def _decaying(layout: WeightLayout, piece: Span) -> tuple[Run, ...]:
    return _runs([(slot.span, slot.learning_rate_factor) for slot in layout.slots if slot.decays], piece)


def _runs(spans: list[tuple[Span, float]], piece: Span) -> tuple[Run, ...]:
    runs: list[tuple[int, int, float]] = []
    for (start, stop), factor in spans:
        start, stop = max(start, piece[0]) - piece[0], min(stop, piece[1]) - piece[0]
        if start >= stop:
            continue
        if runs and runs[-1][1:] == (start, factor):
            start = runs.pop()[0]
        runs.append((start, stop, factor))
    return tuple(Run(columns=slice(start, stop), factor=factor) for start, stop, factor in runs)
