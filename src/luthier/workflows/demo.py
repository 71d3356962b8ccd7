"""demo: a fit of a table that comes with the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from luthier.core.errors import SettingInvalid
from luthier.core.listener import Listener
from luthier.workflows.fit import fit
from luthier.workflows.result import FitResult

DEMOS = {"health": ("thyroid_diagnosis.csv", "diagnosis")}
"For each demo its table and its target."


def demo(
    name: str,
    *,
    budget: str = "2m",
    work: str | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    force: bool = False,
    listener: Listener | None = None,
    started: float | None = None,
) -> FitResult:
    """Fit an example table; the model goes to `luthier-demo-NAME` unless `out` says otherwise."""
    if name not in DEMOS:
        raise SettingInvalid(f"A demo must be one of {', '.join(DEMOS)}, but {name!r} came.")
    table, target = DEMOS[name]
    folder = Path(out) if out is not None else Path(f"luthier-demo-{name}")
    data = Path(str(files("luthier.examples") / table))
    return fit(data, target=target, budget=budget, work=work, seed=seed, out=folder, force=force, listener=listener, started=started)
