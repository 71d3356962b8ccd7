"""The page of alarms and of a deployment's policy, for scripts/reference.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from luthier.monitor import TRIGGER_ORDER, MonitorSettings
from luthier.monitor.sentences import _REMEDIES
from luthier.monitor.spending import INPUT_SHARES
from luthier.workflows.policy import Policy

Table = Callable[[Iterable[str], Iterable[Iterable[str]]], str]
"(head, rows) -> Markdown."

INTRO = """What `luthier monitor` can say, in the order in which it counts; [how to read one](../how-to/what-an-alarm-means.md), and [what stands
behind it](../explanation/in-service.md). An alarm is both sure (its p-value is within its part of the error budget) and big enough to matter (its
effect is at least the smallest that does); all other changes stand in the record of the pass."""

KINDS = {
    "realised-quality": "Rows whose labels came cost more than the sealed rows of the fit did.",
    "estimated-quality": "Rows without labels probably cost more: by the model's own calibrated probabilities (CBPE), or by a model of its errors (DLE).",
    "drift": "Inputs or answers are not distributed as in the reference.",
    "data-quality": "Cells are missing, new, out of range or unreadable.",
}
ASPECTS = {
    "input": ("drift", "one column"),
    "multivariate": ("drift", "all columns together: their means, spreads, correlations"),
    "prediction": ("drift", "the answers"),
    "missing": ("data-quality", "cells without a value"),
    "unseen": ("data-quality", "categories that the reference does not have"),
    "range": ("data-quality", "numbers beyond the reference's range"),
    "unreadable": ("data-quality", "cells that the column's kind does not allow"),
}
SHARES = """The part of a pass's budget that goes to inputs and answers is divided among these, evenly over the tests of each; Holm's rule hands on
what surely changed columns leave over. Where there is nothing to test, nothing is spent."""

POLICY = """Keys of a deployment's policy, which `luthier policy DEPLOYMENT KEY=VALUE` changes ([how](../how-to/retrain-and-promote.md))."""


def parts(*, table: Table, settings: Callable[[type], str]) -> list[str]:
    """The blocks of the page, one after another.

    Args:
        settings: a dataclass -> the table of its fields.
    """
    aspects = [(f"`{kind}`", what, f"{INPUT_SHARES[aspect]:.0%}", _REMEDIES[aspect]) for aspect, (kind, what) in ASPECTS.items()]
    return [
        INTRO,
        table(("kind", "says"), [(f"`{kind}`", KINDS[kind]) for kind in TRIGGER_ORDER]),
        "## Inputs and answers",
        SHARES,
        table(("kind", "looks at", "share", "what to do"), aspects),
        "## Policy",
        POLICY,
        settings(Policy),
        "## Settings of a pass",
        "Fields of `luthier.monitor.MonitorSettings`. A deployment's `alpha` follows from its policy and the length of the window.",
        settings(MonitorSettings),
    ]
