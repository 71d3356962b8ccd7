"""MLP: linear layers with activation and dropout between them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from luthier.core.task import InputShape
from luthier.nets.activations import activation_named
from luthier.nets.dropout import Dropout
from luthier.nets.inputs import InputEncoding


@dataclass(frozen=True, slots=True, kw_only=True)
class MlpSettings:
    """Choices of an MLP."""

    blocks: int = 2
    "Hidden layers, 1 or more."
    width: int = 256
    "Units of a hidden layer."
    dropout: float = 0.1
    "Share of the units that is dropped, [0, 1)."
    activation: str = "relu"
    "One of `ACTIVATIONS`."
    embedding: str = "piecewise-linear"
    "How numbers are embedded: `none`, `piecewise-linear` or `periodic`."
    embedding_size: int = 8
    "Numbers of an embedded number."
    bins: int = 24
    "Pieces of a piecewise-linear embedding."


class Mlp(nn.Module):
    """A plain multi-layer perceptron.

    Source: the baseline of Gorishniy et al., "Revisiting Deep Learning Models for Tabular Data", arXiv 2106.11959.
    """

    def __init__(self, settings: MlpSettings, shape: InputShape, outputs: int) -> None:
        super().__init__()
        self.inputs = InputEncoding(shape, embedding=settings.embedding, size=settings.embedding_size, bins=settings.bins)
        widths = [self.inputs.width, *[settings.width] * settings.blocks]
        self.activation = activation_named(settings.activation)
        self.hidden = nn.ModuleList(nn.Linear(before, after) for before, after in zip(widths, widths[1:], strict=False))
        self.dropout = nn.ModuleList(Dropout(settings.dropout) for _ in self.hidden)
        self.head = nn.Linear(settings.width, outputs)

    def forward(self, numbers: Float[Tensor, "batch numbers"], codes: Int[Tensor, "batch codes"]) -> Float[Tensor, "batch classes"]:
        features = self.inputs(numbers, codes)
        for linear, drop in zip(self.hidden, self.dropout, strict=True):
            features = drop(self.activation(linear(features)))
        return self.head(features)

    def initialize_(self, numbers: Float[Tensor, "rows numbers"], codes: Int[Tensor, "rows codes"], *, generator: torch.Generator) -> None:
        """Place the bins of the embedding."""
        self.inputs.initialize_(numbers)
