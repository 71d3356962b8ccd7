"""Keras Tuner: a Bayesian search over small convolutional networks for most of the time, then the best one trained with the rest of it.

Keras Tuner knows no deadline: each candidate gets a fixed number of epochs, and candidates are asked for one by one until the time is spent.
"""

from __future__ import annotations

import os
import tempfile
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import keras_tuner
from given import Given, answer

SEARCHING, RESERVE = 0.5, 0.08
"Shares of the time: for the search; kept back for the sealed rows."
IMAGES_A_CANDIDATE = 60_000
"That a candidate looks at."
BATCH = 128


class Until(keras.callbacks.Callback):
    """Stops a training when so few seconds of the budget are left."""

    def __init__(self, given: Given, seconds_left: float) -> None:
        super().__init__()
        self.given, self.seconds_left = given, seconds_left

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Look at the clock."""
        if self.given.seconds_left < self.seconds_left:
            self.model.stop_training = True
            if hasattr(self.model, "stop_evaluating"):
                self.model.stop_evaluating = True


def network(given: Given) -> keras_tuner.HyperModel:
    """What is searched: blocks, filters, dropout, normalization, augmentation, learning rate."""

    def build(points: keras_tuner.HyperParameters) -> keras.Model:
        layers = keras.layers
        inputs = keras.Input(given.train.shape[1:])
        hidden = layers.Rescaling(1 / 255)(inputs)
        if points.Boolean("flip"):
            hidden = layers.RandomFlip("horizontal")(hidden)
        if points.Boolean("shift"):
            hidden = layers.RandomTranslation(0.07, 0.07)(hidden)
        filters = points.Choice("filters", [16, 32, 64])
        for block in range(points.Int("blocks", 2, 3)):
            for _ in range(points.Int("convolutions", 1, 2)):
                hidden = layers.Conv2D(filters * 2**block, 3, padding="same")(hidden)
                hidden = layers.BatchNormalization()(hidden) if points.Boolean("normalize", default=True) else hidden
                hidden = layers.ReLU()(hidden)
            hidden = layers.MaxPooling2D()(hidden)
        hidden = layers.GlobalAveragePooling2D()(hidden) if points.Boolean("global_pooling") else layers.Flatten()(hidden)
        hidden = layers.Dropout(points.Float("dropout", 0.0, 0.5, step=0.1))(hidden)
        outputs = layers.Dense(given.classes, activation="softmax")(hidden)
        model = keras.Model(inputs, outputs)
        rate = points.Float("learning_rate", 3e-4, 1e-2, sampling="log", default=1e-3)
        model.compile(optimizer=keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    return build


def search(given: Given) -> str:
    """Search, then train the best on all rows and answer."""
    keras.utils.set_random_seed(given.seed)
    learned, judged = given.held_out()
    epochs = max(IMAGES_A_CANDIDATE // len(learned), 1)
    rows = (given.train[learned], given.truth[learned])
    until = (1 - SEARCHING) * given.seconds_left
    with tempfile.TemporaryDirectory() as folder:
        tuner = keras_tuner.BayesianOptimization(network(given), objective="val_accuracy", max_trials=1, seed=given.seed, directory=folder, overwrite=True)
        tried, slowest = 0, 0.0
        while not tried or given.seconds_left - slowest > until:
            started = time.monotonic()
            tuner.oracle.max_trials = tried + 1
            held_out = (given.train[judged], given.truth[judged])
            tuner.search(*rows, epochs=epochs, batch_size=BATCH, validation_data=held_out, verbose=0, callbacks=[Until(given, until)])
            tried, slowest = tried + 1, max(slowest, time.monotonic() - started)
        (best,) = tuner.get_best_hyperparameters(1)
        given.save(tuner.get_best_models(1)[0].predict(given.sealed, batch_size=256, verbose=0))
        model = tuner.hypermodel.build(best)
    epochs, seconds = _train(model, given)
    given.save(model.predict(given.sealed, batch_size=256, verbose=0))
    return f"{tried} candidates, the best trained for {epochs} epochs in {seconds:.0f} s, backend tensorflow"


def _train(model: keras.Model, given: Given) -> tuple[int, float]:
    """One epoch after the other at the searched rate, the last third of the time at a tenth of it."""
    started, reserve = time.monotonic(), RESERVE * given.budget
    left = given.seconds_left - reserve
    rate, epochs = float(model.optimizer.learning_rate), 0
    while given.seconds_left > reserve:
        model.optimizer.learning_rate = rate if given.seconds_left - reserve > left / 3 else rate / 10
        model.fit(given.train, given.truth, epochs=1, batch_size=BATCH, verbose=0, callbacks=[Until(given, reserve)])
        epochs += 1
    return epochs, time.monotonic() - started


if __name__ == "__main__":
    answer(search, distribution="keras-tuner")
