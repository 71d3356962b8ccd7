"""ServedModel: a bundle that answers questions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from luthier.bundle import Bundle
from luthier.bundle.answerer import RowAnswers
from luthier.bundle.plain_cells import Cells
from luthier.core.errors import RequestRefused
from luthier.data.images import ImageUnreadable, probe_image, reference_to
from luthier.serve.asked import require_storable
from luthier.serve.question import Question


class ServedModel:
    """A loaded bundle. Threads may share it.

    Args:
        bundle_hash: by which the ledger knows it.
        bundle: loaded, its hashes compared.
        most_pixels: of one image.
    """

    def __init__(self, bundle_hash: str, bundle: Bundle, *, most_pixels: int) -> None:
        self.hash, self.bundle, self._most_pixels = bundle_hash, bundle, most_pixels
        self._answerer = bundle.answerer()
        self.task, self.schema, self.classes = bundle.task, bundle.schema, bundle.task.classes
        self.sees_images = bundle.manifest.pixels is not None
        self.set_threshold = bundle.manifest.calibration.set_threshold

    @classmethod
    def load(cls, bundle_hash: str, folder: Path, *, most_pixels: int) -> ServedModel:
        """Read a bundle and answer once, so that the first caller does not wait longer than the others.

        Raises:
            BundleError: it is missing, damaged or too new.
        """
        model = cls(bundle_hash, Bundle.load(folder), most_pixels=most_pixels)
        model._answerer.warm_up()
        return model

    def require_fitting(self, question: Question) -> None:
        """Refuse what this model can never answer."""
        if self.sees_images and question.images is None:
            raise RequestRefused("This model answers images, but rows came. Send images.", status=422)
        if not self.sees_images and question.rows is None:
            raise RequestRefused("This model answers rows of a table, but images came. Send rows.", status=422)
        if question.rows is not None:
            require_storable(question.rows, len(self.schema.inputs))
        if question.abstain:
            self._require_a_rule_for_abstaining(question)
        elif question.widest_interval is not None:
            raise RequestRefused("A widest interval says when to abstain, but abstaining was not asked for. Set abstain to true.", status=422)

    def quick_cells(self, question: Question) -> Cells | None:
        """The cells of rows that are read at once; None where `read` is needed."""
        return None if question.rows is None else self._answerer.plain(question.rows)

    def read(self, question: Question) -> Cells:
        """The cells of any question, which may take long: not for the event loop.

        Raises:
            DataError: a row or an image cannot be answered.
            RequestRefused: an image has too many pixels.
        """
        if question.rows is not None:
            return self._answerer.read_rows(question.rows)
        assert question.images is not None
        for place, image in enumerate(question.images):
            self._require_few_pixels(image, place)
        return self._answerer.read_images(question.images)

    def answer(self, cells: Cells) -> RowAnswers:
        """The answers to all rows."""
        return self._answerer.answer(cells)

    def abstains(self, question: Question, answers: RowAnswers) -> Sequence[bool]:
        """For each row whether the model, where it may abstain, does."""
        if not question.abstain or not answers.predictions:
            return [False] * len(answers.predictions)
        if answers.sets is not None:
            return [len(classes) != 1 for classes in answers.sets]
        assert answers.lower is not None
        assert answers.upper is not None
        assert question.widest_interval is not None
        widest = question.widest_interval
        return [upper - lower > widest for lower, upper in zip(answers.lower, answers.upper, strict=True)]

    def _require_a_rule_for_abstaining(self, question: Question) -> None:
        if self.task.kind.is_classification:
            if self.set_threshold is None:
                raise RequestRefused("Abstaining needs calibrated prediction sets, but this model has none. Leave abstain out.", status=422)
            if question.widest_interval is not None:
                raise RequestRefused("A widest interval needs a regression, but this model predicts classes. Leave widest_interval out.", status=422)
        elif question.widest_interval is None:
            raise RequestRefused("Abstaining needs the widest interval that is still an answer, but none came. Give widest_interval.", status=422)

    def _require_few_pixels(self, image: bytes, place: int) -> None:
        try:
            probe = probe_image(reference_to(image))
        except ImageUnreadable:
            return  # told with better words when it is decoded
        if probe.width * probe.height > self._most_pixels:
            raise RequestRefused(
                f"An image may have {self._most_pixels:,} pixels, but image {place + 1} has {probe.width:,} × {probe.height:,}. Send a smaller one.", status=413
            )
