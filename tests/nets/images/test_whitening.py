from __future__ import annotations

import torch

from luthier.nets.images.whitening import WhiteningConvolution, random_patches
from tests.nets.images.images import COLOR, levels


def _patches(rows: int = 5000) -> torch.Tensor:
    """Patches of 2 x 2 whose numbers hang together, as those of photographs do."""
    flat = torch.randn(rows, 12, generator=torch.Generator().manual_seed(0))
    return (flat + 2 * flat.mean(dim=1, keepdim=True)).view(rows, 3, 2, 2)


def test_what_comes_out_of_the_patches_that_it_was_fitted_to_is_white():
    layer = WhiteningConvolution(3, 2)

    layer.initialize_(_patches())

    white = layer(_patches()).flatten(1)
    torch.testing.assert_close(white[:, :12].mT @ white[:, :12] / len(white), torch.eye(12), atol=2e-3, rtol=0)
    torch.testing.assert_close(white[:, 12:], -white[:, :12])


def test_the_filters_are_frozen_and_the_bias_is_trained():
    layer = WhiteningConvolution(1, 3)

    assert [name for name, _ in layer.named_parameters()] == ["bias"]
    assert layer.filters.shape == (18, 1, 3, 3)


def test_patches_without_any_difference_give_finite_filters():
    layer = WhiteningConvolution(1, 2)

    layer.initialize_(torch.zeros(50, 1, 2, 2))

    assert layer.filters.isfinite().all()


def test_patches_are_pieces_of_the_images():
    image = torch.arange(48, dtype=torch.uint8).view(1, 3, 4, 4)

    patches = random_patches(image, 3, generator=torch.Generator().manual_seed(0))

    pieces = {tuple(image[0, :, top : top + 3, left : left + 3].flatten().tolist()) for top in range(2) for left in range(2)}
    assert {tuple(patch) for patch in patches[:200].flatten(1).tolist()} == pieces


def test_the_same_generator_gives_the_same_patches():
    first, second = (random_patches(levels(COLOR), 2, generator=torch.Generator().manual_seed(1)) for _ in range(2))

    assert torch.equal(first, second)
