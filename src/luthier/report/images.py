"""The images behind the numbers: what was mistaken for what, which labels look wrong, where the network looked, and what it saw in training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from luthier.report.additions import Additions
from luthier.report.search import Value
from luthier.report.thumbnails import Thumbnail


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredImage:
    """A sealed image, what it is and what the model said."""

    name: str
    "Of the file, relative to the folder."
    truth: str
    answer: str
    probability: float | None = None
    "That the model gave its answer, 0 to 1; None for a number."
    picture: Thumbnail

    @property
    def is_right(self) -> bool:
        """True where the model said what it is."""
        return self.truth == self.answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusedClasses:
    """A cell of the confusion matrix that should be empty."""

    truth: str
    answer: str
    count: int
    "Sealed images in it."
    share: float
    "Of the sealed images of the true class, 0 to 1."
    examples: tuple[AnsweredImage, ...]
    "The surest of them."


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSuspect:
    """A training image whose label the networks that did not learn from it doubt."""

    name: str
    given: str
    "The label that it has."
    suggested: str
    "The one that it looks like."
    margin: float
    "Probability of the suggested label minus that of the given one, 0 to 1."
    picture: Thumbnail | None = None
    "None below the first ones."


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedImage:
    """A sealed image and the places in it that spoke for the answer."""

    image: AnsweredImage
    heat: Thumbnail
    "The same image in gray with the heat map over it."


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentedImage:
    """A training image and some of the forms in which a network saw it."""

    name: str
    label: str
    original: Thumbnail
    views: tuple[Thumbnail, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentationStory:
    """What the augmentation of the best recipe did to the training images."""

    settings: Mapping[str, Value]
    "By name; what is off may be left out."
    images: tuple[AugmentedImage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageStory:
    """What the report shows of images. A part that is None or empty is left out."""

    cells: tuple[ConfusedClasses, ...] = ()
    "The largest first."
    mistakes: tuple[AnsweredImage, ...] = ()
    "Wrong answers, the surest first; of numbers, the largest errors."
    mistakes_in_all: int = 0
    "Wrong answers on the sealed images, those that are not shown too."
    suspects: tuple[LabelSuspect, ...] = ()
    "The clearest first."
    suspects_in_all: int = 0
    "Those that are not listed too."
    explained: tuple[ExplainedImage, ...] = ()
    augmentation: AugmentationStory | None = None
    additions: Additions | None = None
    "What each choice added."
