"""The axis words: every shape annotation is made of them, and of plain numbers.

Shapes are checked by beartype under pytest and cost nothing in production.
"""

from __future__ import annotations

AXES: dict[str, str] = {
    "rows": "rows of a table",
    "train": "rows that a network learns from",
    "validation": "rows that judge a network of a fold",
    "test": "sealed rows",
    "batch": "rows of one gradient step, or rows given to a network",
    "numbers": "continuous inputs after encoding",
    "codes": "categorical inputs after encoding (0 = missing or unseen)",
    "all_codes": "all codes of all categorical inputs in one line",
    "parts": "numbers that one column becomes",
    "words": "words of a text",
    "buckets": "where the words of a text are hashed to",
    "topics": "numbers that a text becomes",
    "features": "any last axis inside a network",
    "views": "versions of one image in a report",
    "units": "outputs of a layer",
    "rates": "learning rates of a range test, in the order of the sweep",
    "ensemble": "networks that share one set of weights (TabM)",
    "classes": "outputs of a classifier; 1 for a regression",
    "members": "networks of a population",
    "kept": "members that go on",
    "parameters": "all trained numbers of one member, flat",
    "folds": "folds of the training rows",
    "bins": "sides of a split",
    "edges": "edges of the pieces of an embedding",
    "quantiles": "candidates for such edges",
    "channel": "1 for gray, 3 for red, green and blue; or the feature maps of a convolution",
    "height": "rows of a weight matrix, or of pixels",
    "width": "columns of a weight matrix, or of pixels",
}
"""What each axis word means."""
