"""scikit-image and scikit-learn: histograms of oriented gradients, and a support vector machine on them.

Source of the features: N. Dalal, B. Triggs, Histograms of Oriented Gradients for Human Detection, 2005. The kernel is Gaussian where the rows are few
enough for it, else the machine is linear. A small picture of the colors goes with the gradients, as they see none.
"""

from __future__ import annotations

import time

import numpy as np
from given import Given, answer
from skimage.feature import hog
from skimage.transform import resize
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

MOST_ROWS_OF_A_KERNEL = 12_000
CELLS, COLOR_SIDE = 8, 6
"Cells along a side; pixels along a side of the small picture."
PENALTIES = {"kernel": (3.0, 10.0, 1.0, 30.0), "linear": (1e-3, 1e-2, 1e-4)}


def features(image: np.ndarray) -> np.ndarray:
    """Gradients and, of a colored picture, its colors."""
    cell = max(image.shape[0] // CELLS, 3)
    gradients = hog(image, orientations=9, pixels_per_cell=(cell, cell), cells_per_block=(2, 2), channel_axis=-1)
    colors = resize(image, (COLOR_SIDE, COLOR_SIDE), anti_aliasing=True).ravel() if image.shape[-1] > 1 else np.empty(0)
    return np.concatenate([gradients, colors]).astype(np.float32)


def model(kind: str, penalty: float, seed: int) -> Pipeline:
    """One candidate."""
    machine = SVC(C=penalty, gamma="scale") if kind == "kernel" else LinearSVC(C=penalty, random_state=seed)
    return make_pipeline(StandardScaler(), machine)


def hog_svm(given: Given) -> str:
    """Fit one, then search, then fit the best again on all rows."""
    train, sealed = (np.stack([features(image) for image in images]) for images in (given.train, given.sealed))
    kind = "kernel" if len(train) <= MOST_ROWS_OF_A_KERNEL else "linear"
    first, *_ = PENALTIES[kind]
    started = time.monotonic()
    given.save_classes(model(kind, first, given.seed).fit(train, given.truth).predict(sealed))
    seconds, found = time.monotonic() - started, {}
    learned, judged = given.held_out()
    for penalty in PENALTIES[kind]:
        if given.seconds_left < 3 * seconds:
            break
        found[penalty] = model(kind, penalty, given.seed).fit(train[learned], given.truth[learned]).score(train[judged], given.truth[judged])
    best = max(found, key=lambda penalty: found[penalty], default=first)
    if best != first:
        given.save_classes(model(kind, best, given.seed).fit(train, given.truth).predict(sealed))
    return f"{kind}, {train.shape[1]} features, C = {best:g}, {len(found)} of {len(PENALTIES[kind])} judged"


if __name__ == "__main__":
    answer(hog_svm, distribution="scikit-learn")
