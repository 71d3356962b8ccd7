"""Listing: who is there: every image of a source with its name and label, before one is decoded."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from jaxtyping import Bool

from luthier.core.errors import DataUnreadable, SettingInvalid
from luthier.core.findings import Event
from luthier.data.images.folders import list_folder
from luthier.data.images.idx import IdxPair, is_idx_name, read_class_names, read_pair
from luthier.data.images.references import ImageFile, ImageRow, Reference, written_name
from luthier.data.images.tables import list_table, table_holds_images
from luthier.data.read import Source

LABEL, GROUP = "label", "group"
"What target and group are called where the source has no columns."
_OF_A_BUNDLE = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listing:
    """The images of a source, one a row."""

    name: str
    "What the source is called."
    references: tuple[Reference, ...]
    "Where each image lies."
    names: tuple[str, ...]
    "What each is called: the path relative to the source, or its place in it."
    labels: pl.Series
    "Classes as text or whole numbers, or numbers of a table; its name is the target's."
    sealed: Bool[np.ndarray, " rows"] | None = None
    "True for the rows that the source itself sets apart for the test; None where it does not."
    groups: pl.Series | None = None
    "What stays on one side of every split; its name is the group's."
    why_classes: str = ""
    "Why the labels are classes, however much they look like numbers; empty where that is to be guessed."
    missing: tuple[str, ...] = ()
    "Paths of a table that lead nowhere: their rows are not here."
    events: tuple[Event, ...] = ()
    "What was ignored, joined or set aside."


def holds_images(source: Source) -> bool:
    """True for a source of images: a folder (tables are files), an idx file, a table with a column of images; not for a saved model.

    Example:
        >>> holds_images({"age": [31, 47]})
        False
    """
    if not isinstance(source, (str, Path)):
        return False
    path = Path(source)
    if path.is_dir():
        return not (path / _OF_A_BUNDLE).exists()
    return path.is_file() and (is_idx_name(path.name) or table_holds_images(path))


def read_listing(
    source: Source, *, target: str | None = None, image: str | None = None, group: str | None = None, group_from_name: str | None = None
) -> Listing:
    """List the images of a folder, of idx files or of a table.

    Args:
        target: column to predict, of a table; the name of the label elsewhere.
        image: column of the images, of a table; None looks for it.
        group: column of a table whose values stay on one side of every split.
        group_from_name: regular expression searched in each name: its first group, or else all that it matches, is the group.

    Raises:
        DataUnreadable: there is nothing there, no image, or one class only.
    """
    if group is not None and group_from_name is not None:
        raise SettingInvalid("Groups come from a column or from the names, but both --group and --group-from-name were given. Give one.")
    listing = _listed(source, target, image, group)
    return listing if group_from_name is None else _grouped_by_name(listing, group_from_name)


def _listed(source: Source, target: str | None, image: str | None, group: str | None) -> Listing:
    path = Path(source) if isinstance(source, (str, Path)) else None
    is_table = path is None or (path.is_file() and not is_idx_name(path.name))
    if is_table:
        return _of_table(source, target, image, group)
    assert path is not None
    if not path.exists():
        raise DataUnreadable(f"There is no file or folder {str(path)!r}. Check the path; it is looked for from the folder {str(Path.cwd())!r}.")
    for option, value in (("--image", image), ("--group", group)):
        if value is not None:
            raise SettingInvalid(f"{option} names a column of a table, but {path.name!r} has no columns. Leave it out.")
    files = [path] if path.is_file() else _idx_files(path)
    return _of_idx(path, files, target or LABEL) if files else _of_folder(path, target or LABEL)


def _of_table(source: Source, target: str | None, image: str | None, group: str | None) -> Listing:
    table = list_table(source, target=target, image=image, group=group)
    return Listing(
        name=table.name,
        references=table.references,
        names=table.names,
        labels=table.frame[str(target)],
        groups=None if group is None else table.frame[group],
        missing=table.missing,
        events=table.events,
    )


def _of_folder(root: Path, target: str) -> Listing:
    images = list_folder(root)
    return Listing(
        name=written_name(root.resolve().name),
        references=tuple(ImageFile(root / name) for name in images.names),
        names=tuple(map(written_name, images.names)),
        labels=pl.Series(target, [written_name(label) for label in images.labels], dtype=pl.String),
        sealed=np.array(images.sealed) if any(images.sealed) else None,
        why_classes="a folder is a class",
        events=tuple(images.events),
    )


def _idx_files(folder: Path) -> list[Path]:
    """The idx files of images in a folder, training before test; of a plain and a gzipped one of the same name, the plain."""
    named = {path.name.lower().removesuffix(".gz"): path for path in sorted(folder.iterdir(), reverse=True) if is_idx_name(path.name)}
    return [named[name] for name in sorted(named, key=lambda name: ("t10k" in name or "test" in name, name))]


def _of_idx(source: Path, files: list[Path], target: str) -> Listing:
    pairs = [read_pair(path) for path in files]
    labels = np.concatenate([pair.labels for pair in pairs]).astype(np.int64)
    if labels.min() == labels.max():
        raise DataUnreadable(
            f"A classifier needs images of at least 2 classes, but all {len(labels):,} labels of {source.name!r} are {labels[0]}. Bring images of others too."
        )
    sealed = np.repeat([pair.sealed for pair in pairs], [len(pair.labels) for pair in pairs])
    return Listing(
        name=source.resolve().name,
        references=tuple(ImageRow(pair.pixels, row) for pair in pairs for row in range(len(pair.pixels))),
        names=tuple(name for pair in pairs for name in _row_names(pair)),
        labels=_named(pl.Series(target, labels), read_class_names(files[0].parent), files[0].parent),
        sealed=sealed if sealed.any() and not sealed.all() else None,
        why_classes="labels of idx files are classes",
    )


def _row_names(pair: IdxPair) -> list[str]:
    stem = pair.name.split("-idx")[0].split(".idx")[0]
    return [f"{stem}/{row}" for row in range(len(pair.pixels))]


def _named(labels: pl.Series, names: list[str] | None, folder: Path) -> pl.Series:
    if names is None:
        return labels
    highest = int(labels.to_numpy().max())
    if len(set(names)) < len(names) or highest >= len(names):
        raise DataUnreadable(
            f"classes.txt in {folder.name!r} must name every class once, one a line, but it has {len(names)} lines with {len(set(names))} different names, "
            f"and the labels go up to {highest}. Correct it."
        )
    return pl.Series(labels.name, names)[labels].alias(labels.name)


def _grouped_by_name(listing: Listing, pattern: str) -> Listing:
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise SettingInvalid(f"--group-from-name must be a regular expression, but {pattern!r} came: {error}.") from error
    matches = [expression.search(name) for name in listing.names]
    unmatched = sum(match is None for match in matches)
    if unmatched == len(matches):
        raise SettingInvalid(f"--group-from-name must match the names, but {pattern!r} matches none of {len(matches):,} (first: {listing.names[0]!r}).")
    groups = [name if match is None else (match[1] or "" if expression.groups else match[0]) for name, match in zip(listing.names, matches, strict=True)]
    what = f"{unmatched:,} of {len(matches):,} names do not match {pattern!r}: each of these images is a group of its own."
    events = (*listing.events, Event(name="names-without-group", what=what)) if unmatched else listing.events
    return replace(listing, groups=pl.Series(GROUP, groups, dtype=pl.String), events=events)
