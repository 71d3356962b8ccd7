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
        targets: class index or standardized target [members, batch].
        smoothing: share of the target spread over all classes, one a member; None is no smoothing.
    """
    if outputs.dim() == 3:
        outputs = outputs.unsqueeze(2)
    targets = targets[:, :, None].expand(outputs.shape[:3])
    if not kind.is_classification:
        return (outputs.squeeze(-1) - targets).square().mean(dim=(1, 2))
    logits = outputs.flatten(0, 2)
    losses = F.cross_entropy(logits, targets.flatten(), reduction="none").unflatten(0, targets.shape).mean(dim=(1, 2))
    if smoothing is None:
        return losses
    spread = -F.log_softmax(outputs, dim=-1).mean(dim=(1, 2, 3))
    return torch.lerp(losses, spread, smoothing)


def member_predictions(kind: TaskKind, outputs: Tensor) -> Tensor:
    """Probabilities [members, batch, classes], or standardized predictions [members, batch, 1].

    An ensemble inside a net is averaged as probabilities, not as logits.
    """
    if outputs.dim() == 3:
        outputs = outputs.unsqueeze(2)
    values = outputs.softmax(dim=-1) if kind.is_classification else outputs
    return values.mean(dim=2)
