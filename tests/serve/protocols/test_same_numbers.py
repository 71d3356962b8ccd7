from __future__ import annotations

import numpy as np
import polars as pl
import polars.selectors as selectors
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from luthier.bundle import Bundle
from tests.bundle.made_up_images import MadeUpImages, some_images
from tests.data.typed_frames import typed_frames
from tests.serve.protocols.asking import columns_of, infer, post, records_of

FEW = settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.too_slow])
"Not made smaller: each example asks a server four times."


def json_frames() -> st.SearchStrategy[pl.DataFrame]:
    """Typed frames without infinities, which JSON does not have."""
    finite = pl.when(selectors.float().is_finite()).then(selectors.float())
    return typed_frames(max_rows=5).map(lambda frame: frame.with_columns(finite))


def numbers(rows: list[dict], name: str) -> np.ndarray:
    return np.array([row[name] for row in rows], dtype=np.float64)


@FEW
@given(frame=json_frames())
def test_all_protocols_and_the_bundle_itself_say_the_same_of_classes(frame: pl.DataFrame, classifier_bundle: Bundle, classifier_address: str) -> None:
    names, rows = classifier_bundle.task.classes, records_of(frame)

    offline = classifier_bundle.predict_frame(frame, proba=True)
    native = post(classifier_address, "/v1/predict", {"rows": rows})["predictions"]
    binary = infer(classifier_address, columns_of(frame), binary=True)
    plain = infer(classifier_address, columns_of(frame), binary=False, outputs=["prediction", "probabilities"])
    invoked = post(classifier_address, "/invocations", {"dataframe_records": rows, "params": {"details": True}})["predictions"]

    expected = np.array([row["probabilities"] for row in native])
    for found in (binary.as_numpy("probabilities"), plain.as_numpy("probabilities"), np.stack([numbers(invoked, f"proba_{name}") for name in names], axis=1)):
        assert found.tobytes() == expected.tobytes()
    np.testing.assert_allclose(offline.select(pl.exclude("prediction")).to_numpy(), expected, atol=1e-6)
    assert [text.decode() for text in binary.as_numpy("prediction")] == plain.as_numpy("prediction").tolist() == [str(row["prediction"]) for row in native]
    assert [row["prediction"] for row in invoked] == [row["prediction"] for row in native]


@FEW
@given(frame=json_frames())
def test_all_protocols_and_the_bundle_itself_say_the_same_numbers(frame: pl.DataFrame, regressor_bundle: Bundle, regressor_address: str) -> None:
    rows = records_of(frame)
    split = {"columns": frame.columns, "data": [list(row.values()) for row in rows]}

    offline = regressor_bundle.predict_frame(frame)
    native = post(regressor_address, "/v1/predict", {"rows": rows})["predictions"]
    binary = infer(regressor_address, columns_of(frame), binary=True)
    plain = infer(regressor_address, columns_of(frame), binary=False, outputs=["prediction", "lower", "upper"])
    invoked = post(regressor_address, "/invocations", {"dataframe_split": split, "params": {"details": True}})["predictions"]

    for name in ("prediction", "lower", "upper"):
        expected = numbers(native, name)
        for found in (binary.as_numpy(name), plain.as_numpy(name), numbers(invoked, name)):
            np.testing.assert_array_equal(found, expected)
        np.testing.assert_allclose(offline[name].to_numpy(), expected, rtol=1e-5, atol=1e-5)


def test_all_protocols_and_the_bundle_itself_say_the_same_of_images(image_classifier: MadeUpImages, image_address: str) -> None:
    pixels = np.stack(some_images(3, channels=3))

    offline = Bundle.load(image_classifier.folder).predict_proba(pixels)
    binary = infer(image_address, {"image": pixels}, binary=True).as_numpy("probabilities")
    plain = infer(image_address, {"image": pixels}, binary=False, outputs=["probabilities"]).as_numpy("probabilities")
    invoked = post(image_address, "/invocations", {"inputs": pixels.tolist(), "params": {"details": True}})["predictions"]

    assert binary.tobytes() == plain.tobytes()
    np.testing.assert_array_equal(np.stack([numbers(invoked, f"proba_{name}") for name in ("bag", "coat", "shoe")], axis=1), binary)
    np.testing.assert_allclose(offline, binary, atol=1e-6)
