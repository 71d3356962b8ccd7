"""A file of JSON lines that a benchmark adds to, so that a broken-off one goes on where it was."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def read_lines(path: Path) -> list[dict[str, Any]]:
    """All records of a file; none where there is no file. A last line without its end was broken off, and does not count."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines(keepends=True) if line.endswith("\n") and line.strip()]


def append_line(path: Path, record: Mapping[str, Any]) -> None:
    """Add one record; it is on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    is_torn = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    with path.open("r+" if is_torn else "a") as lines:
        if is_torn:
            lines.truncate(path.read_bytes().rfind(b"\n") + 1)
            lines.seek(0, os.SEEK_END)
        lines.write(json.dumps(record) + "\n")
        lines.flush()
        os.fsync(lines.fileno())
