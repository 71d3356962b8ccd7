"""The images behind the numbers: from predictions and pixels to what the report shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, UInt8

import luthier.report.images as told
from luthier.report.image_views import MOST_AUGMENTED, MOST_CELLS, MOST_EXAMPLES, MOST_EXPLAINED, MOST_MISTAKES, MOST_SUSPECTS, MOST_VIEWS
from luthier.report.numerals import number
from luthier.report.search import Value
from luthier.report.thumbnails import heat_thumbnail, thumbnail

MOST_LISTED = 200
"Suspects that are named."


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedImages:
    """Images whose class is known, and what a model says of each; nothing is read of the pixels but the images that are shown."""

    names: Sequence[str]
    "Of the files, relative to the folder."
    pixels: UInt8[np.ndarray, "rows height width channel"]
    "Of these images and of others; may lie in a memory-mapped file."
    places: Int[np.ndarray, " rows"]
    "Where in `pixels` the image of each row is."
    classes: tuple[str, ...]
    truth: Int[np.ndarray, " rows"]
    "Class of each row, by its place in `classes`."
    probabilities: Float[np.ndarray, "rows classes"]
    called: Int[np.ndarray, " rows"] | None = None
    "What the model answered, where costs moved its threshold; None: the most probable class."

    @property
    def answers(self) -> np.ndarray:
        """The class that each row was called."""
        return self.probabilities.argmax(axis=1) if self.called is None else self.called

    @property
    def wrong(self) -> np.ndarray:
        """Rows with a wrong answer, the surest first."""
        answers = self.answers
        rows = np.flatnonzero(answers != self.truth)
        return rows[np.argsort(-self.probabilities[rows, answers[rows]], kind="stable")]

    def image(self, row: int) -> UInt8[np.ndarray, "height width channel"]:
        """The pixels of one row."""
        image: np.ndarray = self.pixels[self.places[row]]
        return image

    def answered(self, row: int) -> told.AnsweredImage:
        """One row as it is shown."""
        answer = self.answers[row]
        return told.AnsweredImage(
            name=self.names[row],
            truth=self.classes[self.truth[row]],
            answer=self.classes[answer],
            probability=float(self.probabilities[row, answer]),
            picture=thumbnail(self.image(row)),
        )


def worst_cells(judged: JudgedImages, *, most: int = MOST_CELLS, examples: int = MOST_EXAMPLES) -> tuple[told.ConfusedClasses, ...]:
    """The cells of the confusion matrix that hold most of the mistakes, with the surest of them."""
    wrong, count = judged.wrong, len(judged.classes)
    cells = judged.truth[wrong] * count + judged.answers[wrong]
    sizes, rows_of_class = np.bincount(cells, minlength=count**2), np.bincount(judged.truth, minlength=count)
    worst = [cell for cell in np.argsort(-sizes, kind="stable")[:most].tolist() if sizes[cell]]
    return tuple(
        told.ConfusedClasses(
            truth=judged.classes[cell // count],
            answer=judged.classes[cell % count],
            count=int(sizes[cell]),
            share=float(sizes[cell] / rows_of_class[cell // count]),
            examples=tuple(judged.answered(row) for row in wrong[cells == cell][:examples]),
        )
        for cell in worst
    )


def confident_mistakes(judged: JudgedImages, *, most: int = MOST_MISTAKES) -> tuple[told.AnsweredImage, ...]:
    """The wrong answers that the model was surest of."""
    return tuple(judged.answered(row) for row in judged.wrong[:most])


def largest_errors(
    names: Sequence[str],
    image: Callable[[int], UInt8[np.ndarray, "height width channel"]],
    truth: Float[np.ndarray, " rows"],
    prediction: Float[np.ndarray, " rows"],
    *,
    most: int = MOST_MISTAKES,
) -> tuple[told.AnsweredImage, ...]:
    """The images whose number was missed by most.

    Args:
        image: the pixels of a row.
    """
    rows = np.argsort(-np.abs(truth - prediction), kind="stable")[:most]
    return tuple(
        told.AnsweredImage(name=names[row], truth=number(float(truth[row])), answer=number(float(prediction[row])), picture=thumbnail(image(row)))
        for row in rows
    )


def suspicious_rows(truth: Int[np.ndarray, " rows"], probabilities: Float[np.ndarray, "rows classes"]) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose label is likely wrong, the clearest first, and the class that each looks like.

    A row is counted for a class that it is given at least the probability which rows of that label are given on average; where these are several,
    for the most probable one. It is suspicious where this is not the class of its label.

    Args:
        probabilities: of networks that did not learn from the row; NaN where there are none, and such a row is never suspicious.

    Source: Northcutt, Jiang and Chuang, "Confident Learning", JAIR 2021, arXiv 1911.00068, section 3.1. Rows whose own label is still the more
    probable one are left out here.
    """
    known = np.flatnonzero(np.isfinite(probabilities).all(axis=1))
    given, sure = truth[known], probabilities[known]
    own = sure[np.arange(len(known)), given]
    sums, counts = np.bincount(given, own, minlength=sure.shape[1]), np.bincount(given, minlength=sure.shape[1])
    thresholds = np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)
    confident = np.where(sure >= thresholds, sure, -np.inf)
    suggested = confident.argmax(axis=1)
    margins = confident.max(axis=1) - own
    doubted = np.flatnonzero((suggested != given) & (margins > 0))
    ordered = doubted[np.argsort(-margins[doubted], kind="stable")]
    return known[ordered], suggested[ordered]


