"""Every error that Luthier raises on purpose, on one page.

    LuthierError
    ├── DataError (ValueError)            the data cannot be used as it is
    │   ├── DataUnreadable                the file is missing, empty, not a table, ragged, wrongly encoded
    │   ├── ColumnMissing (KeyError)      a column that is needed is not there
    │   ├── ColumnUnusable                a column holds something that it cannot hold
    │   ├── TargetUnusable                the target is constant, all missing, infinite
    │   ├── TooFewRows                    fewer rows than an honest split needs
    │   └── CheckRefused                  a data check refuses; its findings are attached
    ├── SettingInvalid (ValueError)       an option or a setting contradicts itself or the data
    ├── BudgetTooSmall (ValueError)       no honest answer fits into the time given
    ├── TrainingFailed (RuntimeError)     every member diverged or ran out of memory
    ├── RunError (ValueError)             an interrupted fit cannot be taken up again
    │   ├── RunMissing (FileNotFoundError)   nothing was begun there
    │   ├── RunDiffers                    the data, a setting or a version is not what it was
    │   └── RunUnreadable                 its journal is damaged or of another format
    ├── ModuleUnusable (ValueError)       a user's own network cannot be trained
    ├── BundleError (ValueError)          a bundle cannot be used
    │   ├── BundleMissing (FileNotFoundError)   it, or a file of it, is not there
    │   ├── BundleDamaged                 a file's hash differs from the manifest
    │   └── BundleTooNew                  written by a newer format
    ├── LedgerError (RuntimeError)        the record of runs, models and predictions cannot be used
    │   ├── LedgerUnwritable (OSError)    it is read-only, full, locked or away
    │   ├── LedgerTooNew                  written by a newer format
    │   ├── RunUnknown (KeyError)         no such run
    │   ├── BundleUnknown (KeyError)      no such model
    │   ├── DeploymentMissing (KeyError)  nothing is deployed under that name
    │   ├── DeploymentExists              something is deployed under that name already
    │   ├── DeploymentMoved               somebody else changed it in the meantime
    │   └── PredictionDiffers             an id that stands for another question
    ├── RequestRefused (ValueError)       a request to the service that cannot be answered
    ├── PromotionRefused (ValueError)     the evidence does not carry a promotion
    ├── OutputExists (FileExistsError)    nothing is overwritten without being told to
    ├── OutputUnwritable (OSError)        the folder is read-only or the disk is full
    ├── ExtraMissing (ImportError)        an optional package is needed
    └── Interrupted (KeyboardInterrupt)   Ctrl-C before there was anything to keep

A message says what is required, what came, and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any


class LuthierError(Exception):
    """The base of all errors raised on purpose: its text is for the user."""


class DataError(LuthierError, ValueError):
    """The data cannot be used as it is."""


class DataUnreadable(DataError):
    """The input cannot be read as a table."""


class ColumnMissing(DataError, KeyError):
    """A column that is needed is not in the table."""

    def __init__(self, column: str, available: Sequence[str], *, purpose: str = "is needed") -> None:
        self.column, self.available = column, tuple(available)
        near = get_close_matches(column, self.available, n=1, cutoff=0.5)
        shown = ", ".join(repr(name) for name in self.available[:12])
        more = f" and {len(self.available) - 12} more" if len(self.available) > 12 else ""
        advice = f"Did you mean {near[0]!r}?" if near else f"The columns are {shown}{more}."
        super().__init__(f"Column {column!r} {purpose}, but the table does not have it. {advice}")

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would show the quoted repr


class ColumnUnusable(DataError):
    """A column holds something that its kind does not allow."""

    def __init__(self, message: str, *, column: str) -> None:
        self.column = column
        super().__init__(message)


class TargetUnusable(DataError):
    """The column to predict cannot be predicted."""


class TooFewRows(DataError):
    """There are fewer rows than an honest split needs."""


class CheckRefused(DataError):
    """A data check refuses this table; `findings` says why and how to override it."""

    def __init__(self, message: str, *, findings: Sequence[Any]) -> None:
        self.findings = tuple(findings)
        super().__init__(message)


class SettingInvalid(LuthierError, ValueError):
    """An option contradicts itself, another option or the data."""


class BudgetTooSmall(LuthierError, ValueError):
    """The time given is too short for an honest answer."""

    def __init__(self, *, given_seconds: float, smallest_seconds: float) -> None:
        self.given_seconds, self.smallest_seconds = given_seconds, smallest_seconds
        super().__init__(
            f"An honest answer on this data needs at least {smallest_seconds:.0f} s, but the budget is {given_seconds:.0f} s. "
            f"Give --budget {smallest_seconds:.0f}s or more."
        )


class TrainingFailed(LuthierError, RuntimeError):
    """No network survived the training."""


class RunError(LuthierError, ValueError):
    """An interrupted fit cannot be taken up again."""


class RunMissing(RunError, FileNotFoundError):
    """Nothing was begun there, or it was finished."""


class RunDiffers(RunError):
    """The data, a setting or a version is not what it was."""


class RunUnreadable(RunError):
    """The journal is damaged or of another format."""


class ModuleUnusable(LuthierError, ValueError):
    """A user's own network cannot be trained: no parameters, a failing forward, a wrong shape."""


class BundleError(LuthierError, ValueError):
    """A saved model cannot be used."""


class BundleMissing(BundleError, FileNotFoundError):
    """The bundle, or one of its files, is not there."""


class BundleDamaged(BundleError):
    """A file of the bundle is not the one that was written."""


class BundleTooNew(BundleError):
    """The bundle was written by a newer version of Luthier."""


class LedgerError(LuthierError, RuntimeError):
    """The record of runs, models and predictions cannot be used."""

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would show the quoted repr


class LedgerUnwritable(LedgerError, OSError):
    """The ledger is read-only, full, locked or away."""


class LedgerTooNew(LedgerError):
    """The ledger was written by a newer version of Luthier."""


class RunUnknown(LedgerError, KeyError):
    """The ledger has no such run."""


class BundleUnknown(LedgerError, KeyError):
    """The ledger has no such model."""


class DeploymentMissing(LedgerError, KeyError):
    """Nothing is deployed under that name."""


class DeploymentExists(LedgerError):
    """Something is deployed under that name already."""


class DeploymentMoved(LedgerError):
    """Somebody else changed the deployment in the meantime: nothing was changed."""


class PredictionDiffers(LedgerError):
    """A prediction id was used before, for another question."""


class RequestRefused(LuthierError, ValueError):
    """A request to the service cannot be answered; `status` is the HTTP status that says so."""

    def __init__(self, message: str, *, status: int, retry_after_seconds: int | None = None) -> None:
        self.status, self.retry_after_seconds = status, retry_after_seconds
        super().__init__(message)


class PromotionRefused(LuthierError, ValueError):
    """The evidence does not carry a promotion; `reasons` says what is missing."""

    def __init__(self, message: str, *, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(message)


class OutputExists(LuthierError, FileExistsError):
    """What would be written exists already."""


class OutputUnwritable(LuthierError, OSError):
    """The output cannot be written."""


class ExtraMissing(LuthierError, ImportError):
    """An optional package is needed for this."""


class Interrupted(LuthierError, KeyboardInterrupt):
    """Ctrl-C came before there was anything worth keeping."""
