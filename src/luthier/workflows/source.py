"""The data that a model was fitted on, as the ledger remembers them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from luthier.core.errors import DataUnreadable
from luthier.data import Source
from luthier.ledger import Ledger


def source_facts(data: Source) -> Mapping[str, Any]:
    """Where a file or a folder lies, and of a file how to see that it is still the same; nothing of data in memory."""
    if not isinstance(data, str | Path) or not Path(data).exists():
        return {}
    path = Path(data).resolve()
    if path.is_dir():
        return {"source": str(path)}
    state = path.stat()
    return {"source": str(path), "source_bytes": state.st_size, "source_changed_ns": state.st_mtime_ns}


def recorded_source(ledger: Ledger, bundle: str) -> Path:
    """The file or the folder that a stored model was fitted on.

    Raises:
        DataUnreadable: the ledger does not know it, or it is not what it was.
    """
    stored = ledger.bundles.get(bundle)
    facts = ledger.runs.get(stored.run).facts if stored.run is not None else {}
    if "source" not in facts:
        raise DataUnreadable(
            "Retraining needs the rows that the model was fitted on, but the ledger does not know where they are. Name them, or give --only-new."
        )
    path = Path(facts["source"])
    if not path.exists():
        raise DataUnreadable(f"Retraining needs the rows that the model was fitted on, but {path} is not there any more. Name them, or give --only-new.")
    if any(facts.get(name) != value for name, value in source_facts(path).items()):
        raise DataUnreadable(f"Retraining needs the rows that the model was fitted on, but {path} has changed since. Name what to take, or give --only-new.")
    return path


def inherited_source(ledger: Ledger, champion: str, data: Source | None) -> Mapping[str, Any]:
    """What a challenger's record says of the old rows: where they lie now, or what the champion's record says of its own."""
    if data is not None:
        return source_facts(data)
    stored = ledger.bundles.get(champion)
    facts = ledger.runs.get(stored.run).facts if stored.run is not None else {}
    return {name: value for name, value in facts.items() if name.startswith("source")}
