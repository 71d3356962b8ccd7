from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from luthier.bundle import MANIFEST
from luthier.bundle.manifest import read_manifest
from luthier.core.errors import BundleMissing, OutputExists, SettingInvalid
from luthier.workflows.export import EPOCHS_UNKNOWN, epochs_of, export, heaviest_recipe
from luthier.workflows.result import FitResult
from tests.bundle.made_up_images import GRAY, PRODUCTS, make_image_bundle
from tests.workflows.tables import inputs_and


@pytest.mark.parametrize(("task", "target"), [("multiclass", "kind"), ("binary", "sold"), ("regression", "weight")])
def test_the_exported_script_runs_alone_and_beats_a_constant_guess(task: str, target: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    result: FitResult = request.getfixturevalue(task)
    inputs_and(target).write_csv(tmp_path / "table.csv")

    export(result.path, out=tmp_path / "train.py")
    run = subprocess.run([sys.executable, "-W", "error", "-I", "train.py", "table.csv"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    found = re.fullmatch(r"held-out (?:log-loss|RMSE) ([\d.]+) in epoch \d+ of \d+ \(a constant guess: ([\d.]+)\)\n", run.stdout)
    assert found is not None, run.stdout
    assert float(found[1]) < float(found[2])


def test_the_script_is_that_of_the_heaviest_network_and_its_best_epochs(multiclass: FitResult) -> None:
    manifest = read_manifest(multiclass.path)
    recipe = heaviest_recipe(manifest)

    script = export(multiclass.path)

    assert sum(max(manifest.recipes, key=lambda stack: sum(stack["weights"]))["weights"]) == max(sum(stack["weights"]) for stack in manifest.recipes)
    assert script.startswith(f'"""One network of a Luthier model in plain PyTorch: {recipe.net.name}, trained by {recipe.optimizer.name} for ')
    assert f" {recipe.batch_size}, {epochs_of(recipe, multiclass.record)}, 0\n" in script


def test_epochs_are_those_to_the_best_weights_of_the_heaviest_training(multiclass: FitResult) -> None:
    recipe = heaviest_recipe(read_manifest(multiclass.path))
    tried = multiclass.record.tried[0]
    trainings = (replace(tried, id=recipe.id, weight=0.1, best_epoch=40.0), replace(tried, id=recipe.id, weight=0.6, best_epoch=11.5))

    assert epochs_of(recipe, replace(multiclass.record, tried=trainings)) == 12
    assert epochs_of(recipe, replace(multiclass.record, tried=())) == EPOCHS_UNKNOWN


def test_what_stands_there_is_kept(multiclass: FitResult, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("mine")

    with pytest.raises(OutputExists):
        export(multiclass.path, out=tmp_path / "train.py")

    assert (tmp_path / "train.py").read_text() == "mine"
    assert export(multiclass.path, out=tmp_path / "train.py", force=True) == (tmp_path / "train.py").read_text()


def test_an_unknown_form_is_refused(multiclass: FitResult) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        export(multiclass.path, to="java")

    assert str(refusal.value) == "A model can be exported to python, but 'java' came. The model.onnx of every model is ready to use as it is."


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleMissing, match=f"but {tmp_path} has no {MANIFEST}"):
        export(tmp_path)


def test_a_model_of_images_is_refused(tmp_path: Path) -> None:
    model = make_image_bundle(tmp_path / "model", PRODUCTS, GRAY)

    with pytest.raises(SettingInvalid) as refusal:
        export(model.folder)

    assert str(refusal.value) == "Only a model of a table can be exported as a script, but this one is of images. Its model.onnx runs anywhere as it is."
