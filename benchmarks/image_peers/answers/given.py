"""What a system gets, and how it answers. Knows nothing of Luthier: the scripts beside it run in environments of their own.

    PYTHON SCRIPT.py FOLDER ANSWER.npy --budget SECONDS --seed N

FOLDER holds train.npy and sealed.npy (uint8 [rows, height, width, channels]), truth.npy (class numbers of the training rows) and facts.json.
ANSWER.npy holds probabilities [sealed rows, classes]; a better answer replaces an earlier one. One line of JSON on stdout tells the version of the
system and what it did.
"""

from __future__ import annotations

import time

STARTED = time.monotonic()

import argparse  # noqa: E402
import json  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Callable  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from importlib.metadata import version  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

HELD_OUT = 0.1
"Share of the training rows that a search is judged by."


@dataclass(frozen=True)
class Given:
    """The rows and the clock."""

    train: np.ndarray
    truth: np.ndarray
    sealed: np.ndarray
    classes: int
    budget: float
    seed: int
    answer: Path

    @property
    def seconds_left(self) -> float:
        """Until the budget is over; it began with the process."""
        return self.budget - (time.monotonic() - STARTED)

    def held_out(self) -> tuple[np.ndarray, np.ndarray]:
        """Places of the rows to learn from and of those to judge by."""
        order = np.random.default_rng(self.seed).permutation(len(self.train))
        judged = max(int(HELD_OUT * len(order)), 1)
        return order[judged:], order[:judged]

    def save(self, probabilities: np.ndarray) -> None:
        """Write an answer; it appears whole or not at all."""
        part = self.answer.with_suffix(".part.npy")
        np.save(part, np.asarray(probabilities, dtype=np.float64))
        part.replace(self.answer)

    def save_classes(self, predicted: np.ndarray) -> None:
        """Write an answer of a system that gives classes and no probabilities."""
        self.save(np.eye(self.classes)[np.asarray(predicted)])


def answer(run: Callable[[Given], str], *, distribution: str) -> None:
    """Answer as the command line asks, and tell how."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("answer", type=Path)
    parser.add_argument("--budget", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    warnings.simplefilter("ignore")
    train, truth, sealed = (np.load(wanted.folder / f"{name}.npy", allow_pickle=False) for name in ("train", "truth", "sealed"))
    classes = json.loads((wanted.folder / "facts.json").read_text())["classes"]
    given = Given(train=train, truth=truth, sealed=sealed, classes=classes, budget=wanted.budget, seed=wanted.seed, answer=wanted.answer)
    note = run(given)
    print(json.dumps({"version": version(distribution), "note": note}))
