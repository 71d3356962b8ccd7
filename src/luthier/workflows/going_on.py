"""What a run that is taken up again goes on with, in one sentence."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

from luthier.core.journal import read_lines

TRAINING = "training "
"How the journal begins the names of trainings; each holds one result a network, or a stack of them."


def going_on_sentence(run: Path, *, budget_seconds: float) -> str:
    """What the journal of a run knows: the time that was used, and the trainings that are finished.

    Args:
        run: folder of the run.
        budget_seconds: infinite where work is the bound.

    Example:
        >>> going_on_sentence(Path("nowhere.run"), budget_seconds=300.0)
        'Going on with the run at nowhere.run: 0 of 300 s are used, no training is finished.'
    """
    lines = read_lines(run)[1:]
    seconds = max((line["seconds"] for line in lines), default=0.0)
    used = f"{seconds:.0f} of {budget_seconds:.0f} s are used" if isfinite(budget_seconds) else f"{seconds:.0f} s are used"
    return f"Going on with the run at {run}: {used}, {_finished(sum(len(line['answer']) for line in lines if line['name'].startswith(TRAINING)))}."


def _finished(trainings: int) -> str:
    return {0: "no training is finished", 1: "1 training is finished"}.get(trainings, f"{trainings:,} trainings are finished")
