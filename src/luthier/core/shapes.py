"""The axis words, used in every shape annotation.

| word | meaning |
|---|---|
| batch | rows of one gradient step, or rows given to a prediction |
| rows | rows of a table |
| numbers | continuous inputs after encoding |
| codes | categorical inputs after encoding (0 = missing or unseen) |
| features | any last axis inside a network |
| ensemble | networks that share one set of weights (TabM) |
| classes | outputs of a classifier; 1 for a regression |
| members | networks of a population |
| parameters | all trained numbers of one member, flat |

Shapes are checked by beartype under pytest and cost nothing in production.
"""

from __future__ import annotations

from typing import TypeAlias

AXES: tuple[str, ...] = ("batch", "rows", "numbers", "codes", "features", "ensemble", "classes", "members", "parameters", "time", "channel", "height", "width")
Rows: TypeAlias = int
