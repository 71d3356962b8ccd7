from __future__ import annotations

import orjson

from luthier.serve.protocols.open_inference import parse_inference
from luthier.serve.protocols.open_inference_metadata import Statistics, example_request, model_config, model_metadata
from tests.bundle.made_up import MadeUp
from tests.bundle.made_up_images import MadeUpImages
from tests.data.typed_frames import KINDS


def test_metadata_tell_one_tensor_a_column(classifier: MadeUp) -> None:
    told = model_metadata("shapes", 3, classifier.manifest)

    assert (told["name"], told["versions"]) == ("shapes", ["3"])
    assert {tensor["name"]: tensor["datatype"] for tensor in told["inputs"]} == {
        "size": "FP64",
        "color": "BYTES",
        "smoker": "BOOL",
        "seen": "BYTES",
        "note": "BYTES",
        "weight": "FP64",
        "shape": "BYTES",
    }
    assert told["outputs"][1] == {"name": "probabilities", "datatype": "FP64", "shape": [-1, 3]}


def test_metadata_of_images_tell_one_tensor_of_pixels(image_classifier: MadeUpImages) -> None:
    assert model_metadata("products", 1, image_classifier.manifest)["inputs"] == [{"name": "image", "datatype": "UINT8", "shape": [-1, -1, -1, 3]}]


def test_the_configuration_tells_the_same_tensors_in_tritons_words(regressor: MadeUp) -> None:
    told = model_config("shapes", regressor.manifest)

    assert [tensor["name"] for tensor in told["input"]] == list(KINDS)
    assert told["input"][1] == {"name": "color", "data_type": "TYPE_STRING", "dims": [-1]}
    assert told["output"][1] == {"name": "lower", "data_type": "TYPE_FP64", "dims": [-1]}


def test_the_example_of_the_document_is_a_request(classifier: MadeUp, image_classifier: MadeUpImages) -> None:
    for manifest in (classifier.manifest, image_classifier.manifest):
        assert parse_inference(orjson.dumps(example_request(manifest)), manifest).question.size == 1


def test_statistics_count_requests_and_rows() -> None:
    statistics = Statistics()

    statistics.count_answered(rows=5, nanoseconds=70)
    statistics.count_answered(rows=1, nanoseconds=30)
    statistics.count_refused(nanoseconds=4)

    [told] = statistics.to_json("shapes", 3)["model_stats"]
    assert (told["inference_count"], told["execution_count"]) == (6, 2)
    assert told["inference_stats"] == {"success": {"count": 2, "ns": 100}, "fail": {"count": 1, "ns": 4}}
