"""load: a saved model, ready to predict without torch."""

from __future__ import annotations

from pathlib import Path

from luthier.bundle import Bundle


def load(path: str | Path) -> Bundle:
    """The model that a fit saved, ready to predict; torch is not needed.

    Raises:
        BundleMissing, BundleDamaged, BundleTooNew: it cannot be used.
    """
    return Bundle.load(path)
