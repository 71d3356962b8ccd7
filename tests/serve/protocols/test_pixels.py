from __future__ import annotations

import base64

import numpy as np
import pytest

from luthier.core.errors import RequestRefused
from luthier.data.images import decode, reference_to
from luthier.serve.protocols.pixels import as_png, from_base64


@pytest.mark.parametrize("channels", [1, 3])
def test_no_level_of_gray_is_changed(channels: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2, 5, 7, channels), dtype=np.uint8)

    files = as_png(pixels)

    np.testing.assert_array_equal(np.stack([decode(reference_to(file), channels) for file in files]), pixels)


@pytest.mark.parametrize("shape", [(10**9, 0, 0, 3), (0, 5, 5, 3), (1, 5, 5, 4)])
def test_pixels_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(RequestRefused) as refused:
        as_png(np.zeros(shape, dtype=np.uint8))

    assert str(refused.value) == (
        f"Pixels must have the shape [rows, height, width, channels] with 1 or 3 channels, but {list(shape)} came. Send uint8 in that order."
    )


def test_base64_is_read_strictly() -> None:
    assert from_base64(base64.b64encode(b"an image").decode()) == b"an image"
    with pytest.raises(RequestRefused) as refused:
        from_base64("%2Ftmp%2Fshoe.png")

    assert (str(refused.value), refused.value.status) == (
        "An image in JSON must be a file in base64, but '%2Ftmp%2Fshoe.png' came. Encode the file's bytes.",
        400,
    )
