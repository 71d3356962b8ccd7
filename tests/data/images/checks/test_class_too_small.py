from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.data.images.checks.said import findings, found
from tests.data.images.pictures import image_set, pictures


def test_copies_of_one_image_are_one_image(tmp_path: Path) -> None:
    pixels = pictures(24)
    pixels[-4:] = pixels[-1]

    (finding,) = findings("class-too-small", image_set(tmp_path, pixels, ["cat", "dog"] * 10 + ["owl"] * 4))

    assert finding.severity == "refuse"
    assert finding.evidence == "A class needs 2 different images, one to learn from and one to judge by, but these have one: 'owl'."
    assert finding.remedy == "Add images, join the class with another, or remove it."


def test_a_class_with_few_images_is_a_warning(tmp_path: Path) -> None:
    images = image_set(tmp_path, pictures(24), ["cat", "dog"] * 10 + ["owl"] * 4)

    assert found("class-too-small", images) == [("warn", "Some classes have fewer than 10 different images: 'owl' has 4.")]


def test_a_class_of_the_test_that_cannot_be_learned_is_refused(tmp_path: Path) -> None:
    images = image_set(tmp_path, pictures(34), ["cat", "dog"] * 12 + ["owl"] * 10, sealed=np.arange(34) >= 20)

    assert found("class-too-small", images) == [("refuse", "A class needs images to learn from, but these have test images only: 'owl'.")]
