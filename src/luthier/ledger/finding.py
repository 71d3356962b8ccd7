"""Where the ledger is: said by an environment variable, or found upwards like a repository."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from luthier.core.errors import LedgerError

VARIABLE, STORE_VARIABLE = "LUTHIER_LEDGER", "LUTHIER_STORE"
FOLDER, FILE = ".luthier", "ledger.db"


def find_ledger(folder: Path | None = None, environment: Mapping[str, str] = os.environ) -> str | None:
    """The ledger that counts in a folder: `$LUTHIER_LEDGER`, else the nearest `.luthier/ledger.db` upwards; None where there is none.

    Where the variable is set and empty, there is none.

    Args:
        folder: where to begin; the working folder unless given.
        environment: where the variable is looked up.
    """
    if VARIABLE in environment:
        return environment[VARIABLE] or None
    start = (folder or Path.cwd()).absolute()
    return next((str(place / FOLDER / FILE) for place in (start, *start.parents) if (place / FOLDER / FILE).is_file()), None)


def new_ledger(folder: Path | None = None) -> str:
    """Where a ledger is made if there is none."""
    return str((folder or Path.cwd()).absolute() / FOLDER / FILE)


def ledger_for_runs(folder: Path | None = None, environment: Mapping[str, str] = os.environ) -> str:
    """Where a fit at the command line is recorded: in the ledger that counts, else in a new one; "" where the variable is set and empty."""
    return find_ledger(folder, environment) or ("" if VARIABLE in environment else new_ledger(folder))


def ledger_in_use(url: str | None = None, folder: Path | None = None, environment: Mapping[str, str] = os.environ) -> str:
    """The ledger that a question is about: the one that is named, else the one that counts. None is made.

    Raises:
        LedgerError: there is none.
    """
    place = url or find_ledger(folder, environment)
    if place is None:
        raise LedgerError(
            "A ledger must be there to look into, but none is found in the working folder or upwards. "
            "Begin one with `luthier fit` or `luthier serve`, or name it with --ledger."
        )
    path = place.removeprefix("sqlite:///")
    if "://" not in path and not Path(path).is_file():
        raise LedgerError(f"A ledger must be there to look into, but there is none at {place}. Check the path.")
    return place
