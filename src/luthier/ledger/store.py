"""Store: the files of kept models, each under its hash, in a folder or behind any fsspec URL."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, final

from luthier.core.errors import BundleDamaged, BundleMissing, LedgerUnwritable, OutputExists
from luthier.core.extras import require
from luthier.core.files import whole_folder
from luthier.ledger.contents import MANIFEST, Contents, read_contents


class Store(Protocol):
    """Keeps the files of models.

    Laws: what `put` began is visible when all of it is there, and not before; putting the same again changes nothing, or mends what is damaged;
    `fetch` hands out only what it has compared with the hash.
    """

    def put(self, contents: Contents) -> str:
        """Keep a model; where it is now."""

    def fetch(self, hash_: str) -> Path:
        """A local folder with the files of a model.

        Raises:
            BundleMissing: it is not there.
            BundleDamaged: it is not what was kept.
        """


@final
class FolderStore:
    """Models in a local folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, contents: Contents) -> str:
        """Keep a model under its hash; where it is now."""
        place = self.folder / contents.hash
        if not is_whole(place, contents.hash):
            self._write(place, contents)
        return str(place)

    def fetch(self, hash_: str) -> Path:
        """The folder of a model, every file compared with its hash."""
        place = self.folder / hash_
        read_folder(place, expected=hash_)
        return place

    def _write(self, place: Path, contents: Contents) -> None:
        try:
            with whole_folder(place, force=place.exists()) as temporary:
                for name, content in contents.files.items():
                    (temporary / name).write_bytes(content)
        except (OutputExists, OSError) as error:
            if not is_whole(place, contents.hash):  # else another process was quicker
                reason = str(error).rstrip(".")
                raise LedgerUnwritable(f"The ledger keeps models in {self.folder}, but writing failed ({reason}). Make room, or give another store.") from error


@final
class RemoteStore:
    """Models behind an fsspec URL, with copies in a local folder."""

    def __init__(self, url: str, cache: Path) -> None:
        self.url, self._cache = url.rstrip("/"), FolderStore(cache)
        require("fsspec", extra="team")
        self._files, root = require("fsspec.core", extra="team").url_to_fs(self.url)
        self._root = root.rstrip("/")

    def put(self, contents: Contents) -> str:
        """Upload a model under its hash, the manifest last: without it a model is not there. Where it is now."""
        try:
            self._read(contents.hash)
        except (BundleMissing, BundleDamaged):
            self._upload(contents)
        return f"{self.url}/{contents.hash}"

    def fetch(self, hash_: str) -> Path:
        """A local copy of a model, every file compared with its hash."""
        copied = self._cache.folder / hash_
        if not is_whole(copied, hash_):
            self._cache.put(self._read(hash_))
        return copied

    def _upload(self, contents: Contents) -> None:
        place = f"{self._root}/{contents.hash}"
        try:
            self._files.makedirs(place, exist_ok=True)
            for name, content in sorted(contents.files.items(), key=lambda file: file[0] == MANIFEST):
                self._files.pipe_file(f"{place}/{name}", content)
        except OSError as error:
            raise LedgerUnwritable(f"The ledger keeps models at {self.url}, but writing failed ({error}). Make room, or give another store.") from error

    def _read(self, hash_: str) -> Contents:
        return read_contents(f"{self.url}/{hash_}", lambda name: self._files.cat_file(f"{self._root}/{hash_}/{name}"), expected=hash_)


def open_store(place: str | Path, *, cache: Path | None = None) -> Store:
    """The store in a folder or behind a URL.

    Args:
        cache: the folder of local copies of what is behind a URL; in the user's cache unless given.
    """
    if isinstance(place, str) and "://" in place and not place.startswith("file://"):
        return RemoteStore(place, cache or user_cache())
    return FolderStore(Path(str(place).removeprefix("file://")).expanduser().absolute())


def user_cache(environment: Mapping[str, str] = os.environ) -> Path:
    """Where copies of remote models are kept."""
    return Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "luthier" / "bundles"


def read_folder(folder: Path, *, expected: str | None = None) -> Contents:
    """The model in a folder, every file compared with its hash; a link is no file of it."""

    def read(name: str) -> bytes:
        if (folder / name).is_symlink():
            raise BundleDamaged(f"The manifest of {folder} names the file {name!r}, which is a link to somewhere else. Do not use this model.")
        return (folder / name).read_bytes()

    return read_contents(str(folder), read, expected=expected)


def is_whole(folder: Path, hash_: str) -> bool:
    """True where a folder holds that very model, undamaged."""
    try:
        read_folder(folder, expected=hash_)
    except (BundleMissing, BundleDamaged):
        return False
    return True
