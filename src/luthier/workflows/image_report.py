"""The images of one fit as the report shows them: sealed answers, doubtful labels, where the best network looked, and what each choice added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from luthier.core.recipe import Setting
from luthier.data.images import ImageSet
from luthier.fit import TrainedMember, augmentation_examples, build_augmentation, saliency, stack_trained
from luthier.report.images import AugmentationStory, ExplainedImage, ImageStory
from luthier.tune import FAMILY, Candidate
from luthier.workflows.choice_effects import RunFacts, additions
from luthier.workflows.ensembling import Mixture
from luthier.workflows.feature_material import FeatureMaterial
from luthier.workflows.image_story import (
    JudgedImages,
    augmented,
    confident_mistakes,
    explained,
    label_suspects,
    largest_errors,
    rows_to_explain,
    worst_cells,
)
from luthier.workflows.judging import Judgement
from luthier.workflows.preparation import Preparation
from luthier.workflows.table_material import TableMaterial
from luthier.workflows.training import Training

FOLLOWS_FLIPS = "net.mirror"
"The choice that comes with another one, and is told with it."
AUGMENTED = 4
"Training images whose changed forms are shown."


def image_story(prepared: Preparation, training: Training, mixture: Mixture, judgement: Judgement, *, seed: int) -> ImageStory | None:
    """What the report shows of images; None for a table."""
    if isinstance(prepared.material, TableMaterial):
        return None
    images, best = prepared.material.images, min(training.candidates, key=lambda candidate: candidate.error)
    shared = ImageStory(
        augmentation=_augmentation(prepared, best, seed),
        additions=additions(list(_runs(training, best)), prepared.metric, best=_settings(training, best)),
    )
    if not prepared.dataset.task.kind.is_classification:
        test = prepared.split.test
        missed = largest_errors(images.names[test].to_list(), lambda row: images.pixels[test[row]], prepared.dataset.target[test], judgement.predictions)
        return replace(shared, mistakes=missed)
    sealed = _judged(images, prepared.split.test, judgement.predictions)
    suspects, in_all = label_suspects(_judged(images, training.oof_rows, mixture.predictions))
    return replace(
        shared,
        cells=worst_cells(sealed),
        mistakes=confident_mistakes(sealed),
        mistakes_in_all=len(sealed.wrong),
        suspects=suspects,
        suspects_in_all=in_all,
        explained=_explained(prepared, training, best, sealed),
    )


def _judged(images: ImageSet, rows: np.ndarray, probabilities: np.ndarray) -> JudgedImages:
    dataset = images.dataset
    return JudgedImages(
        names=images.names[rows].to_list(),
        pixels=images.pixels,
        places=rows,
        classes=dataset.task.classes,
        truth=dataset.target[rows],
        probabilities=probabilities,
    )


def _explained(prepared: Preparation, training: Training, best: Candidate, sealed: JudgedImages) -> tuple[ExplainedImage, ...]:
    rows = rows_to_explain(sealed)
    if not len(rows) or not best.held:
        return ()
    pixels = torch.from_numpy(np.stack([sealed.image(row) for row in rows])).permute(0, 3, 1, 2)
    return explained(sealed, rows, saliency(_network(prepared, training, best.trained[0]), pixels, torch.from_numpy(sealed.answers[rows])))


def _network(prepared: Preparation, training: Training, entry: TrainedMember) -> nn.Module:
    """One trained network as a plain module that sees pixels."""
    data = training.data
    stacked = stack_trained([entry], kind=data.kind, shape=data.shape, outputs=data.outputs, scales=data.scales)
    net: nn.Module = stacked.predictor.net
    net.load_state_dict({name.removeprefix("net."): tensor[0] for name, tensor in stacked.tensors.items() if name.startswith("net.")})
    return prepared.material.over_pixels(net.eval()) if isinstance(prepared.material, FeatureMaterial) else net.eval()


def _augmentation(prepared: Preparation, best: Candidate, seed: int) -> AugmentationStory | None:
    """Training images of different classes as the best recipe changed them."""
    choice = best.recipe.augmentation
    if choice.name == "none" or isinstance(prepared.material, TableMaterial):
        return None
    images, train = prepared.material.images, prepared.split.train
    _, firsts = np.unique(prepared.dataset.target[train], return_index=True)
    rows = train[firsts[:AUGMENTED]]
    classes = prepared.dataset.task.classes
    labels = [classes[int(prepared.dataset.target[row])] if classes else f"{prepared.dataset.target[row]:g}" for row in rows]
    views = augmentation_examples(images.pixels[rows], build_augmentation(choice), seed)
    return augmented(images.names[rows].to_list(), labels, images.pixels[rows], views, {name: _plain(value) for name, value in choice.settings.items()})


def _runs(training: Training, best: Candidate) -> Iterator[RunFacts]:
    """Every score of the best recipe's family, fold by fold, with the settings that were not always the same."""
    family = training.trials[best.trial].point[FAMILY]
    kin = [trial for trial in training.trials if trial.point[FAMILY] == family]
    values = {path: {trial.point[path] for trial in kin if path in trial.point} for trial in kin for path in trial.point}
    told = [path for path in values if len(values[path]) > 1 and path not in (FAMILY, FOLLOWS_FLIPS)]
    for trial in kin:
        settings = {path: trial.point[path] for path in told if path in trial.point}
        for score in trial.scores:
            for fold, error in zip(score.folds, score.errors, strict=True):
                yield RunFacts(settings=settings, fold=fold, seed=0, error=error, rung=score.rung)


def _settings(training: Training, best: Candidate) -> dict[str, Setting]:
    return {path: value for path, value in training.trials[best.trial].point.items() if path != FAMILY}


def _plain(value: Setting) -> bool | float | str:
    return value if isinstance(value, bool | int | float | str) else str(value)
