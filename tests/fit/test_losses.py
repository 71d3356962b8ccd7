from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from luthier.core.task import TaskKind
from luthier.fit.losses import member_losses

MEMBERS, BATCH, CLASSES = 3, 10, 4
SMOOTHINGS = torch.tensor([0.0, 0.1, 0.5])


def outputs(*, ensemble: int | None = None) -> Tensor:
    middle = () if ensemble is None else (ensemble,)
    return torch.randn(MEMBERS, BATCH, *middle, CLASSES, generator=torch.Generator().manual_seed(0))


def classes() -> Tensor:
    return torch.randint(CLASSES, (MEMBERS, BATCH), generator=torch.Generator().manual_seed(1))


def shares() -> Tensor:
    return torch.rand(MEMBERS, BATCH, CLASSES, generator=torch.Generator().manual_seed(2)).softmax(dim=2)


@pytest.mark.parametrize("ensemble", [None, 5])
@pytest.mark.parametrize("smoothing", [None, SMOOTHINGS], ids=["plain", "smoothed"])
def test_all_of_one_class_is_that_class(ensemble: int | None, smoothing: Tensor | None) -> None:
    soft = F.one_hot(classes(), CLASSES).float()

    losses = member_losses(TaskKind.MULTICLASS, outputs(ensemble=ensemble), soft, smoothing)

    torch.testing.assert_close(losses, member_losses(TaskKind.MULTICLASS, outputs(ensemble=ensemble), classes(), smoothing))


@pytest.mark.parametrize("soft", [False, True], ids=["classes", "shares"])
def test_each_member_has_the_smoothed_loss_of_torch(soft: bool) -> None:
    logits, targets = outputs(), shares() if soft else classes()

    losses = member_losses(TaskKind.MULTICLASS, logits, targets, SMOOTHINGS)

    for m in range(MEMBERS):
        torch.testing.assert_close(losses[m], F.cross_entropy(logits[m], targets[m], label_smoothing=float(SMOOTHINGS[m])))


def test_the_loss_of_an_ensemble_is_the_mean_of_its_losses() -> None:
    logits, targets = outputs(ensemble=5), shares()

    losses = member_losses(TaskKind.MULTICLASS, logits, targets, None)

    each = torch.stack([member_losses(TaskKind.MULTICLASS, logits[:, :, k], targets, None) for k in range(5)])
    torch.testing.assert_close(losses, each.mean(dim=0))


def test_a_regression_is_judged_by_its_squared_error() -> None:
    values, targets = outputs(ensemble=2)[..., :1], shares()[..., 0]

    losses = member_losses(TaskKind.REGRESSION, values, targets, None)

    torch.testing.assert_close(losses, (values[..., 0] - targets[:, :, None]).square().mean(dim=(1, 2)))
