from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from luthier.bundle import Bundle
from luthier.core.errors import DataUnreadable
from tests.bundle.made_up import MadeUp, training_rows
from tests.bundle.made_up_images import MadeUpImages, some_images


def test_classes_sets_and_probabilities_are_those_of_a_table(classifier: MadeUp) -> None:
    bundle, frame = Bundle.load(classifier.folder), training_rows()
    answerer = bundle.answerer()

    answers = answerer.answer(answerer.read_rows(frame.to_dicts()))

    assert answers.predictions == bundle.predict_frame(frame)["prediction"].to_list()
    np.testing.assert_allclose(answers.probabilities, bundle.predict_proba(frame), rtol=1e-6)
    held = [tuple(np.array(bundle.task.classes)[inside].tolist()) for inside in bundle.predict_set(frame)]
    assert answers.sets == held
    assert len({len(names) for names in held}) > 1


def test_numbers_and_intervals_are_those_of_a_table(regressor: MadeUp) -> None:
    bundle, frame = Bundle.load(regressor.folder), training_rows()
    answerer = bundle.answerer()

    answers = answerer.answer(answerer.read_rows(frame.to_dicts()))

    offline = bundle.predict_frame(frame)
    for name, values in (("prediction", answers.predictions), ("lower", answers.lower), ("upper", answers.upper)):
        np.testing.assert_allclose(values, offline[name].to_numpy(), rtol=1e-6)


def test_images_are_answered_as_files_are(image_classifier: MadeUpImages) -> None:
    bundle = Bundle.load(image_classifier.folder)
    answerer, encoded = bundle.answerer(), []
    for image in some_images(11, channels=3):
        file = io.BytesIO()
        Image.fromarray(image).save(file, "PNG")
        encoded.append(file.getvalue())

    answers = answerer.answer(answerer.read_images(encoded))

    np.testing.assert_allclose(answers.probabilities, bundle.predict_proba(encoded), rtol=1e-6)


def test_an_image_that_cannot_be_read_is_refused_before_anything_is_answered(image_classifier: MadeUpImages) -> None:
    with pytest.raises(DataUnreadable, match="'row 1' cannot be read as an image"):
        Bundle.load(image_classifier.folder).answerer().read_images([b"no image"])


def test_nothing_is_answered_with_nothing(classifier: MadeUp, image_classifier: MadeUpImages) -> None:
    for made in (classifier, image_classifier):
        answerer = Bundle.load(made.folder).answerer()
        answerer.warm_up()

        assert answerer.answer(answerer.read_rows([]) if made is classifier else answerer.read_images([])).predictions == []
