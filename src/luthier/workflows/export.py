"""export: the best network of a saved model as something that can be read and changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import ceil
from pathlib import Path
from typing import Any

from luthier.bundle.manifest import Manifest, read_manifest, verified_files
from luthier.core.errors import SettingInvalid
from luthier.core.files import refuse_existing, whole_file
from luthier.core.recipe import Recipe
from luthier.data import Layout
from luthier.report import ReportRecord
from luthier.workflows.python_script import python_script

FORMS = ("python",)
FEWEST_EPOCHS = 3
EPOCHS_UNKNOWN = 32
"Where the report does not say how long the recipe was trained."


def export(model: str | Path, *, to: str = "python", out: str | Path | None = None, force: bool = False) -> str:
    """The recipe of the heaviest network of a model as a plain PyTorch script, which trains it anew on a table.

    Args:
        model: folder that a fit wrote.
        to: `python`.
        out: a file to write as well, whole or not at all.

    Raises:
        BundleMissing, BundleDamaged, BundleTooNew: the model cannot be used.
        SettingInvalid: there is no such form, or the model is one of images.
    """
    if to not in FORMS:
        raise SettingInvalid(f"A model can be exported to {', '.join(FORMS)}, but {to!r} came. The model.onnx of every model is ready to use as it is.")
    path = Path(out) if out is not None else None
    if path is not None:
        refuse_existing(path, force=force)
    manifest = read_manifest(Path(model))
    _refuse_images(manifest)
    files = verified_files(Path(model), manifest)
    recipe = heaviest_recipe(manifest)
    script = python_script(
        recipe,
        layout=Layout.from_json(json.loads(files["layout.json"])),
        schema=manifest.schema,
        task=manifest.task,
        epochs=epochs_of(recipe, ReportRecord.from_json(json.loads(files["report.json"]))),
    )
    if path is not None:
        with whole_file(path) as temporary:
            temporary.write_text(script, encoding="utf-8")
    return script


def _refuse_images(manifest: Manifest) -> None:
    if manifest.pixels is not None:
        raise SettingInvalid("Only a model of a table can be exported as a script, but this one is of images. Its model.onnx runs anywhere as it is.")


def heaviest_recipe(manifest: Manifest) -> Recipe:
    """The recipe of the stack with the largest share in the model's answer."""
    heaviest: Mapping[str, Any] = max(manifest.recipes, key=lambda stack: sum(stack["weights"]))
    return Recipe.from_json(heaviest["recipe"])


def epochs_of(recipe: Recipe, record: ReportRecord) -> int:
    """Epochs to the best weights of a recipe, a mean over its folds; of several trainings, those of the heaviest."""
    trainings = [entry for entry in record.tried if entry.id == recipe.id and entry.best_epoch is not None]
    if not trainings:
        return min(recipe.epochs, EPOCHS_UNKNOWN)
    return max(ceil(max(trainings, key=lambda entry: entry.weight).best_epoch or 0), FEWEST_EPOCHS)
