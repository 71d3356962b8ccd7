"""report: where the page of a model lies."""

from __future__ import annotations

from pathlib import Path

from luthier.bundle import Bundle


def report(model: str | Path) -> Path:
    """The path of a model's report; the bundle is checked first, so that the page is the one that was written."""
    return Path(Bundle.load(model).path or model) / "report.html"
