"""Preparation of images: listed, decoded, checked and divided before the first network."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

import torch

from luthier.bundle import Resizer
from luthier.core.clock import Deadline, Stopwatch
from luthier.core.errors import SettingInvalid
from luthier.core.findings import Event
from luthier.core.listener import Listener
from luthier.core.recipe import Choice
from luthier.core.task import Task
from luthier.data import Source, Split
from luthier.data.images import IMAGE_CHECKS, ImageSet, SizeChoice, build_image_set, mirrors_keep_class, read_listing, run_image_checks, split_images
from luthier.data.images.size import PASSES, SHARE
from luthier.evaluate import metric_named, parse_costs, require_two_classes
from luthier.nets.images import backbone_choice
from luthier.nets.images.backbones.backbone import SMALLEST_SIDE
from luthier.tune import Lengths, Opening, Space, image_opening, image_space, lengths_for_images, read_space
from luthier.tune.head_space import head_space
from luthier.workflows.feature_extraction import FeatureExtractor
from luthier.workflows.feature_material import FeatureMaterial
from luthier.workflows.image_material import ImageMaterial
from luthier.workflows.preparation import FOLDS, Preparation, tell_findings
from luthier.workflows.settings import FitSettings

MANY = 20_000
"Images of which a tenth is enough to judge a network by."
FEATURE_PIXELS_PER_SECOND = 4e6
"""What stands for `PIXELS_PER_SECOND` where a backbone looks at every image, and its mirror image, once and not ten times: a judgement from
about 25 images of 96 × 96 that EfficientNet-Lite0 looks at in a second on each of two cores."""
ONLY_OF_TABLES = ("time", "kinds", "like", "seal_last")
"Settings that say something about columns."


def prepare_images(data: Source, settings: FitSettings, listener: Listener, stopwatch: Stopwatch, *, deadline: Deadline, device: torch.device) -> Preparation:
    """Read, check and divide images, and say what was found; with a frozen backbone, compute their features.

    Raises:
        BudgetTooSmall: a backbone is too slow for the budget.
        SettingInvalid: a setting is for tables, or the weights fit no backbone.
        DataUnreadable: there is no image, or none that can be read.
        CheckRefused: a check refuses.
    """
    _refuse_what_is_for_tables(settings)
    costs = parse_costs(settings.cost) if settings.cost else None
    backbone = backbone_choice(str(settings.weights), frozen=not settings.fine_tune) if settings.weights is not None else None
    stopwatch.phase("reading")
    images = _read(data, settings, listener)
    dataset = images.dataset
    metric = metric_named(dataset.task.metric, dataset.task.kind)
    if costs is not None:
        require_two_classes(dataset.task)

    stopwatch.phase("checks")
    findings = run_image_checks(images, force_through=settings.force_through)
    tell_findings(findings, listener)
    split = split_images(images, folds=settings.folds or (FOLDS if images.dataset.rows < MANY else 2 * FOLDS), seed=settings.seed)
    pixels = ImageMaterial(images, split, seed=settings.seed)
    mirrors, guessed = _mirrors(images, split, features=settings.sees_features, seed=settings.seed)
    material: ImageMaterial | FeatureMaterial = pixels
    if backbone is not None and settings.sees_features:
        stopwatch.phase("features of the backbone")
        extractor = FeatureExtractor(backbone, images.shape, mirror=mirrors)
        material = FeatureMaterial.computed(pixels, extractor, device=device, deadline=deadline, listener=listener)
        listener.say(material.told)
        stopwatch.phase("checks")
    space, opening, lengths = _search(dataset.task, backbone, rows=len(split.folds[0].train), mirrors=mirrors)
    return Preparation(
        dataset=dataset,
        material=material,
        split=split,
        metric=metric,
        costs=costs,
        findings=findings,
        checks_run=len(IMAGE_CHECKS),
        space=read_space(settings.space, space) if settings.space is not None else space,
        opening=opening,
        lengths=lengths,
        past=(),
        events=(guessed,),
        data_hash=_data_hash(images, backbone),
    )


def _search(task: Task, backbone: Choice | None, *, rows: int, mirrors: bool) -> tuple[Space, Opening | None, Lengths]:
    """What is searched, what is tried first, and how long a training is: heads over frozen features learn as networks for tables do."""
    if backbone is not None and backbone.settings["frozen"]:
        return head_space(task.kind, rows=rows), None, Lengths()
    space = image_space(rows=rows, mirrors=mirrors, weights=str(backbone.settings["weights"]) if backbone is not None else "")
    if backbone is not None:
        space = _pinned(space, backbone)
    return space, image_opening(space, rows=rows), lengths_for_images(rows)


def _pinned(space: Space, backbone: Choice) -> Space:
    """The space whose backbone is the one that the file holds, and the file no other."""
    family = space.families[backbone.name]
    recipe = replace(family.recipe, net=family.recipe.net.with_settings(**backbone.settings))
    return Space(families={**space.families, backbone.name: replace(family, recipe=recipe)})


def _refuse_what_is_for_tables(settings: FitSettings) -> None:
    given = next((name for name in ONLY_OF_TABLES if getattr(settings, name)), None)
    if given is not None:
        option = {"kinds": "kind", "seal_last": "seal-last"}.get(given, given)
        raise SettingInvalid(f"--{option} says something about the columns of a table, but this data set is one of images. Leave it out.")


def _read(data: Source, settings: FitSettings, listener: Listener) -> ImageSet:
    listing = read_listing(data, target=settings.target, image=settings.image, group=settings.group, group_from_name=settings.group_from_name)
    listener.say(f"{listing.name}: {len(listing.references):,} images.")
    images = build_image_set(
        listing if settings.called is None else replace(listing, name=settings.called),
        size=_size(settings, rows=len(listing.references)),
        resizer=Resizer,
        task=settings.task,
        metric=settings.metric,
        progress=lambda done, rows: listener.progress(0.0, f"decoding image {done:,} of {rows:,}", float("inf")),
    )
    shape, task = images.shape, images.dataset.task
    color = "gray" if shape.channels == 1 else "color"
    listener.say(f"Seen as {shape.height} × {shape.width} pixels in {color}.")
    classes = f" with {len(task.classes)} classes" if task.classes else ""
    counted = f" of {_counted(images)}" if task.classes else ""
    listener.say(f"Task: {task.kind}{classes}{counted}, predicting {task.target!r}.")
    return images


def _size(settings: FitSettings, *, rows: int) -> SizeChoice:
    """By what a training can look at often, or a backbone once; a backbone would only stretch images again that are smaller than it wants."""
    chosen = SizeChoice(image_size=settings.image_size, budget_seconds=settings.budget_seconds)
    if not settings.sees_features:
        return chosen
    least = SMALLEST_SIDE**2 * PASSES * max(rows, 1) / (SHARE * settings.budget_seconds)
    return replace(chosen, pixels_per_second=max(FEATURE_PIXELS_PER_SECOND, least * (1 + 1e-9)))


def _counted(images: ImageSet) -> str:
    counts = Counter(images.dataset.target.tolist())
    classes = images.dataset.task.classes
    (least, few), (most, many) = min(counts.items(), key=lambda item: item[1]), max(counts.items(), key=lambda item: item[1])
    return f"{few:,} images each" if few == many else f"{few:,} ({classes[least]}) to {many:,} images ({classes[most]})"


def _mirrors(images: ImageSet, split: Split, *, features: bool, seed: int) -> tuple[bool, Event]:
    """Whether training starts with mirrored images, or features are means over both."""
    if not images.dataset.task.kind.is_classification:
        return False, Event(name="mirror-images", what="Images are not mirrored: what a mirrored image is worth is not known for a number.")
    keep = mirrors_keep_class(images.pixels, images.dataset.target, rows=split.train, seed=seed)
    if features:
        often = "about as often as they are themselves" if keep else "less often than they are themselves"
        seen = "means over an image and its mirror image" if keep else "those of the image alone"
        return keep, Event(name="mirror-images", what=f"Features are {seen}: mirrored training images are nearest to their own class {often}.")
    what = (
        "Training starts with mirrored images, and answers are means over an image and its mirror image: "
        "mirrored training images are nearest to their own class about as often as they are themselves."
        if keep
        else "Training starts without mirrored images: mirrored training images are nearest to other classes more often than they are themselves."
    )
    return keep, Event(name="mirror-images", what=what)


def _data_hash(images: ImageSet, backbone: Choice | None) -> str:
    names = "\0".join(images.names.to_list()).encode(errors="surrogateescape")
    weights = str(backbone.settings["digest"]) if backbone is not None else ""
    return hashlib.sha256(names + images.dataset.target.tobytes() + images.digest.encode() + weights.encode()).hexdigest()[:16]
