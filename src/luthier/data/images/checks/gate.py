"""The gate before a fit on images: every check is run, and what one refuses goes no further unless it is forced through."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from luthier.core.findings import Finding
from luthier.data.images.checks import (
    aspect_ratio,
    class_imbalance,
    class_too_small,
    few_images,
    giveaway,
    group_in_names,
    label_conflict,
    missing_image,
    near_duplicates,
    sealed_duplicates,
    unreadable_image,
)
from luthier.data.images.image_set import ImageSet
from luthier.data.verdict import passed_findings

ImageCheck = Callable[[ImageSet], Iterable[Finding]]
"A pure function of the images: it changes nothing, and equal images give equal findings."

_MODULES = (
    class_too_small,
    unreadable_image,
    missing_image,
    label_conflict,
    sealed_duplicates,
    giveaway,
    near_duplicates,
    aspect_ratio,
    few_images,
    class_imbalance,
    group_in_names,
)
IMAGE_CHECKS: Mapping[str, ImageCheck] = {module.NAME: module.check for module in _MODULES}
"Every check by its name, in the order in which they are run and shown."


def run_image_checks(images: ImageSet, *, force_through: Collection[str] = ()) -> tuple[Finding, ...]:
    """All findings, the gravest first.

    Args:
        force_through: names of checks whose refusal is overridden; such findings carry `forced=True`.

    Raises:
        CheckRefused: a check refuses and was not forced through; all findings are attached.
        SettingInvalid: a name in `force_through` is no check.
    """
    return passed_findings(images, IMAGE_CHECKS, name=images.dataset.name, of_what=" of images", force_through=force_through)
