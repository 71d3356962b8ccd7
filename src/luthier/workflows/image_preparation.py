"""Preparation of images: listed, decoded, checked and divided before the first network."""

from __future__ import annotations

import hashlib
from collections import Counter

from luthier.bundle import Resizer
from luthier.core.clock import Stopwatch
from luthier.core.errors import SettingInvalid
from luthier.core.findings import Event
from luthier.core.listener import Listener
from luthier.data import Source, Split
from luthier.data.images import IMAGE_CHECKS, ImageSet, SizeChoice, build_image_set, mirrors_keep_class, read_listing, run_image_checks, split_images
from luthier.evaluate import metric_named, parse_costs, require_two_classes
from luthier.tune import image_opening, image_space, lengths_for_images, read_space
from luthier.workflows.image_material import ImageMaterial
from luthier.workflows.preparation import FOLDS, Preparation, tell_findings
from luthier.workflows.settings import FitSettings

MANY = 20_000
"Images of which a tenth is enough to judge a network by."
ONLY_OF_TABLES = ("time", "kinds", "like")
"Settings that say something about columns."


def prepare_images(data: Source, settings: FitSettings, listener: Listener, stopwatch: Stopwatch) -> Preparation:
    """Read, check and divide images, and say what was found.

    Raises:
        DataUnreadable: there is no image, or none that can be read.
        CheckRefused: a check refuses.
    """
    _refuse_what_is_for_tables(settings)
    costs = parse_costs(settings.cost) if settings.cost else None
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
    mirrors, guessed = _mirrors(images, split, seed=settings.seed)
    rows = len(split.folds[0].train)
    ready = image_space(rows=rows, mirrors=mirrors, weights=str(settings.weights) if settings.weights is not None else "")
    return Preparation(
        dataset=dataset,
        material=ImageMaterial(images, split, seed=settings.seed),
        split=split,
        metric=metric,
        costs=costs,
        findings=findings,
        checks_run=len(IMAGE_CHECKS),
        space=read_space(settings.space, ready) if settings.space is not None else ready,
        opening=image_opening(ready, rows=rows),
        lengths=lengths_for_images(rows),
        past=(),
        events=(guessed,),
        data_hash=_data_hash(images),
    )


def _refuse_what_is_for_tables(settings: FitSettings) -> None:
    given = next((name for name in ONLY_OF_TABLES if getattr(settings, name)), None)
    if given is not None:
        option = {"kinds": "kind"}.get(given, given)
        raise SettingInvalid(f"--{option} says something about the columns of a table, but this data set is one of images. Leave it out.")


def _read(data: Source, settings: FitSettings, listener: Listener) -> ImageSet:
    listing = read_listing(data, target=settings.target, image=settings.image, group=settings.group, group_from_name=settings.group_from_name)
    listener.say(f"{listing.name}: {len(listing.references):,} images.")
    images = build_image_set(
        listing,
        size=SizeChoice(image_size=settings.image_size, budget_seconds=settings.budget_seconds),
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


def _counted(images: ImageSet) -> str:
    counts = Counter(images.dataset.target.tolist())
    classes = images.dataset.task.classes
    (least, few), (most, many) = min(counts.items(), key=lambda item: item[1]), max(counts.items(), key=lambda item: item[1])
    return f"{few:,} images each" if few == many else f"{few:,} ({classes[least]}) to {many:,} images ({classes[most]})"


def _mirrors(images: ImageSet, split: Split, *, seed: int) -> tuple[bool, Event]:
    """Whether training starts with mirrored images."""
    if not images.dataset.task.kind.is_classification:
        return False, Event(name="mirror-images", what="Images are not mirrored: what a mirrored image is worth is not known for a number.")
    keep = mirrors_keep_class(images.pixels[split.train], images.dataset.target[split.train], seed=seed)
    what = (
        "Training starts with mirrored images, and answers are means over an image and its mirror image: "
        "mirrored training images are nearest to their own class about as often as they are themselves."
        if keep
        else "Training starts without mirrored images: mirrored training images are nearest to other classes more often than they are themselves."
    )
    return keep, Event(name="mirror-images", what=what)


def _data_hash(images: ImageSet) -> str:
    names = "\0".join(images.names.to_list())
    return hashlib.sha256(names.encode(errors="surrogateescape") + images.dataset.target.tobytes() + images.digest.encode()).hexdigest()[:16]
