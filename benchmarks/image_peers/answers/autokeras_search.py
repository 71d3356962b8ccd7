"""AutoKeras: its ImageClassifier with its own search, ended by the clock.

AutoKeras knows no deadline. When the time for the search is over, a callback ends the training that runs, which counts as a candidate, and the
best network so far, with the weights that it had, answers.
"""

from __future__ import annotations

import os
import tempfile

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import autokeras
import keras
import keras_tuner
from given import HELD_OUT, Given, answer

RESERVE = 0.15
"Share of the time that is kept back for the sealed rows."


class TimeIsOver(keras_tuner.errors.FatalError):
    """Raised within the search: other errors end one candidate only."""


class Until(keras.callbacks.Callback):
    """Ends the training that runs when the time is over, and then the search."""

    def __init__(self, given: Given) -> None:
        super().__init__()
        self.given = given

    def __deepcopy__(self, memo: dict) -> Until:
        return Until(self.given)

    @property
    def is_over(self) -> bool:
        """True from the end of the search on."""
        return self.given.seconds_left < RESERVE * self.given.budget

    def on_train_begin(self, logs: dict | None = None) -> None:
        """No candidate begins after the end."""
        if self.is_over:
            raise TimeIsOver

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Look at the clock."""
        if self.is_over:
            self.model.stop_training = True


def search(given: Given) -> str:
    """Search until the time is over, then answer with the best."""
    keras.utils.set_random_seed(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        classifier = autokeras.ImageClassifier(num_classes=given.classes, max_trials=1_000, overwrite=True, seed=given.seed, directory=folder)
        ending = "the search ended by itself"
        try:
            classifier.fit(given.train, given.truth, validation_split=HELD_OUT, verbose=0, callbacks=[Until(given)])
            model = classifier.export_model()
        except TimeIsOver:
            ending = "the search was ended by the clock"
            model = classifier.tuner.get_best_models(1)[0]
        given.save(model.predict(given.sealed, batch_size=256, verbose=0))
        finished = [trial for trial in classifier.tuner.oracle.trials.values() if trial.status == "COMPLETED"]
    return f"{len(finished)} candidates finished; {ending}"


if __name__ == "__main__":
    answer(search, distribution="autokeras")
