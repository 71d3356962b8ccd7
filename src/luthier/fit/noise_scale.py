"""Gradient noise scale: how many rows a batch needs before its gradient is more signal than noise.

With G the mean gradient of a row over the training rows and S the covariance between rows, the simple noise scale is tr S / |G|^2. Both follow without bias
from the squared norms of gradients at two batch sizes, and a stack of equal networks on different batches gives both at once:
each network's gradient is the small batch's, their mean the large one's.

Source: McCandlish, Kaplan, Amodei et al., "An Empirical Model of Large-Batch Training", arXiv 1812.06162, appendix A.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor, nn

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Member, Recipe
from luthier.core.seeds import derive_seed, numpy_rng
from luthier.fit.folds import FoldTensors
from luthier.fit.losses import member_losses
from luthier.fit.population import Population, stacked_call, start_network

MEASUREMENTS = 24
"Moments of a training at which gradients are measured, in its second half: the noise scale grows as the loss falls."
RESAMPLES, COVERAGE = 1000, 0.95
"Of the bootstrap over these moments."
FAR = 2.0
"A batch is too small or too large where the whole interval lies beyond this many times the batch."


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseScale:
    """What was measured, and what it says about the batch."""

    simple: float
    "Rows at which the noise of a batch's gradient is as large as the gradient; infinite where no gradient can be told from noise."
    interval: tuple[float, float]
    "Of 95 %, over the moments of the training; the upper end may be infinite."
    batch_size: int
    "Rows a step of the recipe that was measured."
    advice: str
    "What to do with the batch size, in a sentence."


def gradient_noise_scale(recipe: Recipe, data: FoldTensors, *, steps: int = 100, batches: int = 8, seed: int = 0, fold: int = 0) -> NoiseScale:
    """Train a network for a while and measure its gradients on several batches now and then; the network is thrown away.

    Dropout is off where gradients are measured: only the choice of rows makes noise.

    Args:
        steps: of the training; the second half is measured.
        batches: how many at a time; their mean is the large batch.

    Raises:
        SettingInvalid: there are too few steps or batches.
    """
    if steps < 2 or batches < 2:
        raise SettingInvalid(f"The noise of gradients needs 2 steps and 2 batches or more, but {steps} and {batches} came. Give more.")
    member = Member(recipe=recipe, fold=fold, seed=derive_seed(seed, "noise"))
    population, net = Population([member], data, seed=seed), start_network(member, data).eval()
    rows, size = data.train_rows[fold], population.batch_size
    generator = torch.Generator().manual_seed(derive_seed(seed, "batches"))
    measured = []
    for step in range(steps):
        if step in _moments(steps):
            drawn = torch.randint(len(rows), (batches, size), generator=generator).to(rows.device)
            measured.append(squared_norms(net, population, rows[drawn]))
        population.step_together((step + 0.5) / steps)
    small, large = np.transpose(measured)
    return noise_scale(small, large, batch_size=size, batches=batches, seed=seed)


def squared_norms(net: nn.Module, population: Population, rows: Int[Tensor, "members batch"]) -> tuple[float, float]:
    """Mean squared norm of each batch's gradient, and squared norm of their mean, at the weights of the population's only member.

    Args:
        net: of the population's architecture; its own weights do not matter.
        rows: one batch of row numbers for each gradient.
    """
    data, count = population.data, len(rows)
    copies = {name: view.expand(count, *view.shape[1:]).clone().requires_grad_() for name, view in population.layout.views(population.weights).items()}
    buffers = {name: stack.expand(count, *stack.shape[1:]) for name, stack in population.buffers.items()}
    inputs, targets = data.gather(torch.full((count,), population.members[0].fold, device=data.device), rows)
    smoothing = torch.full((count,), population.recipe.label_smoothing, device=data.device)
    losses = member_losses(data.kind, stacked_call(net, copies, buffers, inputs), targets, smoothing)
    parts = torch.autograd.grad(losses.sum(), list(copies.values()))
    gradients = population.layout.flatten(dict(zip(copies, parts, strict=True))).double()
    return float(gradients.square().sum(dim=1).mean()), float(gradients.mean(dim=0).square().sum())


def noise_scale(small: Sequence[float] | np.ndarray, large: Sequence[float] | np.ndarray, *, batch_size: int, batches: int, seed: int = 0) -> NoiseScale:
    """The noise scale from squared gradient norms.

    Args:
        small: at each moment the mean squared norm of the gradients of batches.
        large: at each moment the squared norm of their mean.
        batch_size: rows of a batch.
        batches: of which that mean was made.
        seed: of the bootstrap.

    Example:
        >>> noise_scale([6.0, 6.0], [2.0, 2.0], batch_size=10, batches=5).simple
        50.0
    """
    few, many = np.asarray(small), np.asarray(large)
    noise = (few - many) / (1 - 1 / batches)
    signal = (batches * many - few) / (batches - 1)
    simple = _rows(noise.mean(), signal.mean(), batch_size)
    draws = numpy_rng(seed, "noise scale").integers(len(noise), size=(RESAMPLES, len(noise)))
    scales = np.sort([_rows(noise[draw].mean(), signal[draw].mean(), batch_size) for draw in draws])
    low, high = (float(scales[round(share * (RESAMPLES - 1))]) for share in ((1 - COVERAGE) / 2, (1 + COVERAGE) / 2))
    return NoiseScale(simple=simple, interval=(low, high), batch_size=batch_size, advice=_advice(simple, low, high, batch_size))


def _moments(steps: int) -> frozenset[int]:
    return frozenset(np.linspace(steps // 2, steps - 1, min(MEASUREMENTS, steps - steps // 2)).round().astype(int).tolist())


def _rows(noise: float, signal: float, batch_size: int) -> float:
    """Batches over which noise and signal are equal, in rows."""
    return float(noise / signal * batch_size) if signal > 0 else inf


def _advice(simple: float, low: float, high: float, batch_size: int) -> str:
    about = f"about {float(f'{simple:.2g}'):,.0f} rows" if isfinite(simple) else "too large to be measured"
    if low > FAR * batch_size:
        return f"Batch {batch_size} is small for the noise scale ({about}): a larger batch learns nearly as much from each row, in fewer steps."
    if high < batch_size / FAR:
        return f"Batch {batch_size} is large for the noise scale ({about}): most of its rows are wasted, and a smaller batch learns more from each."
    return f"Batch {batch_size} suits the noise scale ({about}) as far as can be told."
