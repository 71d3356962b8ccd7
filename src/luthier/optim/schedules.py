"""How the learning rate moves over the training: pure functions of the share of the training that is done."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from luthier.optim.hyperparameters import Hyperparameter, require_not_negative, require_positive, require_share


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """The same all the way."""

    warmup: Hyperparameter = 0.0
    "Share of the training in which the rate rises evenly from 0; the rest of the training is the schedule's whole length. [0, 1)"

    def __post_init__(self) -> None:
        require_share(warmup=self.warmup)

    def factor(self, progress: Tensor) -> Tensor:
        """Factor of the peak learning rate at each progress in [0, 1]."""
        return ramp(progress, self.warmup)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Times `drop` after every `every`-th part of the training."""

    every: Hyperparameter = 0.25
    "Share of the training between two drops, more than 0."
    drop: Hyperparameter = 0.1
    "What the rate is multiplied by at a drop, more than 0."
    warmup: Hyperparameter = 0.0
    "As in `Constant`."

    def __post_init__(self) -> None:
        require_positive(every=self.every, drop=self.drop)
        require_share(warmup=self.warmup)

    def factor(self, progress: Tensor) -> Tensor:
        """Factor of the peak learning rate at each progress in [0, 1]."""
        drops = torch.floor(after(progress, self.warmup) / self.every + 1e-9)  # 3 * 0.1 must count as three tenths
        return ramp(progress, self.warmup) * torch.as_tensor(self.drop, dtype=progress.dtype, device=progress.device) ** drops


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """Straight down.

    Source: Bergsma et al., "Straight to Zero", arXiv 2502.15938: to zero is better than to a tenth.
    """

    end: Hyperparameter = 0.0
    "Factor at the end, [0, 1)."
    warmup: Hyperparameter = 0.0
    "As in `Constant`."

    def __post_init__(self) -> None:
        require_share(end=self.end, warmup=self.warmup)

    def factor(self, progress: Tensor) -> Tensor:
        """Factor of the peak learning rate at each progress in [0, 1]."""
        return ramp(progress, self.warmup) * (1 - (1 - self.end) * after(progress, self.warmup))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosine:
    """Half a cosine down.

    Source: Loshchilov and Hutter, "SGDR", arXiv 1608.03983, without its restarts.
    """

    end: Hyperparameter = 0.0
    "Factor at the end, [0, 1)."
    warmup: Hyperparameter = 0.0
    "As in `Constant`."

    def __post_init__(self) -> None:
        require_share(end=self.end, warmup=self.warmup)

    def factor(self, progress: Tensor) -> Tensor:
        """Factor of the peak learning rate at each progress in [0, 1]."""
        return ramp(progress, self.warmup) * fall(after(progress, self.warmup), 1.0, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmupStableDecay:
    """Constant, then down to 0 by one minus a square root.

    Source: Hägele et al., "Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations", arXiv 2405.18392.
    """

    cooldown: Hyperparameter = 0.2
    "Share of the training in which the rate falls, more than 0 and less than 1."
    warmup: Hyperparameter = 0.0
    "As in `Constant`."

    def __post_init__(self) -> None:
        require_share(cooldown=self.cooldown, warmup=self.warmup)
        require_positive(cooldown=self.cooldown)

    def factor(self, progress: Tensor) -> Tensor:
        """Factor of the peak learning rate at each progress in [0, 1]."""
        fallen = ((after(progress, self.warmup) - (1 - self.cooldown)) / self.cooldown).clamp(min=0)
        return ramp(progress, self.warmup) * (1 - fallen.sqrt())


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatCosine:
    """Constant, then half a cosine down to 0."""

    flat: Hyperparameter = 0.5
    "Share of the training before the fall, [0, 1)."
    warmup: Hyperparameter = 0.0
    "As in `Constant`."

    def __post_init__(self) -> None:
        require_share(flat=self.flat, warmup=self.warmup)

    def factor(self, progress: Tensor) -> Tensor:
        """Factor of the peak learning rate at each progress in [0, 1]."""
        fallen = ((after(progress, self.warmup) - self.flat) / (1 - self.flat)).clamp(min=0)
        return ramp(progress, self.warmup) * fall(fallen, 1.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CosLog4:
    """Four cosine waves of growing length from 0 to 0: good points to stop at all along the way.

    It rises from 0 by itself, so a warmup damps the first wave instead of shifting it.
    Source: Holzmüller et al., "Better by Default", arXiv 2407.04491.
    """

    warmup: Hyperparameter = 0.0
    "Share of the training in which the factor is damped, [0, 1)."

    def __post_init__(self) -> None:
        require_share(warmup=self.warmup)

    def factor(self, progress: Tensor) -> Tensor:
        """Factor of the peak learning rate at each progress in [0, 1]."""
        return ramp(progress, self.warmup) * 0.5 * (1 - torch.cos(2 * math.pi * torch.log2(1 + 15 * progress)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OneCycle:
    """Up by half a cosine, then down by half a cosine to nearly nothing, as `torch.optim.lr_scheduler.OneCycleLR`.

    It rises by itself, so a warmup damps the rise instead of shifting it.
    Source: Smith and Topin, "Super-Convergence", arXiv 1708.07120.
    """

    rise: Hyperparameter = 0.3
    "Share of the training before the peak, more than 0 and less than 1."
    start: Hyperparameter = 0.04
    "Factor at the start, [0, 1)."
    end: Hyperparameter = 4e-6
    "Factor at the end, [0, 1)."
    warmup: Hyperparameter = 0.0
    "Share of the training in which the factor is damped, [0, 1)."

    def __post_init__(self) -> None:
        require_share(rise=self.rise, start=self.start, end=self.end, warmup=self.warmup)
        require_positive(rise=self.rise)

    def factor(self, progress: Tensor) -> Tensor:
        """Factor of the peak learning rate at each progress in [0, 1]."""
        rising = fall((progress / self.rise).clamp(max=1), self.start, 1.0)
        falling = fall(((progress - self.rise) / (1 - self.rise)).clamp(min=0), 1.0, self.end)
        return ramp(progress, self.warmup) * torch.where(progress < self.rise, rising, falling)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReduceOnPlateau:
    """Constant, times a factor that shrinks whenever the error stops falling: `Plateau` keeps that factor for every member."""

    drop: Hyperparameter = 0.1
    "What the rate is multiplied by at a drop, more than 0 and less than 1."
    patience: Hyperparameter = 10.0
    "Evaluations without improvement that are still borne, 0 or more."
    threshold: Hyperparameter = 1e-4
    "Share of the best error by which a new one must be lower to count as better, [0, 1)."
    smallest: Hyperparameter = 0.0
    "The factor goes no lower, [0, 1)."
    warmup: Hyperparameter = 0.0
    "As in `Constant`."

    def __post_init__(self) -> None:
        require_share(drop=self.drop, threshold=self.threshold, smallest=self.smallest, warmup=self.warmup)
        require_positive(drop=self.drop)
        require_not_negative(patience=self.patience)

    def factor(self, progress: Tensor) -> Tensor:
        """The warmup alone; the errors decide the rest."""
        return ramp(progress, self.warmup)


def ramp(progress: Tensor, warmup: Hyperparameter) -> Tensor:
    """From 0 evenly to 1 at the end of the warmup, then 1; 1 everywhere without a warmup."""
    width = torch.as_tensor(warmup, dtype=progress.dtype, device=progress.device)
    return torch.where(progress < width, progress / width, 1.0)


def after(progress: Tensor, warmup: Hyperparameter) -> Tensor:
    """The share that is done of what follows the warmup."""
    return ((progress - warmup) / (1 - warmup)).clamp(min=0)


def fall(share: Tensor, first: Hyperparameter, last: Hyperparameter) -> Tensor:
    """Half a cosine from the first factor to the last."""
    return last + (first - last) * 0.5 * (1 + torch.cos(math.pi * share))
