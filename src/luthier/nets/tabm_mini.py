"""TabM-mini: an ensemble of networks that share all hidden weights."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from luthier.core.task import InputShape
from luthier.nets.activations import activation_named
from luthier.nets.dropout import Dropout
from luthier.nets.inputs import InputEncoding
from luthier.nets.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class TabmMiniSettings:
    """Choices of a TabM-mini. The paper has 32 networks of 512 units; the defaults here are made for two cores."""

    ensemble: int = 4
    "Networks that share the hidden weights, 1 or more."
    blocks: int = 2
    "Hidden layers, 1 or more."
    width: int = 192
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


class TabmMini(nn.Module):
    """Every network of the ensemble sees its own scaling of the features, goes through the same hidden layers, and has its own head.

    The scalings start at random, one for each input: normal where numbers are embedded, else signs.

    Source: Gorishniy, Kotelnikov, Babenko, "TabM", arXiv 2410.24210.

    Shape: result [batch, ensemble, classes]; the loss is the mean over the ensemble, the prediction the mean of its probabilities.
    """

    def __init__(self, settings: TabmMiniSettings, shape: InputShape, outputs: int) -> None:
        super().__init__()
        self.inputs = InputEncoding(shape, embedding=settings.embedding, size=settings.embedding_size, bins=settings.bins)
        self.scaling = nn.Parameter(_scaling(settings, self.inputs))
        widths = [self.inputs.width, *[settings.width] * settings.blocks]
        self.activation = activation_named(settings.activation)
        self.hidden = nn.ModuleList(nn.Linear(before, after) for before, after in zip(widths, widths[1:], strict=False))
        self.dropout = nn.ModuleList(Dropout(settings.dropout) for _ in self.hidden)
        limit = settings.width**-0.5
        self.head = nn.Parameter(torch.empty(settings.ensemble, settings.width, outputs).uniform_(-limit, limit))
        self.head_bias = nn.Parameter(torch.empty(settings.ensemble, outputs).uniform_(-limit, limit))

    def forward(self, numbers: Float[Tensor, "batch numbers"], codes: Int[Tensor, "batch codes"]) -> Float[Tensor, "batch ensemble classes"]:
        features = (self.inputs(numbers, codes) * self.scaling.unsqueeze(1)).flatten(0, 1)  # ensemble * batch: one product for all
        for linear, drop in zip(self.hidden, self.dropout, strict=True):
            features = drop(self.activation(linear(features)))
        own = features.unflatten(0, (len(self.scaling), -1))
        return torch.baddbmm(self.head_bias.unsqueeze(1), own, self.head).transpose(0, 1)

    def initialize_(self, numbers: Float[Tensor, "rows numbers"], codes: Int[Tensor, "rows codes"], *, generator: torch.Generator) -> None:
        """Place the bins of the embedding."""
        self.inputs.initialize_(numbers)

    def roles(self) -> dict[str, Role]:
        """Only the shared hidden weights are matrices; scalings and biases do not decay."""
        hidden = {f"hidden.{layer}.weight" for layer in range(len(self.hidden))}
        return {name: Role(decays=name != "scaling" and not name.endswith("bias"), is_matrix=name in hidden) for name, _ in self.named_parameters()}


def _scaling(settings: TabmMiniSettings, inputs: InputEncoding) -> Float[Tensor, "ensemble features"]:
    if settings.ensemble == 1:
        return torch.ones(1, inputs.width)
    chunks = torch.randn(settings.ensemble, len(inputs.chunks))
    if inputs.numbers is None:
        chunks = chunks.sign()
    return chunks.repeat_interleave(torch.tensor(inputs.chunks, dtype=torch.long), dim=1)
