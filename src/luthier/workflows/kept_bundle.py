"""KeptBundle: a bundle held in memory, so that the object that holds it can be copied, pickled and sent to another process."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

from luthier.bundle import Bundle
from luthier.core.files import whole_folder


@final
class KeptBundle:
    """The files of a bundle and the model that they make.

    A copy is made from the files, whose hashes are checked again; the model itself is never pickled.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        with tempfile.TemporaryDirectory(prefix="luthier-") as folder:
            self.write(Path(folder) / "model")
            self.bundle = Bundle.load(Path(folder) / "model")

    @classmethod
    def read(cls, folder: Path) -> KeptBundle:
        """Take a saved bundle into memory."""
        return cls({file.name: file.read_bytes() for file in sorted(folder.iterdir())})

    def write(self, folder: Path, *, force: bool = False) -> None:
        """Save it again, whole or not at all."""
        with whole_folder(folder, force=force) as temporary:
            for name, content in self.files.items():
                (temporary / name).write_bytes(content)

    def __reduce__(self) -> tuple[Any, ...]:
        return KeptBundle, (self.files,)
