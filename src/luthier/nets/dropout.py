"""Dropout whose rate is a buffer, so that it may differ between the members of a population."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from luthier.core.errors import SettingInvalid


class Dropout(nn.Module):
    """Zeroes a share of the features in training and scales the others up; does nothing otherwise.

    Args:
        rate: share of the features that is dropped, [0, 1).
    """

    rate: Tensor

    def __init__(self, rate: float) -> None:
        if not 0 <= rate < 1:
            raise SettingInvalid(f"The rate of a dropout must be in [0, 1), but {rate!r} came.")
        super().__init__()
        self.register_buffer("rate", torch.tensor(float(rate)))

    def forward(self, features: Tensor) -> Tensor:
        if not self.training:
            return features
        kept = torch.rand(features.shape, device=features.device) >= self.rate
        return features * (kept / (1 - self.rate))
