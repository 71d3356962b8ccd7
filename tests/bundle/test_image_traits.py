from __future__ import annotations

import numpy as np
import onnx
import pytest
from polars.testing import assert_frame_equal

from luthier.bundle import Bundle
from luthier.bundle.image_traits import BLOCK_ROWS, ImageTraits
from tests.bundle.made_up_images import COLOR, MadeUpImages, some_images


@pytest.fixture(scope="module")
def measured(image_classifier: MadeUpImages) -> ImageTraits:
    return Bundle.load(image_classifier.folder).image_traits()


def pixels(count: int) -> np.ndarray:
    return np.stack(some_images(count, channels=COLOR.channels, height=COLOR.height, width=COLOR.width))


def test_light_is_the_mean_and_the_spread_of_each_channel(measured: ImageTraits) -> None:
    images = pixels(3)

    traits = measured(images)

    assert traits["brightness_2"].to_list() == pytest.approx([image[..., 1].mean() for image in images])
    assert traits["contrast_3"].to_list() == pytest.approx([image[..., 2].std() for image in images])


def test_an_embedding_is_what_stands_before_the_last_layer_turned_but_not_stretched(measured: ImageTraits, image_classifier: MadeUpImages) -> None:
    """The last layer of the made-up network sees eight numbers."""
    traits = measured(pixels(2)).select(f"embedding_{place}" for place in range(1, 9))

    assert measured(pixels(2)).width == 3 + 3 + 8
    assert np.linalg.norm(traits.to_numpy(), axis=1).min() > 0
    assert np.ptp(traits.to_numpy(), axis=0).max() > 0


def test_equal_images_measure_alike_whatever_block_they_are_in(measured: ImageTraits) -> None:
    images = pixels(BLOCK_ROWS + 5)

    assert_frame_equal(measured(images)[BLOCK_ROWS:], measured(images[BLOCK_ROWS:]), abs_tol=1e-5)


def test_no_image_measures_as_an_empty_table(measured: ImageTraits) -> None:
    assert measured(pixels(1)[:0]).shape == (0, 14)


def test_a_network_without_a_linear_layer_has_light_alone(image_classifier: MadeUpImages) -> None:
    graph = onnx.load_model_from_string(image_classifier.graph)
    for node in graph.graph.node:
        node.output[:] = [name.replace("network0/", "net0/") for name in node.output]
        node.input[:] = [name.replace("network0/", "net0/") for name in node.input]
    for tensor in graph.graph.initializer:
        tensor.name = tensor.name.replace("network0/", "net0/")

    traits = ImageTraits(graph.SerializeToString())(pixels(2))

    assert traits.columns == ["brightness_1", "brightness_2", "brightness_3", "contrast_1", "contrast_2", "contrast_3"]
