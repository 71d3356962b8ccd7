"""Muon: orthogonalized momentum for hidden weight matrices, AdamW for everything else."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from luthier.core.errors import SettingInvalid
from luthier.optim.adam_sweep import adam_rates, adam_sweep_, start_moments
from luthier.optim.hyperparameters import Hyperparameter, per_member, require_positive, require_share
from luthier.optim.layout import WeightLayout, WeightSlot
from luthier.optim.newton_schulz import orthogonalize
from luthier.optim.optimizer import State
from luthier.optim.sweep import blocks, present, shrinkage

SCALES = ("match-rms", "original")


@dataclass(frozen=True, slots=True, kw_only=True)
class Muon:
    """Muon on the slots that are matrices, step for step as `torch.optim.Muon` but in full precision; AdamW on the rest.

    A filter of a convolution is taken as a matrix (outputs, everything else).

    Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024; `match-rms` from Liu et al., arXiv 2502.16982.
    """

    learning_rate_ratio: Hyperparameter = 1.0
    "Learning rate of the matrices over the learning rate of the rest, more than 0."
    momentum: Hyperparameter = 0.95
    "Decay a step of the mean of the matrices' gradients, [0, 1)."
    beta1: Hyperparameter = 0.9
    "As in `AdamW`, for the rest."
    beta2: Hyperparameter = 0.999
    "As in `AdamW`, for the rest."
    eps: Hyperparameter = 1e-8
    "As in `AdamW`, for the rest."
    scale: str = "match-rms"
    "`match-rms`: 0.2 sqrt(max(height, width)), a step as large as AdamW's, so that one learning rate suits both; `original`: sqrt(max(1, height / width))."
    steps: int = 5
    "Newton-Schulz steps, 1 or more."

    def __post_init__(self) -> None:
        require_share(momentum=self.momentum, beta1=self.beta1, beta2=self.beta2)
        require_positive(learning_rate_ratio=self.learning_rate_ratio, eps=self.eps)
        if self.scale not in SCALES:
            raise SettingInvalid(f"scale must be 'match-rms' or 'original', but {self.scale!r} came.")
        if self.steps < 1:
            raise SettingInvalid(f"steps must be 1 or more, but {self.steps!r} came.")

    def start(self, weights: Float[Tensor, "members parameters"]) -> State:
        """As in `AdamW`; in the columns of matrices the mean is the momentum and the square stays 0."""
        return start_moments(weights)

    def step_(
        self,
        weights: Float[Tensor, "members parameters"],
        gradients: Float[Tensor, "members parameters"],
        state: State,
        *,
        learning_rate: Float[Tensor, "members 1"],
        weight_decay: Float[Tensor, "members 1"],
        layout: WeightLayout,
    ) -> None:
        """Move weights and state by one step."""
        rates = adam_rates(weights, state["steps"].add_(1), learning_rate=learning_rate, beta1=self.beta1, beta2=self.beta2, eps=self.eps)
        rates = replace(rates, shrinkage=shrinkage(weights, learning_rate, weight_decay, layout))
        adam_sweep_(blocks(layout, weights, layout.spans_outside_matrices), weights, gradients, state, rates)
        momentum, ratio = (per_member(value, weights) for value in (self.momentum, self.learning_rate_ratio))
        for slots in _by_shape(layout):
            ahead = torch.cat([_nesterov_(slot, gradients, state["mean"], momentum) for slot in slots])
            for slot, update in zip(slots, orthogonalize(ahead, steps=self.steps).split(len(weights)), strict=True):
                self._move_(slot, weights, update, ratio * learning_rate * slot.learning_rate_factor, present(weight_decay))

    def weights_to_judge(self, weights: Float[Tensor, "members parameters"], state: State) -> Float[Tensor, "members parameters"]:
        """The weights themselves."""
        return weights

    def _move_(self, slot: WeightSlot, weights: Tensor, update: Tensor, rates: Tensor, decay: Tensor | None) -> None:
        """Decay one slot of all members and step it against its update."""
        matrices = _matrices(slot, weights)
        if decay is not None and slot.decays:
            matrices.mul_((1 - rates * decay)[..., None].to(weights.dtype))
        matrices.addcmul_(update, (rates * self._scale(update))[..., None].to(weights.dtype), value=-1)

    def _scale(self, update: Tensor) -> float:
        height, width = update.shape[1:]
        return 0.2 * math.sqrt(max(height, width)) if self.scale == "match-rms" else math.sqrt(max(1.0, height / width))


def _by_shape(layout: WeightLayout) -> list[list[WeightSlot]]:
    """The matrices of a layout, those of one shape together."""
    groups: dict[tuple[int, int], list[WeightSlot]] = {}
    for slot in layout.matrices:
        groups.setdefault(_sides(slot), []).append(slot)
    return list(groups.values())


def _sides(slot: WeightSlot) -> tuple[int, int]:
    return slot.shape[0], math.prod(slot.shape[1:])


def _matrices(slot: WeightSlot, flat: Tensor) -> Tensor:
    """The slot of every member as [members, height, width]."""
    return flat[:, slice(*slot.span)].view(len(flat), *_sides(slot))


def _nesterov_(slot: WeightSlot, gradients: Tensor, means: Tensor, momentum: Tensor) -> Tensor:
    """Take the gradients into their running mean and look one step ahead."""
    fresh = (1 - momentum)[..., None].to(means.dtype)
    gradient, mean = _matrices(slot, gradients), _matrices(slot, means)
    return torch.lerp(mean.lerp_(gradient, fresh), gradient, fresh)
