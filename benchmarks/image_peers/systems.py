"""Systems: the script of each, the environment that it lives in, and how one is run under the clock."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.image_sets import ImageRows
from benchmarks.peers.systems import ENVIRONMENTS, GRACE, ROOT, Ending, run_bounded

ANSWERS = Path(__file__).with_name("answers")
OURS = "luthier"


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A peer."""

    script: str
    "File below `answers/`."
    environment: str
    "Where its packages are."


ENVIRONMENTS.update(  # peers of tables and of images live behind one door
    {
        "pixels": ("scikit-learn", "scikit-image", "-c", str(ROOT / "constraints.txt")),
        "lightning": ("lightning", "torch==2.13.0", "-c", str(ROOT / "constraints.txt")),
        # AutoKeras 3.0 does not build its head with Keras 3.12 or later; Keras Tuner asks for scikit-learn and TensorBoard without naming them
        "keras": ("autokeras", "keras-tuner", "keras<3.12", "tensorflow-cpu", "tensorboard", "scikit-learn"),
    }
)
SYSTEMS: dict[str, System | None] = {
    OURS: None,
    "logistic-pixels": System(script="logistic_pixels.py", environment="pixels"),
    "hog-svm": System(script="hog_svm.py", environment="pixels"),
    "lightning-resnet18": System(script="lightning_resnet18.py", environment="lightning"),
    "keras-tuner": System(script="keras_tuner_search.py", environment="keras"),
    "autokeras": System(script="autokeras_search.py", environment="keras"),
}
"Luthier runs in the environment of this process."


def run_peer(system: System, python: Path, rows: Path, answer: Path, *, budget: float, seed: int) -> Ending:
    """Let a peer answer."""
    command = [str(python), str(ANSWERS / system.script), str(rows), str(answer), "--budget", str(budget), "--seed", str(seed)]
    apart = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return run_bounded(command, seconds=GRACE * budget, surroundings=apart)


def run_luthier(rows: ImageRows, model: Path, *, budget: float, seed: int, device: str = "auto") -> Ending:
    """Fit as a user would."""
    command = [sys.executable, "-m", "luthier", "fit", str(rows.folder), "--budget", f"{budget}s", "--seed", str(seed), "--device", device, "--out", str(model)]
    return run_bounded(command, seconds=GRACE * budget, surroundings=os.environ)
