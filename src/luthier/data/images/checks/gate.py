"""The gate before a fit on images: every check is run, and what one refuses goes no further unless it is forced through."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches

from luthier.core.errors import CheckRefused, SettingInvalid
from luthier.core.findings import Finding, Severity
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

_ORDER = {Severity.REFUSE: 0, Severity.WARN: 1, Severity.NOTE: 2}


def run_image_checks(images: ImageSet, *, force_through: Collection[str] = ()) -> tuple[Finding, ...]:
    """All findings, the gravest first.

    Args:
        force_through: names of checks whose refusal is overridden; such findings carry `forced=True`.

    Raises:
        CheckRefused: a check refuses and was not forced through; all findings are attached.
        SettingInvalid: a name in `force_through` is no check.
    """
    _refuse_unknown(force_through)
    findings = [finding for check in IMAGE_CHECKS.values() for finding in check(images)]
    findings = [replace(finding, forced=finding.severity is Severity.REFUSE and finding.name in force_through) for finding in findings]
    findings.sort(key=lambda finding: _ORDER[finding.severity])
    refusals = [finding for finding in findings if finding.severity is Severity.REFUSE and not finding.forced]
    if refusals:
        raise CheckRefused(_message(images.dataset.name, refusals), findings=findings)
    return tuple(findings)


def _refuse_unknown(names: Collection[str]) -> None:
    for name in names:
        if name not in IMAGE_CHECKS:
            near = get_close_matches(name, IMAGE_CHECKS, n=1)
            advice = f"Did you mean {near[0]!r}?" if near else f"The checks of images are {', '.join(IMAGE_CHECKS)}."
            raise SettingInvalid(f"--force-through must name a check, but {name!r} came. {advice}")


def _message(name: str, refusals: Collection[Finding]) -> str:
    names = dict.fromkeys(finding.name for finding in refusals)
    lines = [f"{finding.name}: {finding.evidence} {finding.remedy}" for finding in refusals]
    override = " ".join(f"--force-through {name}" for name in names)
    return "\n".join([f"{name!r} is not fit to learn from as it is.", *lines, f"If you know better, override with {override}."])
