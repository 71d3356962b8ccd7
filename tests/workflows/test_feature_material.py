from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from luthier.bundle import Calibration, Session, Stack
from luthier.core.clock import Deadline
from luthier.core.errors import SettingInvalid
from luthier.core.listener import Silent
from luthier.core.recipe import Choice
from luthier.core.task import TaskKind
from luthier.data.images import build_image_set, read_listing, split_images
from luthier.fit import Predictor
from luthier.nets import build
from luthier.nets.images import backbone_choice
from luthier.workflows.feature_extraction import FeatureExtractor
from luthier.workflows.feature_material import FeatureMaterial
from luthier.workflows.fit import fit
from luthier.workflows.image_material import ImageMaterial
from luthier.workflows.load import load
from luthier.workflows.result import FitResult
from luthier.workflows.settings import FitSettings
from tests.bundle.made_up import RECIPE
from tests.nets.images.backbones.weight_files import trained, written

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, rng = tmp_path_factory.mktemp("photos"), np.random.default_rng(0)
    for name, color in (("leaf", (40, 160, 60)), ("rose", (180, 40, 60))):
        (folder / name).mkdir()
        for place in range(20):
            pixels = np.clip(rng.normal(color, 40, (14, 16, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{place:02}.png")
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(trained(), tmp_path_factory.mktemp("weights"), "safetensors")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def material(photos: Path, weights: str, cache: Path) -> FeatureMaterial:
    images = build_image_set(read_listing(photos), cache=cache / "pixels")
    return computed(ImageMaterial(images, split_images(images, folds=2, seed=0), seed=0), weights)


@pytest.fixture(scope="module")
def fitted(photos: Path, weights: str, cache: Path, material: FeatureMaterial, tmp_path_factory: pytest.TempPathFactory) -> FitResult:
    """Of the features that the material has computed."""
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("LUTHIER_CACHE", str(cache))
        return fit(photos, weights=weights, work="3k", folds=2, out=tmp_path_factory.mktemp("fitted") / "model")


def computed(pixels: ImageMaterial, weights: str) -> FeatureMaterial:
    extractor = FeatureExtractor(backbone_choice(weights), pixels.shape, mirror=True)
    return FeatureMaterial.computed(pixels, extractor, device=CPU, deadline=Deadline(budget_seconds=60), listener=Silent())


def test_a_second_material_of_the_same_images_and_weights_computes_nothing(material: FeatureMaterial, weights: str) -> None:
    again = computed(material.pixels, weights)

    assert "model" not in vars(again.extractor)
    assert again.told == "Features of resnet-18, 512 numbers an image, as an earlier fit computed them."
    np.testing.assert_array_equal(again.values, material.values)


def test_features_are_standardized_by_the_training_images_alone(material: FeatureMaterial) -> None:
    train = material.values[material.split.train]

    np.testing.assert_allclose(train.mean(axis=0), 0, atol=1e-4)
    assert np.median(train.std(axis=0)) == pytest.approx(1, abs=1e-3)
    assert train.std(axis=0).max() < 1.001


def test_the_backbone_as_torch_computes_it_gives_the_features_that_are_trained_on(material: FeatureMaterial) -> None:
    pixels = torch.from_numpy(np.array(material.images.pixels[:8])).permute(0, 3, 1, 2)

    with torch.no_grad():
        features = material.extractor.net(pixels)

    np.testing.assert_allclose(features.numpy(), material.values[:8], atol=1e-4)


def test_heads_see_what_is_shared_by_all_folds_and_no_sealed_truth(material: FeatureMaterial) -> None:
    data = material.fold_data(2, CPU)

    assert [tuple(part.shape) for part in data.inputs] == [(1, 40, 512), (1, 40, 0)]
    assert not data.truth[material.split.test].any()
    assert not set(material.split.test) & set(torch.cat(data.train_rows).tolist())


def test_the_graph_answers_as_the_heads_do_on_the_features_that_are_trained_on(material: FeatureMaterial) -> None:
    choice = Choice(name="mlp", settings={"embedding": "none", "width": 8, "blocks": 1})
    heads = [Predictor(build(choice, material.shape, 2, seed=seed), kind=TaskKind.BINARY).eval() for seed in (1, 2)]
    tensors = {name: torch.stack([head.state_dict()[name] for head in heads]).numpy() for name in heads[0].state_dict()}
    stack = Stack(recipe=RECIPE, network=heads[0], tensors=tensors, folds=(0, 1), weights=(0.25, 0.75))

    answers = Session(material.graph([stack], Calibration())).run({"image": material.images.pixels}, 0)

    features = torch.from_numpy(material.values)
    with torch.no_grad():
        expected = sum(weight * head(features, torch.zeros(40, 0, dtype=torch.long)) for weight, head in zip(stack.weights, heads, strict=True))
    np.testing.assert_allclose(answers, expected, atol=1e-5)


def test_a_fit_with_weights_is_an_ordinary_model_of_images(fitted: FitResult, photos: Path) -> None:
    model = load(fitted.path)

    answers = model.predict_proba([np.asarray(Image.open(photos / "leaf" / "00.png").resize((31, 9))), photos / "rose" / "00.png"])

    assert model.manifest.pixels is not None
    assert answers.shape == (2, 2)
    assert {recipe["recipe"]["name"] for recipe in model.manifest.recipes} == {"mlp-head"}


def test_the_report_says_where_the_features_come_from(fitted: FitResult, material: FeatureMaterial) -> None:
    told = next(event.what for event in fitted.record.events if event.name == "backbone-features")

    assert told == f"Features of resnet-18, 512 numbers an image, as an earlier fit computed them. They lie in {str(material.kept.path)!r} (81,920 bytes)."


def test_the_backbone_is_stored_once_however_many_heads_there_are(fitted: FitResult) -> None:
    sizes = {file.name: file.stat().st_size for file in fitted.path.iterdir()}

    backbone = 11.18e6 * 4
    assert backbone < sizes["weights.safetensors"] < 1.4 * backbone
    assert sizes["model.onnx"] < 0.05 * backbone


def test_a_saved_model_says_which_backbone_it_holds(fitted: FitResult, weights: str) -> None:
    told = json.loads((fitted.path / "layout.json").read_text())

    assert told["features"] == 512
    assert told["backbone"] == {"architecture": "resnet-18", "digest": backbone_choice(weights).settings["digest"], "mirror": True}


def test_the_report_shows_where_the_best_network_looked(fitted: FitResult) -> None:
    assert fitted.record.images is not None
    assert fitted.record.images.explained
    assert fitted.record.images.augmentation is None


def test_fine_tuning_without_weights_is_refused() -> None:
    with pytest.raises(SettingInvalid) as refusal:
        FitSettings(target=None, fine_tune=True)

    assert str(refusal.value) == ("--fine-tune goes on training a backbone, but no weights came. Give its file with --weights, or leave --fine-tune out.")


def test_weights_with_a_table_are_refused(weights: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        fit({"x": [1, 2], "y": [0, 1]}, target="y", weights=weights)

    assert str(refusal.value) == (
        "--weights needs images: a folder of them, idx files, or a table with a column of images, but this data set shows none. "
        "Leave it out, or name the column with --image."
    )
