"""Since when a change shows: the row from which the scores of a window leave those of the reference."""

from __future__ import annotations

import numpy as np

_EARLY = 0.05
"A change in the first twentieth of the window was there from its beginning: the window cannot tell."


def change_begins(scores: np.ndarray, at: np.ndarray | None) -> float | None:
    """The time at which a change shows first; None where rows carry no times.

    Of all places it is the one where the rows before look most like the reference and those after most unlike it: the largest squared sum of the
    scores after it, over their number (the likelihood ratio of a mean that leaves zero).

    Args:
        scores: of each row in the order of time, around 0 where nothing has changed.
        at: seconds of each row.

    Example:
        >>> scores = np.r_[np.tile([1.0, -1.0], 50), np.ones(100)]
        >>> change_begins(scores, np.arange(200.0))
        100.0
    """
    if at is None or not len(scores):
        return None
    after = np.cumsum(scores[::-1])[::-1]
    place = int(np.argmax(after**2 / np.arange(len(scores), 0, -1)))
    return float(at[0] if place < _EARLY * len(scores) else at[place])
