"""Luthier builds, tunes and keeps in tune neural networks for your own data.

    import luthier

    result = luthier.fit("patients.csv", target="diagnosis", budget="2m")
    model = luthier.load(result.path)
    model.predict("new_patients.csv")

Importing this package is quick and starts nothing: each name brings in what it needs when it is first used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from luthier.core import errors as errors
    from luthier.core.errors import LuthierError as LuthierError
    from luthier.workflows.estimators import LuthierClassifier as LuthierClassifier
    from luthier.workflows.estimators import LuthierRegressor as LuthierRegressor
    from luthier.workflows.fit import fit as fit
    from luthier.workflows.load import load as load
    from luthier.workflows.tune import tune as tune

__version__ = "0.1.0"

__all__ = ["LuthierClassifier", "LuthierError", "LuthierRegressor", "errors", "fit", "load", "tune"]

_HOMES = {
    "LuthierClassifier": "luthier.workflows.estimators",
    "LuthierError": "luthier.core.errors",
    "LuthierRegressor": "luthier.workflows.estimators",
    "errors": "luthier.core",
    "fit": "luthier.workflows.fit",
    "load": "luthier.workflows.load",
    "tune": "luthier.workflows.tune",
}


def __getattr__(name: str) -> Any:
    """The public name, from the module that defines it (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'luthier' has no attribute {name!r}")
    home = import_module(_HOMES[name])
    value = globals()[name] = getattr(home, name, None) or import_module(f"{_HOMES[name]}.{name}")
    return value


def __dir__() -> list[str]:
    """The public names, whether they were used already or not."""
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """Keeps `luthier.fit` and `luthier.tune` the functions: importing the folder of the same name would put the folder there."""

    def __setattr__(self, name: str, value: object) -> None:
        if name not in _HOMES or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
