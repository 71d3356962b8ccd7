"""Law 11: a bundle appears whole or not at all, and what stood there before stays until then."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from luthier.bundle import Bundle, write_bundle
from luthier.core.errors import OutputExists, OutputUnwritable
from tests.bundle.made_up import MadeUp, training_rows


class FailingWrite:
    """Writes some files and then meets an error of the system."""

    def __init__(self, code: int, *, after: int) -> None:
        self.code, self.left = code, after

    def __call__(self, path: Path, content: bytes) -> None:
        if self.left == 0:
            raise OSError(self.code, os.strerror(self.code))
        self.left -= 1
        path.write_bytes(content)


def contents_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_stands_there_is_not_overwritten(classifier: MadeUp, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "mine.txt").write_text("precious")

    with pytest.raises(OutputExists) as refusal:
        write_bundle(tmp_path / "model", classifier.manifest, classifier.contents)

    assert str(refusal.value) == f"{tmp_path / 'model'} exists already. Choose another name, or give --force to replace it."
    assert contents_of(tmp_path) == {"model/mine.txt": b"precious"}


def test_force_replaces_all_of_it(copied: Path, regressor: MadeUp) -> None:
    (copied / "stranger.txt").touch()

    write_bundle(copied, regressor.manifest, regressor.contents, force=True)

    assert contents_of(copied) == contents_of(regressor.folder)
    assert list(copied.parent.iterdir()) == [copied]


REASONS = {errno.ENOSPC: "the disk is full", errno.EROFS: "the file system is read-only", errno.EACCES: "writing is not permitted there"}


@pytest.mark.parametrize("after", [0, 4, 7], ids=["first-file", "midway", "manifest"])
@pytest.mark.parametrize(("code", "reason"), REASONS.items(), ids=["full", "read-only", "not-permitted"])
def test_a_failed_write_leaves_the_old_bundle_whole(copied: Path, regressor: MadeUp, code: int, reason: str, after: int) -> None:
    before = contents_of(copied)

    with pytest.raises(OutputUnwritable) as refusal:
        write_bundle(copied, regressor.manifest, regressor.contents, force=True, write=FailingWrite(code, after=after))

    assert str(refusal.value) == f"{copied} could not be written: {reason}. Nothing that stood there was changed."
    assert contents_of(copied) == before
    assert list(copied.parent.iterdir()) == [copied]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder_is_named(classifier: MadeUp, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)

    with pytest.raises(OutputUnwritable) as refusal:
        write_bundle(tmp_path / "locked" / "model", classifier.manifest, classifier.contents)

    assert str(refusal.value) == f"{tmp_path / 'locked/model'} could not be written: writing is not permitted there. Nothing that stood there was changed."


def test_a_bundle_may_be_moved(copied: Path, classifier: MadeUp) -> None:
    moved = copied.rename(copied.parent / "elsewhere")

    assert (Bundle.load(moved).predict(training_rows()) == Bundle.load(classifier.folder).predict(training_rows())).all()


def test_every_record_is_strict_json(classifier: MadeUp) -> None:
    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    for path in classifier.folder.glob("*.json"):
        json.loads(path.read_text(), parse_constant=refuse)
