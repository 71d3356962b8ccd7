"""A made-up report on drawn pictures: wrong cells, sure mistakes, doubtful labels, heat maps, augmented forms and what each choice added."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from luthier.report import ReportRecord
from luthier.report.additions import Additions, ChoiceEffect
from luthier.report.images import (
    AnsweredImage,
    AugmentationStory,
    AugmentedImage,
    ConfusedClasses,
    ExplainedImage,
    ImageStory,
    LabelSuspect,
)
from luthier.report.thumbnails import heat_thumbnail, thumbnail
from tests.report.samples import diagnosis_record

GARMENTS = ("shirt", "pullover", "coat", "ankle boot")


def image_record(*, height: int = 28, width: int = 28, channels: int = 1, story: ImageStory | None = None) -> ReportRecord:
    """The diagnosis, told with images."""
    return replace(diagnosis_record(), images=story or image_story(height=height, width=width, channels=channels), importance=None)


def image_story(*, height: int = 28, width: int = 28, channels: int = 1) -> ImageStory:
    """As many pictures as the page shows at most, and more suspects than that; of noise, which no format makes small."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (8, height, width, channels), dtype=np.uint8)
    pictures = [thumbnail(pixels) for pixels in noise]
    mistakes = tuple(
        AnsweredImage(name=f"{truth}/{row}.png", truth=truth, answer=answer, probability=0.99 - 0.03 * row, picture=pictures[row % 8])
        for row, (truth, answer) in enumerate((truth, answer) for truth in GARMENTS for answer in GARMENTS if truth != answer)
    )
    return ImageStory(
        cells=tuple(ConfusedClasses(truth=image.truth, answer=image.answer, count=40, share=0.04, examples=mistakes[:6]) for image in mistakes[:6]),
        mistakes=mistakes,
        mistakes_in_all=412,
        suspects=tuple(
            LabelSuspect(name=f"coat/{row}.png", given="coat", suggested="pullover", margin=0.9, picture=pictures[row % 8] if row < 18 else None)
            for row in range(30)
        ),
        suspects_in_all=57,
        explained=tuple(ExplainedImage(image=image, heat=heat_thumbnail(noise[0], np.eye(height, width))) for image in mistakes[:8]),
        augmentation=AugmentationStory(
            settings={"flip": "alternating", "shift": 0.08, "rotation": 10, "erase": 0.0, "progressive": 1.0, "strength_schedule": "constant"},
            images=tuple(AugmentedImage(name=image.name, label=image.truth, original=image.picture, views=tuple(pictures[:6])) for image in mistakes[:4]),
        ),
        additions=additions(),
    )


def additions() -> Additions:
    """A schedule and a shift that helped, a mirror image that hurt, and choices of which the runs say nothing."""
    return Additions(
        effects=(
            effect("schedule", "one-cycle", "constant", gain=0.013, reach=0.002, kept=True),
            effect("augmentation.flip", "alternating", "none", gain=-0.008, reach=0.003, kept=False),
            effect("augmentation.shift", True, False, gain=0.006, reach=0.002, kept=True, paired=True),
            effect("augmentation.rotation", True, False, gain=0.001, reach=0.004),
            effect("augmentation.mixup", True, False, runs=2),
            effect("net.width", 32, 24, entangled=True),
            effect("label_smoothing", True, False, gain=0.002, reach=0.001, kept=False),
        ),
        metric_label="accuracy",
        in_points=True,
        runs=41,
    )


def effect(path: str, value: bool | float | str, instead_of: bool | float | str, **facts: float | bool | None) -> ChoiceEffect:
    """A choice that 30 runs have and 11 have not."""
    return ChoiceEffect(path=path, value=value, instead_of=instead_of, **{"gain": None, "runs": 30, "runs_without": 11, **facts})
