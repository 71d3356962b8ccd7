"""The folder of a fit that is under way: what it needs to go on after any interruption."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from luthier.core.errors import BudgetTooSmall, OutputExists, RunMissing, TrainingFailed
from luthier.core.journal import FILE, Journal
from luthier.workflows.settings import FitSettings

UNTOLD = ("out", "force", "resume", "space", "reference", "called")
"Settings that may differ when a run is taken up again, or that are compared by their content."
PACKAGES = ("luthier", "torch", "numpy", "optuna")
"Packages whose version may change what a run does."


def run_folder_of(model: Path) -> Path:
    """Where the run of a model stands: beside it."""
    return model.parent / f"{model.name}.run"


def is_unfinished(model: Path) -> bool:
    """True where a fit of that model was begun, wrote at least one line, and has not ended."""
    file = run_folder_of(model) / FILE
    return file.is_file() and b"\n" in file.read_bytes()


def refuse_unfinished(model: Path, *, resume: bool, force: bool) -> None:
    """Raise where a run, or something that is no run, is in the way, or where it is finished. One that was killed before it wrote anything is begun anew."""
    folder = run_folder_of(model)
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not (folder / FILE).is_file()):
        raise OutputExists(f"A fit keeps its state in {folder} until it is done, but something that is no run is there. Move it away, or choose another --out.")
    if resume and model.exists() and not is_unfinished(model):
        raise RunMissing(f"--resume goes on with a run that was interrupted, but {model} is finished. Leave --resume out.")
    if is_unfinished(model) and not resume and not force:
        raise OutputExists(f"An interrupted run stands at {folder}. Go on with it by --resume, or start anew by --force.")


def open_journal(model: Path, settings: FitSettings, *, data_hash: str, space: Mapping[str, Any]) -> Journal:
    """The journal of the fit: taken up again, or begun."""
    folder, identity = run_folder_of(model), _identity(settings, data_hash, space)
    if settings.resume and is_unfinished(model):
        return Journal.resume(folder, identity)
    shutil.rmtree(folder, ignore_errors=True)
    return Journal.begin(folder, identity)


def remove_run(model: Path) -> None:
    """The fit is finished: nothing of its run is needed any more."""
    shutil.rmtree(run_folder_of(model), ignore_errors=True)


@contextmanager
def removed_without_network(model: Path) -> Iterator[None]:
    """A block that leaves no run behind where no network could be trained: there would be nothing to go on with. Everything else leaves it."""
    try:
        yield
    except (BudgetTooSmall, TrainingFailed):
        remove_run(model)
        raise


def _identity(settings: FitSettings, data_hash: str, space: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in asdict(settings).items() if name not in UNTOLD}
    return {"data": data_hash, **told, "space": dict(space), **package_versions()}


def package_versions() -> dict[str, str]:
    """The versions that a run goes on with."""
    return {package: version(package) for package in PACKAGES}
