"""RealMLP: an MLP whose many small improvements were tuned together on many tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from luthier.core.task import InputShape
from luthier.nets.activations import ParametricActivation
from luthier.nets.dropout import Dropout
from luthier.nets.inputs import InputEncoding
from luthier.nets.roles import Role

SAMPLES_A_BIAS = 5
"Training rows that a unit's first bias is a mixture of: the `he+5` start."


@dataclass(frozen=True, slots=True, kw_only=True)
class RealMlpSettings:
    """Choices of a RealMLP; the defaults are those of the paper's TD version for classification."""

    blocks: int = 3
    "Hidden layers, 1 or more."
    width: int = 256
    "Units of a hidden layer."
    dropout: float = 0.15
    "Share of the units that is dropped, [0, 1)."
    activation: str = "selu"
    "`selu` for a classification, `mish` for a regression."
    embedding: str = "periodic"
    "How numbers are embedded: `none`, `piecewise-linear` or `periodic`."
    embedding_size: int = 4
    "Numbers of an embedded number, itself included."
    frequencies: int = 16
    "Cosines of a periodic embedding."
    sigma: float = 0.1
    "Spread of their frequencies at the start."
    bins: int = 24
    "Pieces of a piecewise-linear embedding."
    scale_rate: float = 6.0
    "Learning rate of the scaling layer, times the recipe's."
    embedding_rate: float = 0.1
    "Learning rate of the embedding, times the recipe's."
    bias_rate: float = 0.1
    "Learning rate of biases, times the recipe's."
    activation_rate: float = 0.1
    "Learning rate of the activations' shares, times the recipe's."


class NtkLinear(nn.Module):
    """y = W x / sqrt(features in) + b: weights of size one, whatever the width."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before))
        self.bias = nn.Parameter(torch.randn(after))

    def forward(self, features: Float[Tensor, "batch features"]) -> Float[Tensor, "batch units"]:
        return torch.nn.functional.linear(features * self.weight.shape[1] ** -0.5, self.weight, self.bias)

    @torch.no_grad()
    def initialize_(self, features: Float[Tensor, "rows features"], *, generator: torch.Generator) -> None:
        """Scale every unit to a standard deviation of 1 on these rows, then center it on a random mixture of five of them."""
        mapped = self(features) - self.bias
        spread = mapped.std(dim=0, correction=0)
        spread = torch.where(spread > 1e-6, spread, 1.0)
        self.weight.div_(spread[:, None])
        rows = torch.randint(len(features), (SAMPLES_A_BIAS, len(self.bias)), generator=generator)
        shares = -torch.log(torch.rand(rows.shape, generator=generator).clamp_min(1e-12))
        self.bias.copy_(-((mapped / spread).gather(0, rows) * shares / shares.sum(dim=0)).sum(dim=0))


class RealMlp(nn.Module):
    """RealMLP-TD: scaled embedded inputs, layers in the neural tangent parametrization, a data-dependent start, parametric activations.

    Source: Holzmüller, Grinsztajn, Steinwart, "Better by Default", arXiv 2407.04491.
    """

    def __init__(self, settings: RealMlpSettings, shape: InputShape, outputs: int) -> None:
        super().__init__()
        self._settings = settings
        self.inputs = InputEncoding(
            shape, embedding=settings.embedding, size=settings.embedding_size, bins=settings.bins, frequencies=settings.frequencies, sigma=settings.sigma
        )
        self.scale = nn.Parameter(torch.ones(self.inputs.width))
        widths = [self.inputs.width, *[settings.width] * settings.blocks]
        self.hidden = nn.ModuleList(NtkLinear(before, after) for before, after in zip(widths, widths[1:], strict=False))
        self.activation = nn.ModuleList(ParametricActivation(settings.activation, settings.width) for _ in self.hidden)
        self.dropout = nn.ModuleList(Dropout(settings.dropout) for _ in self.hidden)
        self.head = NtkLinear(settings.width, outputs)

    def forward(self, numbers: Float[Tensor, "batch numbers"], codes: Int[Tensor, "batch codes"]) -> Float[Tensor, "batch classes"]:
        features = self.inputs(numbers, codes) * self.scale
        for linear, activation, drop in zip(self.hidden, self.activation, self.dropout, strict=True):
            features = drop(activation(linear(features)))
        return self.head(features)

    @torch.no_grad()
    def initialize_(self, numbers: Float[Tensor, "rows numbers"], codes: Int[Tensor, "rows codes"], *, generator: torch.Generator) -> None:
        """Start each layer from what comes into it on some training rows."""
        self.inputs.initialize_(numbers)
        features = self.inputs(numbers, codes) * self.scale
        for linear, activation in zip(cast(Iterable[NtkLinear], self.hidden), self.activation, strict=True):
            linear.initialize_(features, generator=generator)
            features = activation(linear(features))
        self.head.initialize_(features, generator=generator)

    def roles(self) -> dict[str, Role]:
        """The learning rate factors of the paper; biases do not decay."""
        return {name: self._role(name, parameter) for name, parameter in self.named_parameters()}

    def _role(self, name: str, parameter: Tensor) -> Role:
        settings = self._settings
        if name == "scale":
            return Role(learning_rate_factor=settings.scale_rate)
        if name.startswith("inputs.numbers"):
            return Role(learning_rate_factor=settings.embedding_rate)
        if name.endswith("bias"):
            return Role(learning_rate_factor=settings.bias_rate, decays=False)
        if name.startswith("activation"):
            return Role(learning_rate_factor=settings.activation_rate)
        return Role(is_matrix=name.startswith("hidden"))
