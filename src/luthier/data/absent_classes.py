"""Classes that a side of a split does not hold: one event about all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool

from luthier.core.findings import Event
from luthier.data.wording import listed


def absent_classes(classes: Sequence[str], present: Mapping[str, Bool[np.ndarray, " classes"]]) -> tuple[Event, ...]:
    """What is to be said of classes that a side lacks: nothing, or one event with the first few of them.

    Args:
        classes: of the task, in its order.
        present: by the name of a side, such as `sealed rows`: which classes it holds.

    Example:
        >>> [event.what for event in absent_classes(("cat", "owl"), {"sealed rows": np.array([True, False])})]
        ["Class 'owl' does not occur in the sealed rows."]
    """
    absent = [label for place, label in enumerate(classes) if not all(holds[place] for holds in present.values())]
    sides = [f"the {name}" for name, holds in present.items() if not holds.all()]
    if not absent:
        return ()
    if len(absent) == 1:
        return (Event(name="class-absent", what=f"Class {absent[0]!r} does not occur in {', '.join(sides)}."),)
    what = f"{len(absent):,} of {len(classes):,} classes are absent from {' or '.join(sides)}: {listed(absent)}."
    return (Event(name="class-absent", what=what),)
