"""The list of runs, filtered by what they predict and how they stand."""

from __future__ import annotations

from dataclasses import dataclass

from luthier.ledger import Ledger, Run
from luthier.ledger.records import RUN_STATES

LATEST = 8
"Runs on the first page."
MOST = 200
"Runs in the list."


@dataclass(frozen=True, slots=True, kw_only=True)
class RunList:
    """Runs, and how they were chosen."""

    runs: tuple[Run, ...]
    "Newest first."
    targets: tuple[str, ...]
    "What the runs of the ledger predict."
    target: str
    "The one that was asked for; empty for all."
    state: str
    "The one that was asked for; empty for all."

    @property
    def is_filtered(self) -> bool:
        """True where something was asked for."""
        return bool(self.target or self.state)

    @property
    def is_cut(self) -> bool:
        """True where there may be more."""
        return len(self.runs) == MOST


def run_list(ledger: Ledger, *, target: str = "", state: str = "") -> RunList:
    """The newest runs that are as asked; a state that there is not asks for nothing."""
    wanted = state if state in RUN_STATES else ""
    return RunList(
        runs=ledger.runs.find(target=target or None, state=wanted or None, limit=MOST),
        targets=tuple(sorted({run.target for run in ledger.runs.find(limit=MOST)})),
        target=target,
        state=wanted,
    )
