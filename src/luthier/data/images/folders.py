"""Folders of images: one folder a class, perhaps inside `train/` and `test/`."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from luthier.core.errors import DataUnreadable
from luthier.core.findings import Event
from luthier.data.images.references import has_image_ending
from luthier.data.wording import listed

TRAIN, VALIDATION, TEST = ("train", "training"), ("valid", "val", "validation", "dev"), ("test", "testing")
"Names of folders that divide a set; any other folder is a class."
_IGNORED = ("__MACOSX",)


@dataclass(slots=True, kw_only=True)
class FolderImages:
    """The images below a folder, in the order of their names."""

    root: Path
    names: list[str] = field(default_factory=list)
    "Relative to the root, with `/`."
    labels: list[str] = field(default_factory=list)
    sealed: list[bool] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def list_folder(root: Path) -> FolderImages:
    """Every image of a folder of class folders, or of `train/` and `test/` with class folders in them.

    Raises:
        DataUnreadable: there is no image, none in a class folder, or one class only.
    """
    images, others = FolderImages(root=root), Counter[str]()
    parts = _parts(root)
    for part, sealed in parts:
        for folder in _folders(part):
            before = len(images.names)
            _add_class(images, folder, sealed, others)
            if len(images.names) == before:
                images.events.append(Event(name="empty-class-folder", what=f"The folder {folder.name!r} holds no image: it is no class."))
        _count_beside(part, others)
    _refuse_none(images, others)
    images.events += _events(others, parts)
    return images


def _parts(root: Path) -> list[tuple[Path, bool]]:
    """The folders that hold the class folders, and whether their rows are sealed."""
    folders = _folders(root)
    roles = {folder.name.lower(): folder for folder in folders}
    known = set(roles) <= {*TRAIN, *VALIDATION, *TEST} and len(roles) == len(folders)
    if not known or not set(roles) & set(TRAIN) or not any(_folders(roles[name]) for name in roles if name in TRAIN):
        return [(root, False)]
    return [(folder, name in TEST) for name, folder in sorted(roles.items(), key=lambda item: (item[0] in TEST, item[0] in VALIDATION))]


def _folders(root: Path) -> list[Path]:
    return sorted((path for path in root.iterdir() if path.is_dir() and not _is_hidden(path.name)), key=lambda path: path.name)


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name in _IGNORED


def _add_class(images: FolderImages, folder: Path, sealed: bool, others: Counter[str]) -> None:
    found: list[str] = []
    for place, below, names in os.walk(folder):
        below[:] = [name for name in below if not _is_hidden(name)]
        for name in names:
            if _is_hidden(name) or not has_image_ending(name):
                others["hidden" if _is_hidden(name) else "other"] += 1
            else:
                found.append((Path(place) / name).relative_to(images.root).as_posix())
    images.names += sorted(found)
    images.labels += [folder.name] * len(found)
    images.sealed += [sealed] * len(found)


def _count_beside(part: Path, others: Counter[str]) -> None:
    for path in part.iterdir():
        if path.is_file():
            others["hidden" if _is_hidden(path.name) else "beside" if has_image_ending(path.name) else "other"] += 1


def _refuse_none(images: FolderImages, others: Counter[str]) -> None:
    name, beside = str(images.root), others["beside"]
    if not images.names and beside:
        raise DataUnreadable(
            f"A folder of images must hold a folder for each class, but the {beside:,} images of {name!r} lie directly in it. "
            "Move each into a folder named for its class, or give a table with a column of their paths."
        )
    if not images.names:
        files = sum(others.values())
        held = f"{files:,} other {'file' if files == 1 else 'files'}" if files else "nothing"
        raise DataUnreadable(f"A folder of images must hold a folder for each class with images in it, but {name!r} holds {held}. Check the path.")
    if len(set(images.labels)) == 1:
        raise DataUnreadable(
            f"A classifier needs images of at least 2 classes, but {name!r} holds one class folder with images: {images.labels[0]!r}. "
            "Put the images of each class into a folder of its own."
        )


def _events(others: Counter[str], parts: list[tuple[Path, bool]]) -> list[Event]:
    events = []
    if ignored := sum(others.values()):
        kinds = {"hidden": "hidden", "other": "no images", "beside": "images outside a class folder"}
        counted = ", ".join(f"{others[kind]:,} {words}" for kind, words in kinds.items() if others[kind])
        events.append(Event(name="ignored-files", what=f"{ignored:,} files were ignored: {counted}."))
    joined = [part.name for part, _ in parts if part.name.lower() in VALIDATION]
    if joined:
        what = f"The images in {listed(joined)} were joined with the training images: folds are made of both."
        events.append(Event(name="validation-joined", what=what))
    return events
