"""giveaway: a fact of the file, or the color of its border, tells the class without a look at the picture.

One class photographed with another camera, cut out by another program or stored in another format: a network learns that instead, scores well here
and fails on new images. What is NOT found: a watermark, a background, a sharpness that only one class has.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import numpy as np

from luthier.core.findings import Finding, Severity
from luthier.core.seeds import numpy_rng
from luthier.core.task import ColumnKind
from luthier.data.checks.sample import sampled_words
from luthier.data.checks.single_column import held_out_skill, ranked_target
from luthier.data.images.image_set import ImageSet

NAME = "giveaway"
FILE_SKILL, BORDER_SKILL = 0.5, 0.7
"""Share of a constant guess's error that the fact alone takes away, from which it is warned of. A border is part of the picture and may tell honestly:
that of 70,000 pictures of Fashion-MNIST takes 0.12, that of 1,906 emoji 0.01, the size of their files in bytes 0.04."""
_ROWS, _FEWEST = 10_000, 40
_COLORS = {1: ("gray",), 3: ("red", "green", "blue")}


def check(images: ImageSet) -> Iterable[Finding]:
    """Ask a small tree, on one half of the images at a time, what each fact says of the other half."""
    if images.dataset.rows < _FEWEST:
        return
    rows = numpy_rng(0, "check", NAME).permutation(images.dataset.rows)[:_ROWS]
    target, classify = ranked_target(images.dataset, rows), images.dataset.task.kind.is_classification
    asked = [(fact, values[rows], kind, FILE_SKILL) for fact, kind, values in _file_facts(images)]
    asked += [(fact, values[rows], ColumnKind.NUMERIC, BORDER_SKILL) for fact, values in _border_facts(images)]
    with warnings.catch_warnings():  # scikit-learn takes many small classes for numbers, and says so for each tree
        warnings.simplefilter("ignore", UserWarning)
        told = {
            fact: skill
            for fact, values, kind, enough in asked
            if values.min() < values.max() and (skill := held_out_skill(values, kind, target, classify=classify)) >= enough
        }
    if told:
        best = max(told, key=told.__getitem__)
        others = [fact for fact in told if fact != best]
        also = f"; so do {', '.join(others)}" if len(others) > 1 else f"; so does {others[0]}" if others else ""
        yield Finding(
            name=NAME,
            severity=Severity.WARN,
            evidence=f"{best[0].upper()}{best[1:]} alone takes {min(told[best], 0.999):.0%} off the error of a constant guess "
            f"(held-out halves of {sampled_words(rows, images.dataset)}){also}.",
            remedy="Were the classes made in different ways? Bring all images to one size, format and border first, or the network may learn these.",
        )


def _file_facts(images: ImageSet) -> list[tuple[str, ColumnKind, np.ndarray]]:
    probes = images.probes
    numbers = {
        "the width of the file": [probe.width for probe in probes],
        "the height of the file": [probe.height for probe in probes],
        "the size of the file in bytes": [probe.encoded_bytes for probe in probes],
    }
    words = {"the format of the file": [probe.format for probe in probes], "the color mode of the file": [probe.mode for probe in probes]}
    facts = [(fact, ColumnKind.NUMERIC, np.array(values, dtype=np.float64)) for fact, values in numbers.items()]
    return facts + [(fact, ColumnKind.CATEGORY, np.unique(values, return_inverse=True)[1]) for fact, values in words.items()]


def _border_facts(images: ImageSet) -> list[tuple[str, np.ndarray]]:
    return [(f"the {color} of the border", images.borders[:, channel]) for channel, color in enumerate(_COLORS[images.shape.channels])]
