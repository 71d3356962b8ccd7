"""StackedNetwork: trained members as one ordinary module, ready to predict and to be exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from luthier.core.task import InputShape, TaskKind
from luthier.fit.folds import TargetScale
from luthier.fit.losses import member_predictions
from luthier.fit.population import layout_of, stacked_call
from luthier.fit.train import TrainedMember
from luthier.nets import build


class StackedNetwork(nn.Module):
    """Members of one architecture with their final weights.

    Shape:
        - numbers: [members, rows, numbers], codes: [members, rows, codes]
        - result: probabilities [members, rows, classes], or predictions in the target's own unit [members, rows, 1]
    """

    def __init__(
        self,
        skeleton: nn.Module,
        weights: Mapping[str, Tensor],
        buffers: Mapping[str, Tensor],
        *,
        kind: TaskKind,
        shape: InputShape,
        scales: Sequence[TargetScale] = (),
    ) -> None:
        super().__init__()
        self.kind, self.shape = kind, shape
        object.__setattr__(self, "_skeleton", skeleton.eval())  # its own weights are not part of this module
        self._names = (tuple(weights), tuple(buffers))
        self.stacks = nn.ParameterList([nn.Parameter(stack.detach().clone(), requires_grad=False) for stack in (*weights.values(), *buffers.values())])
        column = lambda values: torch.tensor(list(values), dtype=torch.float32)[:, None, None]  # noqa: E731
        if not kind.is_classification:
            for name in ("mean", "deviation", "low", "high"):
                self.register_buffer(name, column(getattr(scale, name) for scale in scales))

    @property
    def members(self) -> int:
        """Number of networks."""
        return len(self.stacks[0])

    def named_stacks(self) -> dict[str, Tensor]:
        """Every stored tensor by its name in the network, members first."""
        return dict(zip((*self._names[0], *self._names[1]), (stack.detach() for stack in self.stacks), strict=True))

    def forward(self, numbers: Float[Tensor, "members rows numbers"], codes: Int[Tensor, "members rows codes"]) -> Float[Tensor, "members rows classes"]:
        stacks = list(self.stacks)
        weights = dict(zip(self._names[0], stacks, strict=False))
        buffers = dict(zip(self._names[1], stacks[len(weights) :], strict=True))
        predictions = member_predictions(self.kind, stacked_call(self._skeleton, weights, buffers, numbers, codes))
        if self.kind.is_classification:
            return predictions
        return (predictions * self.deviation + self.mean).clamp(self.low, self.high)


def stack_trained(trained: Sequence[TrainedMember], *, kind: TaskKind, shape: InputShape, outputs: int, scales: Sequence[TargetScale] = ()) -> StackedNetwork:
    """Trained members of one architecture as one module on the CPU.

    Args:
        scales: the target's scale for each fold; each member uses its own fold's.
    """
    skeleton = build(trained[0].member.recipe.net, shape, outputs, seed=0)
    layout = layout_of(skeleton)
    weights = layout.views(torch.stack([entry.weights.cpu() for entry in trained]))
    buffers = {name: torch.stack([entry.buffers[name].cpu() for entry in trained]) for name in trained[0].buffers}
    own_scales = [scales[entry.member.fold] for entry in trained] if scales else []
    return StackedNetwork(skeleton, weights, buffers, kind=kind, shape=shape, scales=own_scales)
