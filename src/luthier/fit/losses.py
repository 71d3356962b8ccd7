"""The loss of every member of a population at once."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from luthier.core.task import TaskKind


def member_losses(kind: TaskKind, outputs: Tensor, targets: Tensor, smoothing: Float[Tensor, " members"] | None) -> Float[Tensor, " members"]:
    """Mean loss of each member over its batch, and over its ensemble where the net is one.

    The loss of an ensemble is the mean of its losses, never the loss of its mean (TabM, arXiv 2410.24210).

    Args:
        outputs: logits, or standardized predictions: [members, batch, (ensemble,) classes].
        targets: class index or standardized target [members, batch], or shares of the classes [members, batch, classes] for mixed images.
        smoothing: share of the target spread over all classes, one a member; None is no smoothing.
    """
    if outputs.dim() == 3:
        outputs = outputs.unsqueeze(2)
    if not kind.is_classification:
        return (outputs.squeeze(-1) - targets[:, :, None]).square().mean(dim=(1, 2))
    losses = _cross_entropies(outputs, targets).mean(dim=(1, 2))
    if smoothing is None:
        return losses
    spread = -F.log_softmax(outputs, dim=-1).mean(dim=(1, 2, 3))
    return torch.lerp(losses, spread, smoothing)


def _cross_entropies(logits: Tensor, targets: Tensor) -> Tensor:
    """One number a network of the ensemble and a row: [members, batch, ensemble]."""
    shape = logits.shape[:3]
    all_targets = targets.unsqueeze(2).expand(*shape, *targets.shape[2:]).flatten(0, 2)
    return F.cross_entropy(logits.flatten(0, 2), all_targets, reduction="none").unflatten(0, shape)


def member_predictions(kind: TaskKind, outputs: Tensor) -> Tensor:
    """Probabilities [members, batch, classes], or standardized predictions [members, batch, 1].

    An ensemble inside a net is averaged as probabilities, not as logits.
    """
    if outputs.dim() == 3:
        outputs = outputs.unsqueeze(2)
    values = outputs.softmax(dim=-1) if kind.is_classification else outputs
    return values.mean(dim=2)
