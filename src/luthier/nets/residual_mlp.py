"""Residual MLP: blocks that add to what goes through."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from luthier.core.task import InputShape
from luthier.nets.dropout import Dropout
from luthier.nets.inputs import InputEncoding


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualMlpSettings:
    """Choices of a residual MLP."""

    blocks: int = 2
    "Residual blocks, 1 or more."
    width: int = 192
    "Features that go through."
    hidden_factor: float = 2.0
    "Units inside a block, times the width."
    hidden_dropout: float = 0.15
    "Share of the units inside a block that is dropped, [0, 1)."
    dropout: float = 0.0
    "Share of a block's result that is dropped, [0, 1)."
    embedding: str = "piecewise-linear"
    "How numbers are embedded: `none`, `piecewise-linear` or `periodic`."
    embedding_size: int = 8
    "Numbers of an embedded number."
    bins: int = 24
    "Pieces of a piecewise-linear embedding."


class ResidualBlock(nn.Module):
    """x + Drop(Linear(Drop(ReLU(Linear(Norm(x))))))."""

    def __init__(self, settings: ResidualMlpSettings) -> None:
        super().__init__()
        hidden = max(round(settings.width * settings.hidden_factor), 1)
        self.norm = nn.LayerNorm(settings.width)
        self.up, self.down = nn.Linear(settings.width, hidden), nn.Linear(hidden, settings.width)
        self.hidden_dropout, self.dropout = Dropout(settings.hidden_dropout), Dropout(settings.dropout)

    def forward(self, features: Float[Tensor, "batch features"]) -> Float[Tensor, "batch features"]:
        hidden = self.hidden_dropout(F.relu(self.up(self.norm(features))))
        return features + self.dropout(self.down(hidden))


class ResidualMlp(nn.Module):
    """The ResNet for tables, with layer normalization in the place of batch normalization: a forward pass must change no state.

    Source: Gorishniy et al., "Revisiting Deep Learning Models for Tabular Data", arXiv 2106.11959.
    """

    def __init__(self, settings: ResidualMlpSettings, shape: InputShape, outputs: int) -> None:
        super().__init__()
        self.inputs = InputEncoding(shape, embedding=settings.embedding, size=settings.embedding_size, bins=settings.bins)
        self.first = nn.Linear(self.inputs.width, settings.width)
        self.blocks = nn.ModuleList(ResidualBlock(settings) for _ in range(settings.blocks))
        self.norm = nn.LayerNorm(settings.width)
        self.head = nn.Linear(settings.width, outputs)

    def forward(self, numbers: Float[Tensor, "batch numbers"], codes: Int[Tensor, "batch codes"]) -> Float[Tensor, "batch classes"]:
        features = self.first(self.inputs(numbers, codes))
        for block in self.blocks:
            features = block(features)
        return self.head(F.relu(self.norm(features)))

    def initialize_(self, numbers: Float[Tensor, "rows numbers"], codes: Int[Tensor, "rows codes"], *, generator: torch.Generator) -> None:
        """Place the bins of the embedding."""
        self.inputs.initialize_(numbers)
