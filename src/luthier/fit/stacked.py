"""Trained networks as ordinary modules: one that predicts, and a stack of its weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call, vmap

from luthier.core.task import InputShape, PixelShape, TaskKind
from luthier.fit.folds import TargetScale
from luthier.fit.losses import member_predictions
from luthier.fit.population import layout_of
from luthier.fit.train import TrainedMember
from luthier.nets import build


class Predictor(nn.Module):
    """A network that answers in probabilities, or in the target's own unit and range.

    Shape: what the network takes, such as numbers [rows, numbers] and codes [rows, codes], to [rows, classes], or to [rows, 1] for a regression.
    """

    target_mean: Tensor
    target_deviation: Tensor
    target_low: Tensor
    target_high: Tensor

    def __init__(self, net: nn.Module, *, kind: TaskKind) -> None:
        super().__init__()
        self.net, self.kind = net, kind
        if not kind.is_classification:
            for field in fields(TargetScale):
                self.register_buffer(f"target_{field.name}", torch.tensor(0.0))

    def forward(self, *inputs: Tensor) -> Float[Tensor, "rows classes"]:
        predictions = member_predictions(self.kind, self.net(*inputs).unsqueeze(0)).squeeze(0)
        if self.kind.is_classification:
            return predictions
        answers = predictions * self.target_deviation + self.target_mean
        return torch.minimum(torch.maximum(answers, self.target_low), self.target_high)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StackedNetwork:
    """Trained members of one architecture."""

    predictor: Predictor
    "Answers for one member, with any member's tensors; on the CPU, in evaluation mode."
    tensors: Mapping[str, Tensor]
    "Weights and buffers by their name in the predictor, members first."

    @property
    def members(self) -> int:
        """Number of networks."""
        return len(next(iter(self.tensors.values())))

    @torch.no_grad()
    def predict(self, *inputs: Tensor) -> Float[Tensor, "members rows classes"]:
        """Every member's answer for its own rows; each input is [members, rows, ...]."""
        return vmap(lambda tensors, *inputs: functional_call(self.predictor, tensors, inputs))(dict(self.tensors), *inputs)

    def each(self, *inputs: Tensor) -> Float[Tensor, "members rows classes"]:
        """Every member's answer for the same rows, one member after the other."""
        stacks = [{name: stack[member] for name, stack in self.tensors.items()} for member in range(self.members)]
        return torch.stack([functional_call(self.predictor, tensors, inputs) for tensors in stacks])


def stack_trained(
    trained: Sequence[TrainedMember], *, kind: TaskKind, shape: InputShape | PixelShape, outputs: int, scales: Sequence[TargetScale] = ()
) -> StackedNetwork:
    """Trained members of one architecture, on the CPU.

    Args:
        scales: the target's scale for each fold; each member answers in its own fold's.
    """
    net = build(trained[0].member.recipe.net, shape, outputs, seed=0)
    weights = layout_of(net).views(torch.stack([entry.weights.cpu() for entry in trained]))
    buffers = {name: torch.stack([entry.buffers[name].cpu() for entry in trained]) for name in trained[0].buffers}
    tensors = {f"net.{name}": stack for name, stack in (weights | buffers).items()}
    if scales:
        own = [scales[entry.member.fold] for entry in trained]
        tensors |= {f"target_{field.name}": torch.tensor([getattr(scale, field.name) for scale in own]) for field in fields(TargetScale)}
    return StackedNetwork(predictor=Predictor(net, kind=kind).eval(), tensors=tensors)
