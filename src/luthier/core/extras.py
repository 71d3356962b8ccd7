"""Optional and heavy packages are imported here, when they are needed, with one clear message when they are not there."""

from __future__ import annotations

import importlib
from types import ModuleType

from luthier.core.errors import ExtraMissing


def require(module: str, *, extra: str) -> ModuleType:
    """The module, or `ExtraMissing` with the command that installs it.

    Example:
        >>> require("json", extra="none").dumps([1])
        '[1]'
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ExtraMissing(f"This needs the package {module!r}, which is not installed. Run: pip install 'luthier[{extra}]'") from error
