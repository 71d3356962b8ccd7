"""Recall: what the ledger knows of ids that are asked again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from luthier.core.errors import LuthierError
from luthier.ledger import Predictions
from luthier.ledger.records import Prediction
from luthier.serve.answers import AnsweredRow
from luthier.serve.claims import differing
from luthier.serve.entries import recorded_answer
from luthier.serve.ledger_models import LedgerModels
from luthier.serve.served_model import ServedModel


class Recall:
    """Answers from the record. Threads may share it.

    Args:
        predictions: of the ledger.
        models: of the deployment.
        deployment: whose predictions they are.
    """

    def __init__(self, predictions: Predictions, models: LedgerModels, deployment: str) -> None:
        self._predictions, self._models, self._deployment = predictions, models, deployment

    def answers(self, names: Sequence[str], contents: Mapping[str, str], model: ServedModel) -> dict[str, AnsweredRow]:
        """The answers to those of the ids that the ledger knows.

        Args:
            contents: hash of what is asked, by id.
            model: the one that answers now.

        Raises:
            PredictionDiffers: an id stands for another question.
        """
        known = self._predictions.known(self._deployment, names)
        for name, prediction in known.items():
            if prediction.content != contents[name]:
                raise differing(name)
        return {name: self._answer(prediction, model) for name, prediction in known.items()}

    def _answer(self, prediction: Prediction, model: ServedModel) -> AnsweredRow:
        """Its probabilities are left out where the classes that they belong to are not those of the model that answers now."""
        answer = recorded_answer(prediction)
        if answer.probabilities is None or prediction.bundle == model.hash:
            return answer
        try:
            same = self._models.classes(prediction.bundle) == model.classes
        except (LuthierError, OSError):
            same = False
        return answer if same else replace(answer, probabilities=None)
