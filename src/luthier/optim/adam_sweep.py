"""The step that Adam, AdamW and the unorthogonalized part of Muon share."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from luthier.optim.hyperparameters import Hyperparameter, per_member
from luthier.optim.optimizer import State
from luthier.optim.sweep import Block, Shrinkage, buffers


@dataclass(frozen=True, slots=True, kw_only=True)
class AdamRates:
    """The coefficients of one step, each [members, 1], in the weights' dtype where nothing else is said.

    Both bias corrections are moved out of the matrices: lr / c1 * m / (sqrt(v) / sqrt(c2) + eps) = m / ((sqrt(v) + eps * sqrt(c2)) * c1 / (lr * sqrt(c2))).
    """

    mean: Tensor
    "Share of the new gradient in its running mean."
    square: Tensor
    "Share of the new squared gradient in its running mean."
    epsilon: Tensor
    "Added to the root of the running square."
    slowness: Tensor
    "What the root is then multiplied by: one over the effective learning rate."
    shrinkage: Shrinkage = field(default_factory=dict)
    "What decoupled weight decay multiplies weights by."
    penalty: Tensor | None = None
    "Weight decay as the factor of an L2 penalty, float64."


def start_moments(weights: Tensor) -> State:
    """Running means of the gradient and of its square, and the number of steps done."""
    return {"mean": torch.zeros_like(weights), "square": torch.zeros_like(weights), "steps": weights.new_zeros(len(weights), 1, dtype=torch.float64)}


def adam_rates(weights: Tensor, steps: Tensor, *, learning_rate: Tensor, beta1: Hyperparameter, beta2: Hyperparameter, eps: Hyperparameter) -> AdamRates:
    """The coefficients of the step number `steps`, counted from 1."""
    mean, square = per_member(beta1, weights), per_member(beta2, weights)
    root = (1 - square**steps).sqrt()
    epsilon, slowness = per_member(eps, weights) * root, (1 - mean**steps) / (learning_rate * root)
    dtype = weights.dtype
    return AdamRates(mean=(1 - mean).to(dtype), square=(1 - square).to(dtype), epsilon=epsilon.to(dtype), slowness=slowness.to(dtype))


def adam_sweep_(planned: tuple[Block, ...], weights: Tensor, gradients: Tensor, state: State, rates: AdamRates) -> None:
    """Step all blocks."""
    for block, (buffer, total) in zip(planned, buffers(weights, planned, 2), strict=True):
        w, g, mean, square = block.cut(weights, gradients, state["mean"], state["square"])
        block.decay_(w, rates.shrinkage)
        g = block.penalized(g, w, rates.penalty, total)
        mean.lerp_(g, rates.mean[block.rows])
        square.lerp_(torch.mul(g, g, out=buffer), rates.square[block.rows])
        divisors = torch.sqrt(square, out=buffer).add_(rates.epsilon[block.rows]).mul_(rates.slowness[block.rows])
        block.descend_divided_(w, mean, divisors)
