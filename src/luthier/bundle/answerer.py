"""Answerer: a saved model in service, asked many small questions by many people at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from luthier.bundle.image_rows import BLOCK_ROWS, ImageReader
from luthier.bundle.manifest import Manifest
from luthier.bundle.plain_cells import Cells, RowReader
from luthier.bundle.resize import IMAGE
from luthier.bundle.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAnswers:
    """Answers to rows, in their order, as plain Python values."""

    predictions: list[Any]
    "Classes, or numbers, in the target's own type."
    probabilities: list[list[float]] | None = None
    "Calibrated, [rows, classes]; None of a regression."
    sets: list[tuple[str, ...]] | None = None
    "Prediction sets; None of a regression, or where none was calibrated."
    lower: list[float] | None = None
    "Lower ends of the intervals of a regression."
    upper: list[float] | None = None
    "Their upper ends."


class Answerer:
    """What `Bundle.predict_frame` answers, at the cost of the networks alone. Threads may share it.

    A question is read first, by itself, so that what is wrong with it hurts nobody else; then questions are answered together.
    """

    def __init__(self, manifest: Manifest, session: Session, own_classes: Mapping[str, Any]) -> None:
        self.manifest, self._session, self._own_classes = manifest, session, own_classes
        self._rows = RowReader(manifest.schema) if manifest.pixels is None else None
        self._images = ImageReader(manifest.pixels) if manifest.pixels is not None else None

    def plain(self, rows: Sequence[Mapping[str, Any]]) -> Cells | None:
        """The cells of rows that need no interpretation, at once; None where `read_rows` is needed."""
        assert self._rows is not None, "a model of tables"
        return self._rows.plain(rows)

    def read_rows(self, rows: Sequence[Mapping[str, Any]]) -> Cells:
        """The cells of rows of a table.

        Raises:
            DataError: a row lacks a column, or holds what its column cannot hold.
        """
        assert self._rows is not None, "a model of tables"
        return self._rows.read(rows)

    def read_images(self, images: Sequence[bytes]) -> Cells:
        """The cells of encoded images: each decoded, in the size that the networks see.

        Raises:
            DataUnreadable: an image cannot be decoded.
        """
        assert self._images is not None, "a model of images"
        return [list(self._images(list(images)).pixels())]

    def warm_up(self) -> None:
        """Answer a row in which everything is missing: the first answer of a session takes longer than the others."""
        if self._rows is not None:
            self.answer(self._rows.missing())
        elif self._images is not None:
            self.answer([list(self._images.blank(1))])

    def answer(self, cells: Cells) -> RowAnswers:
        """The answers to all rows of the cells."""
        if not cells[0]:
            return RowAnswers(predictions=[])
        if self._rows is not None:
            outputs = self._session.run_all(self._rows.inputs(cells))
        else:
            outputs = self._session.run_all({IMAGE: np.stack(cells[0])}, block_rows=BLOCK_ROWS)
        return self._classes(outputs) if self.manifest.task.kind.is_classification else _numbers(outputs)

    def _classes(self, outputs: tuple[np.ndarray, ...]) -> RowAnswers:
        rows = adding_up_to_one(outputs[0]).tolist()
        return RowAnswers(predictions=[self._own_classes[name] for name in outputs[1].tolist()], probabilities=rows, sets=self._sets(rows))

    def _sets(self, probabilities: list[list[float]]) -> list[tuple[str, ...]] | None:
        """The classes from the threshold on; the most probable one where there is none of them."""
        threshold, classes = self.manifest.calibration.set_threshold, self.manifest.task.classes
        if threshold is None:
            return None
        held = [tuple([name for name, value in zip(classes, row, strict=True) if value >= threshold]) for row in probabilities]
        return [names or (classes[row.index(max(row))],) for names, row in zip(held, probabilities, strict=True)]


def _numbers(outputs: tuple[np.ndarray, ...]) -> RowAnswers:
    predictions, lower, upper = (values.astype(np.float64).tolist() for values in outputs)
    return RowAnswers(predictions=predictions, lower=lower, upper=upper)


def adding_up_to_one(probabilities: np.ndarray) -> np.ndarray:
    """In double precision, in which single precision's rounding would show."""
    values = probabilities.astype(np.float64)
    normalized: np.ndarray = values / values.sum(axis=1, keepdims=True)
    return normalized
