from __future__ import annotations

import errno
from pathlib import Path

import pytest

from luthier.core.errors import OutputExists, OutputUnwritable
from luthier.core.files import whole_file, whole_folder


def test_a_file_appears_when_its_block_ends_well(tmp_path: Path) -> None:
    with whole_file(tmp_path / "deep" / "x.txt") as temporary:
        temporary.write_text("done")
        assert not (tmp_path / "deep" / "x.txt").exists()

    assert (tmp_path / "deep" / "x.txt").read_text() == "done"
    assert [file.name for file in (tmp_path / "deep").iterdir()] == ["x.txt"]


def test_a_full_disk_leaves_the_file_that_stood_there_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("before")

    with pytest.raises(OutputUnwritable) as refusal, whole_file(path) as temporary:
        temporary.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    assert str(refusal.value) == f"{path} could not be written: the disk is full. Nothing that stood there was changed."
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["x.txt"]


def test_a_folder_replaces_another_only_when_it_is_whole(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "model") as first:
        (first / "a").write_text("1")

    with pytest.raises(RuntimeError, match="broken"), whole_folder(tmp_path / "model", force=True) as second:
        (second / "b").write_text("2")
        raise RuntimeError("broken")
    assert [file.name for file in (tmp_path / "model").iterdir()] == ["a"]

    with whole_folder(tmp_path / "model", force=True) as third:
        (third / "c").write_text("3")
    assert [file.name for file in (tmp_path / "model").iterdir()] == ["c"]
    assert [file.name for file in tmp_path.iterdir()] == ["model"]


def test_a_folder_that_exists_is_not_replaced_without_force(tmp_path: Path) -> None:
    with pytest.raises(OutputExists) as refusal, whole_folder(tmp_path):
        pass

    assert str(refusal.value) == f"{tmp_path} exists already. Choose another name, or give --force to replace it."


def test_a_file_in_the_way_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(OutputUnwritable) as refusal, whole_folder(tmp_path / "file" / "model"):
        pass

    assert str(refusal.value) == f"{tmp_path / 'file' / 'model'} could not be written: a part of the path is a file. Nothing that stood there was changed."