def label_suspects(judged: JudgedImages, *, pictured: int = MOST_SUSPECTS, listed: int = MOST_LISTED) -> tuple[tuple[told.LabelSuspect, ...], int]:
    """Training images whose label is likely wrong, and how many there are in all.

    Args:
        judged: training images with out-of-fold probabilities.
    """
    rows, suggested = suspicious_rows(judged.truth, judged.probabilities)
    suspects = tuple(
        told.LabelSuspect(
            name=judged.names[row],
            given=judged.classes[judged.truth[row]],
            suggested=judged.classes[like],
            margin=float(judged.probabilities[row, like] - judged.probabilities[row, judged.truth[row]]),
            picture=thumbnail(judged.image(row)) if place < pictured else None,
        )
        for place, (row, like) in enumerate(zip(rows[:listed], suggested[:listed], strict=True))
    )
    return suspects, len(rows)


def rows_to_explain(judged: JudgedImages, *, most: int = MOST_EXPLAINED) -> np.ndarray:
    """Rows worth a heat map: the surest mistakes, no two of one cell, and as many surest right answers, no two of one class."""
    answers = judged.answers
    right = np.flatnonzero(answers == judged.truth)
    right = right[np.argsort(-judged.probabilities[right, answers[right]], kind="stable")]
    mistakes = _distinct(judged.wrong, judged.truth * len(judged.classes) + answers)
    chosen = mistakes[: most - min(most // 2, len(right))]
    return np.concatenate([_distinct(right, judged.truth)[: most - len(chosen)], chosen])


def explained(judged: JudgedImages, rows: Iterable[int], heat: Float[np.ndarray, "kept height width"]) -> tuple[told.ExplainedImage, ...]:
    """These rows with their heat maps.

    Args:
        heat: as `luthier.fit.saliency` gives it for the answers of these rows.
    """
    return tuple(told.ExplainedImage(image=judged.answered(row), heat=heat_thumbnail(judged.image(row), map_)) for row, map_ in zip(rows, heat, strict=True))


def augmented(
    names: Sequence[str],
    labels: Sequence[str],
    originals: UInt8[np.ndarray, "kept height width channel"],
    views: UInt8[np.ndarray, "kept views height width channel"],
    settings: Mapping[str, Value],
) -> told.AugmentationStory:
    """A few training images, and forms in which a network saw them."""
    images = tuple(
        told.AugmentedImage(name=name, label=label, original=thumbnail(original), views=tuple(thumbnail(view) for view in seen[:MOST_VIEWS]))
        for name, label, original, seen in zip(names[:MOST_AUGMENTED], labels, originals, views, strict=False)
    )
    return told.AugmentationStory(settings=settings, images=images)


def _distinct(rows: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """The rows in their order, the first of each kind before all second ones."""
    seen: dict[int, int] = {}
    turns = []
    for row in rows.tolist():
        kind = int(kinds[row])
        turns.append(seen.get(kind, 0))
        seen[kind] = turns[-1] + 1
    return rows[np.argsort(turns, kind="stable")] if len(rows) else rows
