from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance
from scipy.sparse.csgraph import connected_components

from luthier.data.images import near_duplicate_clusters, take_fingerprints
from luthier.data.images.near_duplicates import RADIUS
from tests.data.images.pictures import picture

COUNT, SIDE = 60, 64
ORIGINALS = [Image.fromarray(picture(seed, height=SIDE, width=SIDE)) for seed in range(COUNT)]


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    """The image after it was encoded."""
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return Image.open(stream)


CHANGES = {
    "same": lambda image: image,
    "jpeg 60": lambda image: jpeg(image, 60),
    "half the size": lambda image: image.resize((SIDE // 2, SIDE // 2), Image.Resampling.LANCZOS),
    "twice the size": lambda image: image.resize((2 * SIDE, 2 * SIDE), Image.Resampling.BICUBIC),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.08),
    "less contrast": lambda image: ImageEnhance.Contrast(image).enhance(0.85),
}


def stacked(images: list[Image.Image]) -> np.ndarray:
    """Images brought to one size, as in a cache."""
    return np.stack([np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR)) for image in images])


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_near_its_original_and_nothing_else(change: str) -> None:
    pixels = stacked(ORIGINALS + [CHANGES[change](image) for image in ORIGINALS])

    clusters = near_duplicate_clusters(take_fingerprints(pixels))

    np.testing.assert_array_equal(clusters, np.tile(np.arange(COUNT), 2))


def on_flat_ground(seed: int) -> np.ndarray:
    """A dark ellipse on white, somewhere, of some size: gray 28 × 28."""
    rng = np.random.default_rng(seed)
    image = Image.new("L", (28, 28), 255)
    left, top = rng.integers(2, 12, 2)
    ImageDraw.Draw(image).ellipse((left, top, left + rng.integers(6, 15), top + rng.integers(6, 15)), fill=int(rng.integers(0, 100)))
    return np.asarray(image)[:, :, None]


def test_shapes_on_flat_ground_do_not_chain_into_giant_clusters() -> None:
    pixels = np.stack([on_flat_ground(seed) for seed in range(2_000)])

    sizes = np.bincount(near_duplicate_clusters(take_fingerprints(pixels)))

    assert sizes.max() <= 10


def test_nearly_constant_images_are_alike_only_where_they_are_equal() -> None:
    pixels = np.random.default_rng(0).integers(199, 202, (40, 32, 32, 1)).astype(np.uint8)
    pixels[30:] = 200

    clusters = near_duplicate_clusters(take_fingerprints(pixels))

    assert clusters.tolist() == [*range(30), *[30] * 10]


def test_the_same_shape_in_another_color_is_another_image() -> None:
    image = picture(0, height=32, width=32)
    red, green = (np.clip(image * np.array(weights), 0, 255).astype(np.uint8) for weights in ([1.0, 0.3, 0.3], [0.3, 0.65, 0.3]))

    assert near_duplicate_clusters(take_fingerprints(np.stack([red, green, red]))).tolist() == [0, 1, 0]


def test_the_tree_finds_the_pairs_that_comparing_all_with_all_finds() -> None:
    rng = np.random.default_rng(0)
    base = np.stack([picture(seed, height=32, width=32, channels=1) for seed in range(100)])
    copies = np.clip(base[rng.integers(0, 100, 150)] + rng.normal(0, 1, (150, 32, 32, 1)) * rng.uniform(0, 4, (150, 1, 1, 1)), 0, 255).astype(np.uint8)
    prints = take_fingerprints(np.concatenate([base, copies]))
    near = np.linalg.norm(prints.edges[:, None] - prints.edges[None], axis=2) <= RADIUS

    clusters = near_duplicate_clusters(prints)

    different, plain = connected_components(near, directed=False)
    assert 100 < different < 240
    np.testing.assert_array_equal(clusters[:, None] == clusters[None], plain[:, None] == plain[None])


def test_copies_of_copies_are_one_cluster() -> None:
    images = [jpeg(ORIGINALS[0], quality) for quality in range(40, 96, 2)]

    assert near_duplicate_clusters(take_fingerprints(stacked(images))).max() == 0


@pytest.mark.parametrize("shape", [(2, 1, 1, 1), (2, 8, 8, 1), (3, 5, 90, 3)])
def test_images_of_any_shape_have_fingerprints(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)

    prints = take_fingerprints(pixels)

    assert np.isfinite(prints.edges).all()
    assert near_duplicate_clusters(prints).tolist() == list(range(len(pixels)))


def test_border_levels_are_those_of_the_outermost_pixels() -> None:
    pixels = np.full((1, 8, 6, 3), 9, dtype=np.uint8)
    pixels[:, 1:-1, 1:-1] = 200

    np.testing.assert_allclose(take_fingerprints(pixels).borders, [[9, 9, 9]])
