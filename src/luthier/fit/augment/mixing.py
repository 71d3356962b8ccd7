"""Mixup and CutMix: images of a batch are mixed with each other, and so are their targets."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from luthier.fit.augment.draws import host_rng
from luthier.fit.augment.settings import AugmentationSettings


def mix(
    images: Float[Tensor, "batch channel height width"], targets: Tensor, classes: int, settings: AugmentationSettings, generator: torch.Generator
) -> tuple[Float[Tensor, "batch channel height width"], Tensor]:
    """A batch mixed with itself in another order; where both kinds of mixing are asked for, a coin decides for the batch.

    Args:
        targets: class index [batch], or numbers [batch] for a regression.
        classes: number of classes; a regression does not look at it.

    Returns:
        Images, and targets that are shares of the classes [batch, classes], or numbers [batch]. The images given are not changed.
    """
    soft = targets if targets.is_floating_point() else F.one_hot(targets, classes).to(torch.float32)
    if not settings.mixes:
        return images, soft
    rng = host_rng(generator)
    others = torch.randperm(len(images), generator=generator, device=generator.device).to(images.device)
    cuts = settings.mixup == 0 or (settings.cutmix > 0 and rng.random() < 0.5)
    alpha = settings.cutmix if cuts else settings.mixup
    share = float(rng.beta(alpha, alpha))
    if cuts:
        mixed, share = with_rectangle(images, others, share, middle=(rng.random(), rng.random()))
    else:
        mixed = blended(images, others, share)
    return mixed, blended(soft, others, share)


def blended(values: Tensor, others: Tensor, share: float) -> Tensor:
    """A share of each value, and the rest of another one.

    Source: Zhang et al., "mixup: Beyond Empirical Risk Minimization", arXiv 1710.09412; one share for the batch.
    """
    return torch.lerp(values[others], values, share)


def with_rectangle(images: Tensor, others: Tensor, share: float, *, middle: tuple[float, float]) -> tuple[Tensor, float]:
    """Images with a rectangle of another one each, and the share of their own that is left.

    Args:
        share: of an image that is to stay; less is taken where the rectangle reaches beyond an edge.
        middle: of the rectangle, as shares of height and width.

    Source: Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features", arXiv 1905.04899.
    """
    height, width = images.shape[2:]
    side = (1 - share) ** 0.5
    top, bottom = _cut(height, middle[0], side)
    left, right = _cut(width, middle[1], side)
    mixed = images.clone()
    mixed[:, :, top:bottom, left:right] = images[others, :, top:bottom, left:right]
    return mixed, 1 - (bottom - top) * (right - left) / (height * width)


def _cut(length: int, middle: float, share: float) -> tuple[int, int]:
    first = round(length * (middle - share / 2))
    return max(first, 0), min(first + round(length * share), length)
