"""How a peer is asked. Knows nothing of Luthier: the scripts beside it run in environments of their own.

    PYTHON SCRIPT.py

Each line on stdin names a folder with then.npy and now.npy (float64 [rows, columns]) and facts.json (the names and, for each column, how many levels it
has; 0 of numbers). One line of JSON on stdout answers it: the columns that were called drifted, and whether the whole was. The first line tells the version.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Given:
    """Two windows."""

    then: pd.DataFrame
    now: pd.DataFrame
    categories: list[str]
    "Names of the columns with levels."

    @classmethod
    def read(cls, folder: Path) -> Given:
        """What was written there."""
        facts = json.loads((folder / "facts.json").read_text())
        levels = dict(zip(facts["names"], facts["levels"]))  # noqa: B905 - also runs on Python 3.9
        then, now = (_frame(np.load(folder / f"{side}.npy", allow_pickle=False), levels) for side in ("then", "now"))
        return cls(then=then, now=now, categories=[name for name in levels if levels[name]])


@dataclass(frozen=True)
class Verdict:
    """What a peer says."""

    columns: list[str]
    "Called drifted."
    whole: bool
    "Whether the data set as a whole is, where the peer says such a thing; else whether any column is."


def serve(judge: Callable[[Given], Verdict], *, distribution: str) -> None:
    """Answer draw after draw; what the peer itself prints goes to stderr."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    print(json.dumps({"version": version(distribution)}), file=answers, flush=True)
    for line in sys.stdin:
        try:
            verdict = judge(Given.read(Path(line.strip())))
            told = {"columns": verdict.columns, "whole": verdict.whole}
        except Exception as error:  # noqa: BLE001 - a peer that cannot answer a draw says so, and goes on
            told = {"failed": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(told), file=answers, flush=True)


def _frame(values: np.ndarray, levels: dict[str, int]) -> pd.DataFrame:
    columns = {name: values[:, place] for place, name in enumerate(levels)}
    return pd.DataFrame({name: [f"level {code:.0f}" for code in column] if levels[name] else column for name, column in columns.items()})
